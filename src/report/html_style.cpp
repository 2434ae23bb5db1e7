// How a page of HTML looks, and what sorts and filters its tables.

#include "report/html_parts.hpp"

namespace flopwise {

const std::string_view kPageStyle = R"css(
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#555e68;--rule:#d5dae0;--card:#f4f6f8;--hot:#0a58a8;--front:#a34700}
@media(prefers-color-scheme:dark){:root{--bg:#101418;--fg:#e6e9ed;--dim:#a3acb6;--rule:#343b44;--card:#1a2027;--hot:#7ab8ff;--front:#f2a65a}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:100rem;margin:0 auto;padding:1rem clamp(1rem,4vw,3rem)}
h1{font-size:clamp(1.5rem,4vw,2.25rem);line-height:1.2;margin:.2rem 0;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.2rem 0 .5rem;padding-top:.6rem;border-top:1px solid var(--rule);overflow-wrap:anywhere}
p,li{max-width:75ch;overflow-wrap:anywhere}
ul{padding-left:1.2rem;margin:.5rem 0}
li{margin:.2rem 0}
a{color:var(--hot)}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:1rem 0 0;list-style:none;font-size:.9rem}
.k,figcaption,footer,.f,caption{color:var(--dim);font-size:.875rem}
.k{margin:0}
.lead{font-size:1.15rem}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem;margin:1rem 0}
dl div{background:var(--card);border:1px solid var(--rule);border-radius:.4rem;padding:.6rem .8rem}
dt{color:var(--dim);font-size:.875rem}
dd{margin:0;overflow-wrap:anywhere}
dd b{font-size:1.25rem}
dd small{display:block;color:var(--dim);font-size:.8125rem;line-height:1.35}
#warnings{border-left:.3rem solid var(--front);padding-left:1rem;margin-top:2rem}
#warnings h2{border:0;margin-top:0;padding-top:0}
.t{position:relative;overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.8125rem;margin:.4rem 0;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.2rem 0}
th,td{padding:.25rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
th[scope=row]{font-weight:600}
td,th{white-space:nowrap}
td:last-child{white-space:normal;min-width:9ch}
.q caption{position:absolute;clip-path:inset(50%)}
@media(max-width:40rem){th,td{padding:.25rem .4rem}}
.n{text-align:right}
thead th{border-bottom:2px solid var(--dim);background:var(--bg)}
tbody tr:hover{background:var(--card)}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-decoration:underline dotted;text-underline-offset:.2em}
th button::after{content:" \2195";color:var(--dim)}
[aria-sort=ascending] button::after{content:" \25b2"}
[aria-sort=descending] button::after{content:" \25bc"}
:focus-visible{outline:3px solid var(--hot);outline-offset:2px}
.f{display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:center;margin:.6rem 0 0}
input{font:inherit;color:var(--fg);background:var(--bg);border:1px solid var(--dim);border-radius:.25rem;padding:.2rem .5rem}
code,pre{font:.875em/1.45 ui-monospace,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--rule);padding:.7rem;white-space:pre-wrap}
summary{cursor:pointer;color:var(--hot)}
.v{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
figure{margin:1rem 0;max-width:56rem}
svg{display:block;width:100%;min-width:30rem;height:auto;font:13px system-ui,sans-serif}
svg text{fill:var(--fg);paint-order:stroke;stroke:var(--bg);stroke-width:3px;stroke-linejoin:round}
svg .s{text-anchor:start}svg .m{text-anchor:middle}svg .e{text-anchor:end}svg .b{font-weight:600}
polyline{fill:none;stroke:var(--fg)}
.g{stroke:var(--rule)}
.w{stroke:var(--dim);stroke-width:1;opacity:.55}
.h{stroke:var(--front);stroke-width:2}
.c{stroke:var(--front);stroke-width:1.5;stroke-dasharray:7 4}
circle{fill:var(--bg);stroke:var(--hot);stroke-width:2}
circle.p{fill:var(--hot)}circle.u{stroke-dasharray:3 2}circle.p.u{fill-opacity:.5}
circle.f{stroke:var(--front)}
.b0,.b1,.b2,.b3,.b4,.b5{stroke:var(--hot);stroke-width:2}
.b1{stroke-dasharray:9 4}.b2{stroke-dasharray:2 3}.b3{stroke-dasharray:9 4 2 4}.b4{stroke-dasharray:4 3}.b5{stroke-dasharray:14 3 2 3 2 3}
footer{margin-top:2.5rem;border-top:1px solid var(--rule);padding-top:.5rem}
@media print{
:root{--bg:#fff;--fg:#000;--dim:#444;--rule:#bbb;--card:#fff;--hot:#0a58a8;--front:#a34700}
@page{margin:12mm}
:root{font-size:10pt}main{max-width:none;padding:0}
nav,.f{display:none}
.t{overflow:visible}
table{font-size:7pt}th,td{padding:.1rem .2rem;white-space:normal}thead th{white-space:normal}th button::after{content:none}
thead{display:table-header-group}
tr,figure,dl div{break-inside:avoid}h2,caption{break-after:avoid}
svg{min-width:0}figure{max-width:150mm}
}
)css";

const std::string_view kPageScript = R"js(
"use strict";
(() => {
const hours = {s: 1 / 3600, min: 1 / 60, h: 1, d: 24, years: 8760};
const number = text => {
  const found = /^[<>+\s]*(-?[\d.,]+(?:e[-+]?\d+)?)\s*(\w*)/i.exec(text);
  return found ? Number(found[1].replace(/,/g, "")) * (hours[found[2]] || 1) : NaN;
};
const sorts = (table, rows) => {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.onclick = () => {
      const up = head.ariaSort === "ascending" ? -1 : 1;
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up > 0 ? "ascending" : "descending");
      const text = row => row.cells[at].textContent;
      const compare = head.className === "n"
        ? (a, b) => { // what is not known stands last
            const x = number(text(a)), y = number(text(b));
            return isNaN(x) || isNaN(y) ? isNaN(x) - isNaN(y) : up * (x - y);
          }
        : (a, b) => !text(a) || !text(b) ? !text(a) - !text(b)
            : up * text(a).localeCompare(text(b), "en", {numeric: true});
      table.tBodies[0].append(...[...rows].sort(compare));
    };
  });
};
const filters = (table, rows) => {
  const line = document.createElement("p"), label = document.createElement("label");
  const input = document.createElement("input"), count = document.createElement("span");
  line.className = "f";
  input.type = "search";
  count.setAttribute("role", "status");
  label.append("Filter ", input);
  line.append(label, count);
  table.parentNode.before(line);
  const texts = rows.map(row => [...row.cells].map(c => c.textContent).join(" ").toLowerCase());
  (input.oninput = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every(word => texts[i].includes(word));
      shown += !row.hidden;
    });
    count.textContent = `${shown} of ${rows.length} rows`;
  })();
};
document.querySelectorAll("table.s").forEach(table => {
  const rows = [...table.tBodies[0].rows];
  if (rows.length > 1) sorts(table, rows);
  if (rows.length > 5) filters(table, rows);
});
addEventListener("beforeprint", () =>
  document.querySelectorAll("details").forEach(one => { one.open = true; }));
})();
)js";

} // namespace flopwise
