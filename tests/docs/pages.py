"""Reads the pages: their fenced blocks, and the marks that stand before a block."""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted(path for path in [ROOT / "README.md", ROOT / "data/README.md",
                                 *(ROOT / "docs").glob("*.md")] if path.exists())


@dataclasses.dataclass
class Block:
    page: pathlib.Path
    index: int  # among the blocks of its page
    line: int  # of the opening fence, counted from 1
    language: str
    mark: str  # "file: own.yaml" of a comment on the line before, or ""
    text: str

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page):
    out, fence, mark = [], None, ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if fence is None:
            opening = re.fullmatch(r"(```+)(\w*)\s*", line)
            comment = re.fullmatch(r"<!-- (.*) -->", line)
            if opening:
                fence, lines = opening[1], []
                out.append(Block(page, len(out), number, opening[2], mark, ""))
            mark = comment[1] if comment else mark if line == "" else ""
        elif line == fence:
            out[-1].text = "".join(one + "\n" for one in lines)
            fence, mark = None, ""
        else:
            lines.append(line)
    assert fence is None, f"{page}: a block is not closed"
    return out


def blocks(*languages):
    return [b for page in PAGES for b in blocks_of(page) if b.language in languages]


def folder_for(page, tmp_path_factory):
    """A new folder with the files that a page shows."""
    folder = tmp_path_factory.mktemp(page.stem)
    for block in blocks_of(page):
        if block.mark.startswith("file: "):
            (folder / block.mark[len("file: "):]).write_text(block.text, encoding="utf-8")
    return folder


def replace(block, text):
    """Writes another text into a block of a page, wherever it stands by now."""
    now = blocks_of(block.page)[block.index]
    lines = block.page.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[now.line:now.line + now.text.count("\n")] = [text]
    block.page.write_text("".join(lines), encoding="utf-8")
