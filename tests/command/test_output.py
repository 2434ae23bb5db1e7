"""Where a report goes: to a file, whole or not at all, or to the standard output."""

import os
import resource
import stat
import subprocess

import pytest

OLD = "the old report\n"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "html"])
def test_the_file_gets_the_bytes_that_the_standard_output_would_get(report, workdir, article, form):
    asked = (*article, "--format", form)
    assert report(*asked, "--output", "report") == ""
    assert (workdir / "report").read_text() == report(*asked)
    assert names(workdir) == ["report"]


def test_the_report_of_what_does_not_qualify_is_written_too(report, workdir):
    assert report("--family", "p2", "--output", "report", status=1) == ""
    assert "Nothing qualifies" in (workdir / "report").read_text()


def test_a_new_file_has_the_usual_permissions(report, workdir):
    report("--output", "report")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((workdir / "report").stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_a_file_that_is_written_over_keeps_its_permissions(report, write, workdir, mode):
    path = workdir / write("report", OLD)
    path.chmod(mode)
    report("--output", "report", "--format", "csv")
    assert path.read_text() == report("--format", "csv")
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert names(workdir) == ["report"]


def test_a_link_still_points_at_the_file(report, write, workdir):
    write("report", OLD)
    (workdir / "link").symlink_to("report")
    report("--output", "link")
    assert (workdir / "link").is_symlink()
    assert (workdir / "report").read_text() == report()


def test_a_device_is_written_in_place(report):
    assert report("--output", "/dev/null") == ""


def test_a_file_gets_no_colour_unless_it_is_asked_for(report, workdir):
    report("--output", "report")
    assert "\x1b" not in (workdir / "report").read_text()
    report("--output", "report", "--color", "always")
    assert "\x1b" in (workdir / "report").read_text()


# ---- what cannot be written ----------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("folder", "folder: must be a file, is a directory"),
        (".", ".: must be a file, is a directory"),
        ("none/report", "none/report: cannot be written: No such file or directory"),
        ("report/report", "report/report: cannot be written: Not a directory"),
        ("/dev/full", "/dev/full: cannot be written: No space left on device"),
        ("none/a\nb", "none/a\\x0ab: cannot be written: No such file or directory"),
        ("n" * 300, "n" * 300 + ": cannot be written: File name too long"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_and_nothing_is_left(
    complaint, write, workdir, file, message
):
    write("report", OLD)
    (workdir / "folder").mkdir()
    assert complaint("--output", file) == message
    assert names(workdir) == ["folder", "report"]
    assert (workdir / "report").read_text() == OLD


def test_a_file_without_a_name_is_refused(complaint):
    assert complaint("--output", "").startswith("--output: must ")  # an unset variable


def test_a_folder_that_may_not_be_written_is_told(complaint, workdir):
    folder = workdir / "folder"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    message = "folder/report: cannot be written: Permission denied"
    assert complaint("--output", "folder/report") == message


def test_the_old_file_stays_whole_when_the_disk_is_full_half_way(complaint, write, workdir):
    write("report", OLD)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    # With the signals as Python has set them, a write beyond the limit is an error.
    options = {"preexec_fn": limit, "restore_signals": False}
    message = "report: cannot be written: File too large"
    assert complaint("--output", "report", **options) == message
    assert (workdir / "report").read_text() == OLD
    assert names(workdir) == ["report"]


def test_the_old_file_stays_whole_when_the_question_is_refused(complaint, write, workdir):
    write("report", OLD)
    assert complaint("--output", "report", "--days", "0") == "--days: must be positive, got 0 d"
    assert (workdir / "report").read_text() == OLD


@pytest.mark.parametrize("flags", [[], ["--format", "json"], ["--help"], ["--version"]])
def test_a_full_standard_output_is_an_error(recommend, flags):
    with open("/dev/full", "wb") as full:
        done = recommend(*flags, stdout=full)
    message = "standard output: cannot be written: No space left on device\n"
    assert (done.status, done.err) == (2, message)


def test_a_closed_standard_output_is_an_error(recommend):
    done = recommend(stdout=None, preexec_fn=lambda: os.close(1))
    message = "standard output: cannot be written: Bad file descriptor\n"
    assert (done.status, done.err) == (2, message)


def test_a_reader_that_leaves_early_gets_no_complaint(program):
    done = subprocess.run(
        ["sh", "-c", '"$0" --top 100000 --format json | head -n 1', program],
        capture_output=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"{\n", b"")
