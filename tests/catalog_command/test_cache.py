"""The cache of `catalog update`: nothing lost and nothing silent, whatever is in it, whatever the
server does, and wherever the command is killed."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib

import pytest
from server import Answer, running, whole
from test_update import (  # noqa: F401  (fixtures)
    NEWER, PRICES, SAID, cache, environment, page, price, server, update)

FLAGS = ["update", "aws", "--region", "us-east-1", "--from"]
OURS = ["catalog.yaml", "catalog.yaml.image", "lock", "update.state"]


def contents(cache):
    return {path.name: path.read_bytes() for path in cache.iterdir() if path.name != "lock"}


# ---- what is in the cache ------------------------------------------------------------


@pytest.mark.parametrize("kind", ["a FIFO", "a folder"])
@pytest.mark.parametrize("name", [*OURS, "aws-us-east-1.csv", "aws-us-east-1.csv.part",
                                  "aws-us-east-1.csv.part.from"])
def test_what_is_no_file_is_refused_before_it_is_opened(update, server, cache, name, kind):
    cache.mkdir(parents=True)
    os.mkfifo(cache / name) if kind == "a FIFO" else (cache / name).mkdir()
    server.answers = [whole(PRICES)]
    done = update()
    if name in ("catalog.yaml", "catalog.yaml.image"):  # once for what is used, once for the update
        assert done.err.count(f"{cache / name}: must be a file, is something else") == 2
    else:
        assert done == (2, "", f"{cache / name}: must be a file, is something else\n")
    assert done.status == 2


@pytest.mark.parametrize("name", ["azure-eastus.json", "azure-eastus.json.page",
                                  "azure-eastus.json.page.part"])
def test_pages_are_not_written_through_a_link(update, catalog, server, cache, environment,
                                              tmp_path, name):
    cache.mkdir(parents=True)
    (tmp_path / "theirs").write_text("before")
    (cache / name).symlink_to(tmp_path / "theirs")
    server.answers = [page(0.5, None)]
    done = catalog("update", "azure", "--region", "eastus", "--from", server.url, env=environment)
    assert done == (2, "", f"{cache / name}: must be a file, is a symbolic link\n")
    assert (tmp_path / "theirs").read_text() == "before"


@pytest.mark.parametrize("content", [
    b"", b"\n", b"\t", "flopwise".encode("utf-16"), b"\xff\xfe\0\0", b"flopwise\n" + b"\t" * 99_999,
    b"flopwise\n../../x\tu\te\tm\ts\tfile\n"])
def test_a_state_of_anything_is_as_good_as_none(update, server, cache, price, content):
    cache.mkdir(parents=True)
    (cache / "update.state").write_bytes(content)
    server.answers = [whole(NEWER)]
    assert update().status == 0
    assert price() == 1.1
    assert sorted(p.name for p in cache.iterdir()) == OURS


def test_files_of_a_gigabyte_without_content_take_no_memory(update, server, cache, price):
    server.answers = [whole(NEWER)]
    update()
    for name in ("update.state", "catalog.yaml.image"):
        with (cache / name).open("wb") as file:
            file.truncate(1 << 30)
    assert price() == 1.1
    server.answers = [whole(PRICES.replace(b"2026-11-01", b"2026-11-20"))]
    assert update().status == 0
    assert price() == 1.006


def test_an_image_of_another_head_is_not_used(update, server, cache, price):
    server.answers = [whole(NEWER)]
    update()
    image = (cache / "catalog.yaml.image").read_bytes()
    server.answers = [whole(NEWER.replace(b"1.1000000000", b"1.2000000000"), '"two"')]
    update()
    other = (cache / "catalog.yaml.image").read_bytes()
    head = 24 + 40  # a seal, and what it seals
    (cache / "catalog.yaml.image").write_bytes(other[:head] + image[head:])
    assert price() == 1.2


def test_what_no_later_call_reads_is_swept(update, server, cache):
    cache.mkdir(parents=True)
    for name in (".catalog.yaml.0123456789abcdef.tmp", "aws-eu-west-1.csv", "azure-eastus.json",
                 "azure-eastus.json.page.part", "aws-eu-west-2.csv.part", "mine.txt",
                 ".aws-us-east-1.csv.part.from.0123456789abcdef.tmp",
                 "aws-eu-west-3.csv.part", "aws-eu-west-3.csv.part.from"):
        (cache / name).write_text("x")
    server.answers = [whole(PRICES)]
    assert update() == (0, SAID, "")
    assert sorted(p.name for p in cache.iterdir()) == sorted(
        [*OURS, "mine.txt", "aws-eu-west-3.csv.part", "aws-eu-west-3.csv.part.from"])


# ---- where it is killed, and where it fails ------------------------------------------


@pytest.fixture
def traced(program, server, tmp_path, environment):
    if shutil.which("strace") is None:
        pytest.skip("strace is not there")

    def run(fault):
        return subprocess.run(
            ["strace", "-f", "-o", "/dev/null", "-e", f"inject={fault}", program, *FLAGS,
             server.url], cwd=tmp_path, capture_output=True, text=True, check=False,
            env=environment | {"ASAN_OPTIONS": "detect_leaks=0"})  # it cannot look while traced

    probe = run("rename:signal=0:when=99")
    if "ptrace" in probe.stderr or "libcurl" in probe.stderr:
        pytest.skip("nothing can be traced here")
    return run


@pytest.mark.parametrize("call", ["rename", "fsync", "unlink"])
def test_what_a_kill_leaves_is_swept_by_the_next_call(traced, update, server, cache, price, call):
    server.answers = [whole(PRICES)]
    assert update().status == 0
    for n in range(1, 9):
        server.answers = [whole(NEWER.replace(b"1.1000000000", b"1.%d000000000" % n), f'"{n}"')]
        killed = traced(f"{call}:signal=KILL:when={n}").returncode != 0
        assert price() in (1.006, pytest.approx(0.9 + n / 10), pytest.approx(1 + n / 10))
        assert update().status == 0
        assert price() == pytest.approx(1 + n / 10)
        assert sorted(p.name for p in cache.iterdir()) == OURS
        if not killed:
            break
    assert n > 1


def test_a_failure_at_any_rename_changes_all_or_nothing(traced, update, server, cache, price):
    server.answers = [whole(PRICES)]
    assert update().status == 0
    for n in range(1, 12):
        before, was = contents(cache), price()
        server.answers = [whole(NEWER.replace(b"1.1000000000", b"1.%02d00000000" % (10 + n)),
                                f'"{n}"')]
        done = traced(f"rename:error=ENOSPC:when={n}")
        if done.returncode == 2:
            after = contents(cache)
            assert [after[name] for name in OURS[:2]] == [before[name] for name in OURS[:2]]
            assert price() == was
            assert update().status == 0
        assert price() == pytest.approx(1 + (10 + n) / 100)
    assert done.returncode == 0


def test_two_updates_at_once_leave_one_catalog(update, server, program, tmp_path, environment,
                                               cache, price):
    server.answers = [whole(NEWER, pieces=4, pause=0.05)]
    running_ones = [subprocess.Popen([program, *FLAGS, server.url], cwd=tmp_path, env=environment,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                    for _ in range(4)]
    ended = [(one.communicate()[1], one.returncode) for one in running_ones]
    assert sorted(status for _, status in ended)[0] == 0
    assert all(b"another update is under way" in said for said, status in ended if status)
    assert price() == 1.1
    assert sorted(p.name for p in cache.iterdir()) == OURS


# ---- servers that mean harm ----------------------------------------------------------


def test_a_server_that_drips_is_given_up(update):
    listening = socket.create_server(("127.0.0.1", 0))

    def drip():
        while True:
            connection, _ = listening.accept()
            connection.recv(4096)
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
                while True:
                    connection.sendall(b"xx")
                    time.sleep(0.2)
            except OSError:
                pass

    threading.Thread(target=drip, daemon=True).start()
    begin = time.monotonic()
    done = update("--timeout", "1", url=f"http://127.0.0.1:{listening.getsockname()[1]}")
    assert done.status == 2
    assert "Less than 1000 bytes/sec" in done.err
    assert "(tried 4 times)" in done.err
    assert time.monotonic() - begin < 60


def test_what_unpacks_to_a_thousand_times_its_size_is_refused(update, server, cache):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packer.compress(PRICES)
    for _ in range(200):
        packed += packer.compress(b"x," * (1 << 19))
    packed += packer.flush()
    server.answers = [Answer(packed, Content_Encoding="gzip")]
    done = update()
    assert done.status == 2
    assert done.err.endswith(
        "must be at most 16384 MiB, and at most 100 times what is sent of it\n")
    assert len(server.requests) == 1
    assert [p.name for p in cache.iterdir()] == ["lock"]


@pytest.mark.parametrize("wait", ["999999", "1e300", "61"])
def test_a_server_that_wants_to_be_asked_much_later_is_not(update, server, wait):
    server.answers = [Answer(status=503, Retry_After=wait)]
    done = update()
    assert done.status == 2
    assert "must be a file, the server says 503 Service Unavailable, and to ask again in" in done.err
    assert len(server.requests) == 1


def test_a_version_of_a_day_to_come_is_none(update, server, price):
    server.answers = [Answer(PRICES, Last_Modified="Thu, 31 Dec 2099 23:59:59 GMT")]
    assert update() == (0, SAID, "")
    server.answers = [whole(NEWER)]
    assert update().status == 0
    assert "If-Modified-Since" not in server.requests[-1].headers
    assert price() == 1.1


def test_unchanged_although_nothing_is_known_is_no_answer(update, server):
    server.answers = [Answer(status=304)]
    done = update()
    assert done.status == 2
    assert "must be a file, the server says 304 Not Modified" in done.err


def test_a_password_is_for_the_server_alone(update, server, cache):
    server.answers = [whole(PRICES)]
    url = server.url.replace("//", "//joe:S3cret%40@")
    assert update(url=url) == (0, SAID, "")
    assert server.requests[0].headers["Authorization"] == "Basic am9lOlMzY3JldEA="  # joe:S3cret@
    for path in cache.iterdir():
        assert b"S3cret" not in path.read_bytes()
    assert update(url=url).out == "aws us-east-1: nothing new\n"
    assert update().out == "aws us-east-1: nothing new\n"  # it is the same server
    assert update(url="http://joe:S3c/ret@127.0.0.1:1") == (
        2, "", "--from: must have /, ? and # of a password as %2F, %3F and %23\n")
    assert update(url="http://joe:S3cret@") == (2, "", '--from: must name a server, got "http://"\n')
    server.answers = [Answer(status=404)]
    for bad in (url, "ftp://joe:S3cret@x", "joe:S3cret@x", "http://joe:S3cret@127.0.0.1:1"):
        done = update(url=bad)
        assert done.status == 2
        assert "S3cret" not in done.err


# ---- certificates --------------------------------------------------------------------


@pytest.fixture
def private(tmp_path):
    """A server whose certificate nobody knows, and that certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with running() as one:
        one.socket = context.wrap_socket(one.socket, server_side=True)
        one.url = one.url.replace("http:", "https:")
        one.answers = [whole(PRICES)]
        yield one, str(certificate)


