"""Every command, program and file that the pages show is run, and must do what they say."""

import json
import os
import re
import shlex
import subprocess

import pytest
import yaml

from pages import PAGES, ROOT, blocks, blocks_of, folder_for, replace

CONSOLE = blocks("console")
PROGRAMS = [b for b in blocks("cpp") if "int main" in b.text]
TESTED = {"console", "cpp", "json", "yaml", "text"}
OTHERS = {"cmake", "bash", "sh", "python"}  # shown, and tested elsewhere


def skipping(expected):
    """A pattern for a text in which a line `...` stands for any lines."""
    parts = re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE)
    return r"(?:.*\n)*?".join(re.escape(part) for part in parts)


def commands(text):
    """Pairs of a command and the output shown below it."""
    starts = [m.start() for m in re.finditer(r"^\$ ", text, flags=re.MULTILINE)] + [len(text)]
    for begin, end in zip(starts, starts[1:]):
        shown = re.match(r"\$ ((?:.*\\\n)*.*\n)", text[begin:end])
        yield shown[1], text[begin + shown.end():end]


DAY = "2026-11-28"  # of the outputs that the pages show, unless a command names another
ON_THE_DAY = """\
#!/bin/sh
case "$*" in
*--today*) exec "{0}" "$@" ;;
*) exec "{0}" --today {1} "$@" ;;
esac
"""


def environment(programs, folder):
    binaries = folder / "bin"
    binaries.mkdir(exist_ok=True)
    for name, program in programs.items():
        if not (binaries / name).exists():
            (binaries / name).symlink_to(program)
    script = binaries / "recommend"
    script.unlink()
    script.write_text(ON_THE_DAY.format(programs["recommend"], DAY), encoding="utf-8")
    script.chmod(0o755)
    return {"PATH": f"{binaries}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C"}


@pytest.mark.parametrize("block", CONSOLE, ids=str)
def test_a_command_prints_what_the_page_shows(block, programs, tmp_path_factory, request):
    if "$ catalog " in block.text and "catalog" not in programs:
        pytest.skip("needs --catalog PATH")
    folder = folder_for(block.page, tmp_path_factory)
    status, real = 0, ""
    for command, expected in commands(block.text):
        words = command.removeprefix("./run ")
        if command == "echo $?\n":
            output = f"{status}\n"
        elif words.startswith(("recommend ", "catalog ", "cat ")):
            done = subprocess.run(["sh", "-c", words], cwd=folder, text=True, timeout=60,
                                  env=environment(programs, folder), check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            status, output = done.returncode, done.stdout
        else:
            output = expected  # such as `git clone`
        if request.config.getoption("--update") and not re.search(r"^\.\.\.$", expected, re.M):
            real += f"$ {command}{output}"
            continue
        real += f"$ {command}{expected}"
        if not re.fullmatch(skipping(expected), output):
            assert output == expected  # for pytest to show the difference
    if real != block.text:
        replace(block, real)


@pytest.mark.parametrize("block", PROGRAMS, ids=str)
def test_a_program_compiles_and_prints_what_the_page_shows(block, tmp_path_factory, request):
    link = request.config.getoption("--link")
    if link is None:
        pytest.skip("needs --link FLAGS")
    folder = folder_for(block.page, tmp_path_factory)
    (folder / "program.cpp").write_text(block.text, encoding="utf-8")
    compiler = shlex.split(request.config.getoption("--cxx"))
    done = subprocess.run([*compiler, "-std=c++20", "-O0", "-Wall", "-Wextra", "-o", "program",
                           "program.cpp", *shlex.split(link)],
                          cwd=folder, text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "a program of the pages compiles without a warning"
    done = subprocess.run([folder / "program"], cwd=folder, text=True, timeout=60, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    following = blocks_of(block.page)[block.index + 1:]
    if following and following[0].mark == "output":
        if request.config.getoption("--update") and "\n...\n" not in following[0].text:
            return replace(following[0], done.stdout)
        if not re.fullmatch(skipping(following[0].text), done.stdout):
            assert done.stdout == following[0].text
    return None


@pytest.mark.parametrize("block", blocks("cpp"), ids=str)
def test_each_cpp_block_is_a_whole_program(block):
    assert "int main" in block.text


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_each_yaml_block_is_yaml(block):
    assert yaml.compose(block.text) is not None


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_each_json_block_is_json(block):
    assert json.loads(block.text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_block_has_a_language_that_is_tested(page):
    assert {b.language for b in blocks_of(page)} <= TESTED | OTHERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_leads_to_a_file(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


def headings(page):
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            words = re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower())
            yield words.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_to_a_section_leads_to_a_heading(page):
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^):#]*)#([^)]+)\)", text):
        there = page.parent / target if target else page
        assert anchor in set(headings(there)), f"{target}#{anchor}"


def test_the_index_names_every_page():
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"]({page.name})" in index
