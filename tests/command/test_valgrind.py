"""The command under valgrind, which has no long double: none may stand in what runs at a start."""

import shutil
import subprocess
from pathlib import Path

import pytest

QUESTIONS = {
    "the article's": ["--budget", "2000", "--days", "365", "--hours-per-day", "2"],
    "hours that vary": ["--budget", "900", "--days", "30", "--hours-per-day", "8", "--use-cv", "0.3"],
    "spot": ["--budget", "900", "--days", "30", "--purchase", "best", "--top", "2"],
    "a job": ["--model", "llama-2-7b", "--tokens", "1e8", "--deadline", "900h", "--top", "2"],
}


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question(program, workdir, question):
    if b"__asan_init" in Path(program).read_bytes():
        pytest.skip("watched by a sanitizer already")
    plain, watched = (
        subprocess.run([*tool, program, *question], cwd=workdir, env={}, capture_output=True)
        for tool in ([], [shutil.which("valgrind"), "-q", "--error-exitcode=99"])
    )
    assert watched.stderr == plain.stderr == b""
    assert (watched.returncode, watched.stdout) == (plain.returncode, plain.stdout)
    assert plain.returncode in (0, 1)