def test_a_certificate_of_ones_own_can_be_named(update, private, environment):
    one, certificate = private
    done = update(url=one.url)
    assert done.status == 2
    assert done.err.endswith(
        "(--cacert FILE, CURL_CA_BUNDLE or SSL_CERT_FILE names certificates to trust)\n")
    assert update("--cacert", certificate, url=one.url) == (0, SAID, "")
    for name in ("CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        done = update(url=one.url, env=environment | {name: certificate})
        assert done == (0, "aws us-east-1: nothing new\n", "")
        assert update(url=one.url, env=environment | {name: "/none"}) == (
            2, "", f'{name}: must be a file of certificates, got "/none"\n')
    assert update("--cacert", "none.pem", url=one.url) == (
        2, "", '--cacert: must be a file of certificates, got "none.pem"\n')


# ---- figures beyond belief -----------------------------------------------------------


def test_a_price_a_thousand_times_too_low_is_set_apart(update, server, price):
    low = NEWER.replace(b'"1.1000000000"', b'"0.0010000000"')
    server.answers = [whole(low, '"low"')]
    done = update()
    assert done.status == 0
    assert ("aws us-east-1: 1 set apart (--accept-outliers takes them): g5.xlarge at 0.001 USD/h, "
            "its like costs 1.006 USD/h\n") in done.err
    assert price() == 1.006  # nor is it retired
    assert update("--accept-outliers").status == 0
    assert price() == 0.001
