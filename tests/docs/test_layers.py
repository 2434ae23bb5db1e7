"""The check of the rooms refuses what it is there to refuse."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def said(tree, files):
    for name, includes in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("".join(f"#include {i}\n" for i in includes), encoding="utf-8")
    done = subprocess.run([sys.executable, ROOT / "tests/check_layers.py", tree], text=True,
                          capture_output=True, check=False)
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize("files, message", [
    ({"src/solve/a.cpp": ['"catalog/b.hpp"', "<flopwise/budget.hpp>", "<vector>"], "src/catalog/b.hpp": []}, ""),
    ({"src/catalog/a.cpp": ['"solve/b.hpp"'], "src/solve/b.hpp": []},
     "src/catalog/a.cpp includes solve/b.hpp of the room solve, which stands after catalog"),
    ({"src/text/a.cpp": ["<flopwise/catalog.hpp>"]},
     "src/text/a.cpp includes flopwise/catalog.hpp of the room catalog, which stands after text"),
    ({"src/text/a.hpp": ['"text/b.hpp"'], "src/text/b.hpp": ['"text/a.hpp"']},
     "a ring: text/a.hpp -> text/b.hpp -> text/a.hpp"),
    ({"src/a.cpp": []}, "src/a.cpp stands in no room"),
    ({"include/flopwise/budget.hpp": ["<flopwise/recommend.hpp>"]},
     "include/flopwise/budget.hpp includes flopwise/recommend.hpp, which stands after it"),
])
def test_what_is_refused(tmp_path, files, message):
    assert said(tmp_path, files) == (1 if message else 0, message)


def test_a_header_that_is_not_installed(tmp_path):
    (tmp_path / "CMakeLists.txt").write_text("target_sources(x FILES\n    include/flopwise/date.hpp)\n")
    assert said(tmp_path, {"include/flopwise/date.hpp": [], "include/flopwise/budget.hpp": []}) == \
        (1, "include/flopwise/budget.hpp is not installed: CMakeLists.txt does not list it")
