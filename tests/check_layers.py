"""Checks that a module includes only modules that stand before it in ORDER."""

import pathlib
import re
import sys

ORDER = ["export", "version", "date", "units", "error", "place", "catalog", "nearby", "charges", "check",
         "diff", "feed", "listing", "workload", "net", "memory", "job", "estimate", "budget", "uncertain",
         "constraints", "cost", "purchase", "ownership", "profile", "score", "request", "settings",
         "recommendation", "recommend", "launch", "report", "flopwise"]

root = pathlib.Path(__file__).resolve().parent.parent
wrong = []
for header in sorted((root / "include/flopwise").glob("*.hpp")):
    for name in re.findall(r"#include <flopwise/(\w+)\.hpp>", header.read_text()):
        if ORDER.index(name) >= ORDER.index(header.stem):
            wrong.append(f"{header.name} includes {name}.hpp, which stands after it")
sys.exit("\n".join(wrong) or 0)
