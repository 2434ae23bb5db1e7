"""`catalog update`, against a server on the loopback that does what servers do."""

import base64
import contextlib
import hashlib
import datetime
import json
import os
import pty
import random
import struct
import subprocess
import time

import pytest
from conftest import FEEDS
from server import Answer, running, whole, zipped



def prices():
    """A price file with one row that is kept, the last, behind many that are skipped."""
    lines = (FEEDS / "aws_offers.csv").read_bytes().splitlines(keepends=True)
    row = next(i for i, line in enumerate(lines) if line.startswith(b'"KEPT0000","JRTC'))
    windows = lines[row].replace(b'"Linux"', b'"Windows"')
    return b"".join([*lines[:row], *[windows] * 50, lines[row]])


PRICES = prices()
NEWER = PRICES.replace(b"2026-11-01", b"2026-11-15").replace(b'"1.0060000000"', b'"1.1000000000"')
PATH = "/offers/v1.0/aws/AmazonEC2/current/us-east-1/index.csv"
EFFECT = "1 of 1 prices took effect: 1 {}\n"
SAID = "aws us-east-1: 1 prices, as of 2026-11-01\n" + EFFECT.format("unchanged")


@pytest.fixture
def server():
    with running() as one:
        yield one


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache" / "flopwise"


@pytest.fixture
def environment(tmp_path):
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def update(catalog, server, environment):
    def run(*flags, url=server.url, env=environment):
        return catalog("update", "aws", "--region", "us-east-1", "--from", url, *flags, env=env)

    probe = run(url="ftp:")
    if "libcurl" in probe.err:
        pytest.skip("built without libcurl")
    return run


@pytest.fixture
def price(catalog, environment):
    """What a machine costs in the catalog that is used."""

    def of(machine="g5.xlarge", *flags):
        rows = json.loads(catalog("export", "--format", "json", *flags, env=environment).out)
        return next(row["price_usd_per_hour"] for row in rows
                    if (row["instance"], row["region"], row["purchase"]) ==
                    (machine, "us-east-1", "on_demand"))

    return of


def state_of(cache):
    return {path.name: path.read_bytes() for path in cache.iterdir()
            if path.name in ("catalog.yaml", "catalog.yaml.image")}


# ---- what is downloaded is used ------------------------------------------------------


def test_prices_are_downloaded_and_used(update, server, cache, price, catalog, environment):
    server.answers = [whole(PRICES.replace(b"1.0060000000", b"1.0500000000"))]
    assert update() == (0, SAID.replace("unchanged", "rose"), "")
    assert [r.path for r in server.requests] == [PATH]
    assert price() == 1.05
    assert price("g5.xlarge", "--catalog", "bundled") == 1.006
    assert sorted(p.name for p in cache.iterdir()) == ["catalog.yaml", "catalog.yaml.image", "lock",
                                                       "update.state"]
    assert oct(cache.stat().st_mode)[-3:] == "700"
    changes = catalog("diff", "bundled", "cached", env=environment).out
    assert changes.startswith("1 rose\n")
    assert "\naws g5.xlarge in us-east-1, on_demand, rose: 1.006 -> 1.05 USD/h" in changes


def test_recommend_takes_the_cache_when_it_is_newer(update, server, recommend, environment):
    server.answers = [whole(PRICES)]
    update()
    flags = ["--instance", "g5.xlarge", "--region", "us-east-1", "--format", "json"]
    assert recommend(*flags, env=environment)["catalog"]["name"] == "aws-2026-10+2026-11-01"
    for flags_of_bundled in (["--catalog", "bundled"], ["--catalog", "aws-2026-10"]):
        answer = recommend(*flags, *flags_of_bundled, env=environment)
        assert answer["catalog"]["name"] == "aws-2026-10"
    assert recommend(*flags, env={})["catalog"]["name"] == "aws-2026-10"


def test_prices_that_are_not_newer_are_not_used(update, server, price):
    server.answers = [whole(PRICES.replace(b"2026-11-01", b"2026-07-01")
                            .replace(b"1.0060000000", b"9.0000000000"))]
    assert update() == (
        0, "aws us-east-1: 1 prices, as of 2026-07-01\n0 of 1 prices took effect\n",
        "left out: 1 rows: price older than the one there is\n"
        "these prices are not newer than the bundled ones, which stay in use\n")
    assert price() == 1.006


def test_what_has_not_changed_is_not_sent_again(update, server, cache, price):
    server.answers = [whole(PRICES)]
    update()
    before = state_of(cache)
    assert update() == (0, "aws us-east-1: nothing new\n", "")
    assert server.requests[1].headers["If-None-Match"] == '"one"'
    assert state_of(cache) == before
    server.answers = [whole(NEWER, '"two"')]
    assert update() == (0, "aws us-east-1: 1 prices, as of 2026-11-15\n" + EFFECT.format("rose"), "")
    assert price() == 1.1


def test_what_was_joined_into_a_catalog_that_is_gone_is_sent_again(update, server, cache):
    server.answers = [whole(PRICES)]
    update()
    (cache / "catalog.yaml").unlink()
    (cache / "catalog.yaml.image").unlink()
    assert update() == (0, SAID, "")
    assert "If-None-Match" not in server.requests[1].headers


# ---- servers and lines as they are ---------------------------------------------------


def test_a_slow_server_is_waited_for(update, server, price):
    server.answers = [whole(NEWER, pieces=8, pause=0.1)]
    assert update() == (0, "aws us-east-1: 1 prices, as of 2026-11-15\n" + EFFECT.format("rose"), "")
    assert price() == 1.1


def test_a_transfer_that_breaks_goes_on_where_it_stopped(update, server, price):
    server.answers = [whole(NEWER, sent=1000), whole(NEWER)]
    assert update().status == 0
    assert server.requests[1].headers["Range"] == "bytes=1000-"
    assert server.requests[1].headers["If-Range"] == '"one"'
    assert price() == 1.1


def test_it_goes_on_in_the_next_call_too(update, server, cache):
    server.answers = [whole(PRICES, sent=100)]
    done = update()
    assert done.status == 2
    assert done.err.startswith(f"{server.url}{PATH}: cannot be downloaded: transfer closed with ")
    assert done.err.endswith(" (tried 4 times)\n")
    assert (cache / "aws-us-east-1.csv.part").stat().st_size == 400
    server.answers = [whole(PRICES)]
    assert update() == (0, SAID, "")
    assert server.requests[-1].headers["Range"] == "bytes=400-"


def test_a_file_that_changed_meanwhile_is_sent_whole(update, server, price):
    server.answers = [whole(PRICES, sent=1000), whole(NEWER, '"two"')]
    assert update().status == 0
    assert price() == 1.1


def test_a_part_of_something_else_is_not_taken(update, server, price):
    body = NEWER[500:]
    server.answers = [whole(NEWER, sent=1000),
                      Answer(body, status=206, ETag='"one"',
                             Content_Range=f"bytes 500-{len(NEWER) - 1}/{len(NEWER)}"),
                      whole(NEWER)]
    assert update().status == 0
    assert "Range" not in server.requests[2].headers
    assert price() == 1.1


def test_an_error_that_passes_is_tried_again(update, server):
    server.answers = [Answer(b"busy", status=500), Answer(status=503, Retry_After="1"),
                      whole(PRICES)]
    begin = time.monotonic()
    assert update() == (0, SAID, "")
    assert time.monotonic() - begin >= 1.5
    assert len(server.requests) == 3


def test_redirects_are_followed(update, server):
    server.answers = [Answer(status=302, Location="/elsewhere"), whole(PRICES)]
    assert update() == (0, SAID, "")
    assert [r.path for r in server.requests] == [PATH, "/elsewhere"]


def test_gzip_is_unpacked(update, server, price):
    server.answers = [zipped(NEWER)]
    assert update().status == 0
    assert server.requests[0].headers["Accept-Encoding"] == "gzip"
    assert price() == 1.1


def test_the_proxy_is_that_of_the_environment(update, server, environment):
    server.answers = [whole(PRICES)]
    done = update(url="http://prices.invalid", env=environment | {"http_proxy": server.url})
    assert done == (0, SAID, "")
    assert server.requests[0].path == "http://prices.invalid" + PATH


def test_a_checksum_that_the_server_states_is_that_of_the_file(update, server):
    digest = base64.b64encode(hashlib.sha256(PRICES).digest()).decode()
    server.answers = [Answer(PRICES, Repr_Digest=f"sha-256=:{digest}:")]
    assert update() == (0, SAID, "")


# ---- what goes wrong leaves the cache as it was --------------------------------------


def digest_of_another_file():
    other = base64.b64encode(hashlib.sha256(b"another").digest()).decode()
    return Answer(NEWER, x_amz_checksum_sha256=other)


BAD = {
    "404": ([Answer(b"no", status=404)], "must be a file, the server says 404 Not Found", 1),
    "500 for ever": ([Answer(status=500)],
                     "must be a file, the server says 500 Internal Server Error (tried 4 times)",
                     4),
    "truncated": ([whole(NEWER, '"two"', sent=100)], "cannot be downloaded: ", 4),
    "truncated gzip": ([Answer(zipped(NEWER).body, sent=200, Content_Encoding="gzip")],
                       "cannot be downloaded: ", 4),
    "not gzip": ([Answer(NEWER, Content_Encoding="gzip")], "cannot be downloaded: ", 4),
    "too long a length": ([Answer(NEWER, Content_Length=str(len(NEWER) + 9), sent=len(NEWER))],
                          "cannot be downloaded: transfer closed with 9 bytes remaining", 4),
    "an enormous length": ([Answer(NEWER, Content_Length="9" * 18, sent=len(NEWER))],
                           "cannot be downloaded: ", 4),
    "too short a length": ([Answer(NEWER, Content_Length=str(len(NEWER) - 20))],
                           "must be complete, ends within quotes", 1),
    "no length at all": ([Answer(b"", Content_Length="0")], "must be a price file, is empty", 1),
    "another checksum": ([digest_of_another_file()],
                         "must have the SHA-256 that the server states, ", 4),
    "a page": ([Answer(b"<html>Sign in to the network</html>")], "must be a price file, is an HTML page", 1),
    "another region": ([Answer(NEWER.replace(b"us-east-1", b"eu-west-1"))],
                       "must have prices of us-east-1, has none", 1),
    "another service": ([Answer(NEWER.replace(b"AmazonEC2", b"AmazonS3"))],
                        'OfferCode: must be AmazonEC2, got "AmazonS3"', 1),
    "a circle": ([Answer(status=302, Location=PATH)],
                 "cannot be downloaded: Maximum (5) redirects followed", 6),
    "a file of ours": ([Answer(status=302, Location="file:///etc/passwd")],
                       "cannot be downloaded: Protocol \"file\" not supported or disabled", 1),
}


@pytest.mark.parametrize("what", BAD)
def test_a_failure_leaves_the_cache_as_it_was(update, server, cache, what):
    server.answers = [whole(PRICES)]
    assert update() == (0, SAID, "")
    before = state_of(cache)
    answers, message, requests = BAD[what]
    server.answers = list(answers)
    del server.requests[:]
    done = update()
    assert done.status == 2
    assert done.out == ""
    assert message in done.err
    assert done.err.startswith(server.url)
    assert done.err.count("\n") == 1
    assert len(server.requests) == requests
    assert state_of(cache) == before
    server.answers = [whole(NEWER, '"three"')]
    assert update().status == 0  # nothing of the failure is left


def test_a_server_that_says_nothing_is_given_up(update, server):
    server.answers = [Answer(PRICES, pieces=2, pause=30)]
    done = update("--timeout", "1")
    assert done.status == 2
    assert "(tried 4 times)" in done.err


def test_a_server_that_is_not_there_is_an_error_at_once(update, server):
    server.shutdown()
    server.server_close()
    done = update()
    assert done.status == 2
    assert "Failed to connect" in done.err or "Connection refused" in done.err


def test_the_cache_is_whole_when_the_command_is_killed(update, server, cache, program, tmp_path,
                                                       environment, price):
    server.answers = [whole(PRICES)]
    update()
    whole_ones = {hashlib.sha256(state_of(cache)["catalog.yaml"]).hexdigest()}
    rng = random.Random(1)
    for i in range(24):
        body = NEWER.replace(b'"1.1000000000"', f'"1.{i + 10}00000000"'.encode())
        server.answers = [whole(body, f'"{i}"', pieces=4, pause=0.01)]
        flags = ["update", "aws", "--region", "us-east-1", "--from", server.url]
        run = subprocess.Popen([program, *flags], cwd=tmp_path, env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0, 0.35))
        run.kill()
        run.wait()
        listed = price()
        assert listed == 1.006 or 1.1 <= listed < 1.4
        whole_ones.add(hashlib.sha256(state_of(cache)["catalog.yaml"]).hexdigest())
    server.answers = [whole(PRICES.replace(b"2026-11-01", b"2026-11-20"), '"last"')]
    assert update().status == 0
    assert price() == 1.006


def test_one_update_at_a_time(update, server, program, tmp_path, environment):
    server.answers = [whole(PRICES, pieces=20, pause=0.1)]
    flags = ["update", "aws", "--region", "us-east-1", "--from", server.url]
    with subprocess.Popen([program, *flags], cwd=tmp_path, env=environment,
                          stdout=subprocess.DEVNULL) as first:
        while not server.requests:
            time.sleep(0.01)
        done = update()
        assert done.status == 2
        assert done.err.endswith("lock: must be free, another update is under way\n")
        assert first.wait() == 0


# ---- the cache -----------------------------------------------------------------------


def test_a_cache_that_is_a_link_is_not_used(update, server, cache, tmp_path, price, catalog,
                                            environment):
    server.answers = [whole(NEWER)]
    cache.parent.mkdir()
    (tmp_path / "theirs").mkdir()
    cache.symlink_to(tmp_path / "theirs")
    done = update()
    assert (done.status, done.err) == (2, f"{cache}: must be a folder, is a symbolic link\n")
    assert list((tmp_path / "theirs").iterdir()) == []
    said = catalog("list", "g5.xlarge", env=environment).err
    assert said == (f"{cache}: must be a folder, is a symbolic link: "
                    "the bundled catalog is used\n")
    assert price() == 1.006


@pytest.mark.parametrize("name", ["catalog.yaml", "catalog.yaml.image", "update.state", "lock",
                                  "aws-us-east-1.csv", "aws-us-east-1.csv.part",
                                  "aws-us-east-1.csv.part.from"])
def test_a_file_in_the_cache_that_is_a_link_is_not_written_through(update, server, cache, name,
                                                                   tmp_path):
    server.answers = [whole(NEWER)]
    update()
    server.answers = [whole(PRICES, '"two"')]
    (tmp_path / "theirs").write_text("before")
    with contextlib.suppress(FileNotFoundError):
        (cache / name).unlink()
    (cache / name).symlink_to(tmp_path / "theirs")
    done = update()
    assert done.status == 2
    assert f"{cache / name}: must be a file, is a symbolic link" in done.err
    assert (tmp_path / "theirs").read_text() == "before"


SEAL = 24  # bytes before what is sealed: a mark, its length, its sum
HEAD = SEAL + 40


def sum_of(content):
    """The sum of a seal, as src/text/seal.cpp describes it."""
    lanes, of_all = [1, 2, 3, 4], len(content)
    padded = content + bytes(-len(content) % 32)

    def joined(total, word):
        total = (total ^ word) * 0x9E3779B97F4A7C15 % 2**64
        return total ^ total >> 32

    for at in range(0, len(padded), 32):
        lanes = [joined(lane, word)
                 for lane, word in zip(lanes, struct.unpack_from("<4Q", padded, at), strict=True)]
    for lane in lanes:
        of_all = joined(of_all, lane)
    return of_all


def test_a_damaged_image_costs_time_only(update, server, cache, price):
    server.answers = [whole(NEWER)]
    update()
    image = (cache / "catalog.yaml.image").read_bytes()
    for at in (0, 8, 16, 24, 32, 40, 48, 50, HEAD, HEAD + 10, len(image) // 2, len(image) - 1):
        broken = bytearray(image)
        broken[at] ^= 1
        (cache / "catalog.yaml.image").write_bytes(broken)
        assert price() == 1.1, at
    for broken in (b"", image[:50], image[:1000], image[:-1], image + b"x"):
        (cache / "catalog.yaml.image").write_bytes(broken)
        assert price() == 1.1


def test_a_forged_image_is_not_used(update, server, cache, price):
    server.answers = [whole(NEWER)]
    update()
    image = (cache / "catalog.yaml.image").read_bytes()
    inside = image[HEAD + SEAL:]
    assert image[HEAD + 16:HEAD + SEAL] == struct.pack("<Q", sum_of(inside))
    for at in (0, len(inside) // 2, len(inside) - 8):  # a length, a flag or figure, a region
        forged = inside[:at] + b"\xff\xff\xff\x7f" + inside[at + 4:]
        seal = image[HEAD:HEAD + 16] + struct.pack("<Q", sum_of(forged))
        (cache / "catalog.yaml.image").write_bytes(image[:HEAD] + seal + forged)
        assert price() == 1.1


def test_an_image_of_another_catalog_is_not_used(update, server, cache, price):
    server.answers = [whole(NEWER)]
    update()
    text = (cache / "catalog.yaml").read_text()
    (cache / "catalog.yaml").write_text(text.replace("usd_per_hour: 1.1,", "usd_per_hour: 1.2,"))
    assert price() == 1.2


def test_a_damaged_catalog_is_left_with_a_word(update, server, cache, price, catalog, environment):
    server.answers = [whole(NEWER)]
    update()
    (cache / "catalog.yaml.image").unlink()
    (cache / "catalog.yaml").write_bytes(b"catalog: {name: x\x00")
    assert "the bundled catalog is used\n" in catalog("list", "g5.xlarge", env=environment).err
    assert price() == 1.006
    assert update().status == 0  # and made anew
    assert price() == 1.1


@pytest.mark.parametrize(("of", "folder"), [
    ({"XDG_CACHE_HOME": "{}/x", "HOME": "{}/h"}, "x/flopwise"),
    ({"XDG_CACHE_HOME": "", "HOME": "{}/h"}, "h/.cache/flopwise"),
    ({"XDG_CACHE_HOME": "relative", "HOME": "{}/h"}, "h/.cache/flopwise"),
])
def test_the_folder_follows_the_rule_of_xdg(update, server, tmp_path, of, folder):
    server.answers = [whole(PRICES)]
    env = {name: value.format(tmp_path) for name, value in of.items()}
    assert update(env=env) == (0, SAID, "")
    assert (tmp_path / folder / "catalog.yaml").exists()


def test_without_a_home_there_is_no_cache(update):
    assert update(env={}) == (2, "", "XDG_CACHE_HOME: must be the absolute path of a folder, as "
                                     "HOME names none\n")


# ---- days after tomorrow, and versions that are no text ------------------------------

LATER = PRICES.replace(b"2026-11-01", b"9999-12-31").replace(b'"1.0060000000"', b'"0.0010000000"')


def test_a_file_that_is_dated_after_tomorrow_is_refused(update, server, cache, price):
    server.answers = [whole(PRICES)]
    update()
    before = state_of(cache)
    server.answers = [whole(LATER, '"later"')]
    assert update("--today", "2026-11-27") == (
        2, "", f"{server.url}{PATH}: Publication Date: must not be after tomorrow, 2026-11-28, "
               "got 9999-12-31\n")
    assert state_of(cache) == before
    server.answers = [whole(NEWER, '"two"')]
    assert update().status == 0
    assert price() == 1.1


def test_a_clock_that_was_wrong_freezes_nothing(catalog, server, environment, cache):
    def azure(*flags):
        return catalog("update", "azure", "--region", "eastus", "--from", server.url, *flags,
                       env=environment)

    def listed(*flags):
        done = catalog("export", "--format", "json", *flags, env=environment)
        return [row["price_usd_per_hour"] for row in json.loads(done.out or "[]")
                if (row["instance"], row["region"], row["purchase"]) ==
                ("Standard_NC4as_T4_v3", "eastus", "on_demand")], done.err

    server.answers = [page(0.6, None)]
    if "libcurl" in azure("--today", "2999-01-01").err:
        pytest.skip("built without libcurl")
    why = f"{cache}/catalog.yaml: as_of: must not be after tomorrow, {TOMORROW}, got 2999-01-01"
    assert listed() == ([], f"{why}: the bundled catalog is used\n")
    assert catalog("list", "--catalog", "cached", env=environment) == (2, "", why + "\n")
    server.answers = [page(0.7, None)]
    assert azure() == (0, f"azure eastus: 1 prices, as of {TODAY}\n" + EFFECT.format("rose"),
                       f"{why}: the bundled catalog is used\n")
    assert listed() == ([0.7], "")


def test_a_base_that_is_dated_after_tomorrow_is_refused(update, server, tmp_path):
    (tmp_path / "mine.yaml").write_text(AZURE.replace("as_of: 2026-08-01}]", "as_of: 2999-01}]"))
    done = update("--base", "mine.yaml", "--today", "2026-12-31")
    assert done == (2, "", "--base: the dates of its sources must not be after tomorrow, "
                           "2027-01-01, got 2999-01\n")
    assert not server.requests


@pytest.mark.parametrize("etag", ['"\xff"', '"' + "e" * 9000 + '"'])
def test_a_version_that_cannot_be_kept_is_none(update, server, price, etag):
    server.answers = [Answer(PRICES, ETag=etag)]
    assert update() == (0, SAID, "")
    server.answers = [Answer(NEWER, ETag=etag, sent=200)]
    assert update().status == 2
    server.answers = [whole(NEWER, '"two"')]
    assert update().status == 0
    assert "If-None-Match" not in server.requests[-1].headers
    assert "Range" not in server.requests[-1].headers
    assert price() == 1.1


def test_a_state_that_cannot_be_read_counts_as_absent(update, server, cache, price):
    server.answers = [whole(PRICES)]
    update()
    state = cache / "update.state"
    for content, why in [(b'"\xff"', "must be UTF-8, is not at offset 1"),
                         (b"\0", "must be text, has a NUL byte at offset 0"),
                         (b"a" * (1 << 21), "must be at most 1 MiB")]:
        state.write_bytes(content)
        assert update() == (0, SAID, f"{state}: {why}: it counts as absent\n")
    (cache / "aws-us-east-1.csv.part").write_bytes(NEWER[:200])
    (cache / "aws-us-east-1.csv.part.from").write_bytes(f"{server.url}{PATH}\n\xff\n".encode("latin-1"))
    server.answers = [whole(NEWER, '"two"')]
    assert update().status == 0
    assert "Range" not in server.requests[-1].headers
    assert price() == 1.1


# ---- on a terminal -------------------------------------------------------------------


def test_the_progress_bar_is_for_terminals(update, server, program, tmp_path, environment):
    server.answers = [whole(PRICES, pieces=6, pause=0.15)]
    reader, writer = pty.openpty()
    flags = ["update", "aws", "--region", "us-east-1", "--from", server.url]
    with subprocess.Popen([program, *flags], cwd=tmp_path, env=environment, stderr=writer,
                          stdout=subprocess.PIPE) as run:
        os.close(writer)
        seen = b""
        with contextlib.suppress(OSError):
            while block := os.read(reader, 4096):
                seen += block
        assert run.stdout.read().decode() == SAID
    os.close(reader)
    assert b"aws us-east-1: [" in seen
    assert b" % of 0.0 MB" in seen
    assert seen.endswith(b"\r\x1b[K")


# ---- what is asked -------------------------------------------------------------------


@pytest.mark.parametrize(("args", "message"), [
    (["gcp"], 'PROVIDER: must be aws or azure, got "gcp"'),
    (["aws", "--region", "us-east-9"],
     '--region: must be a region of aws, got "us-east-9", did you mean us-east-1?'),
    (["aws", "--region", "../../etc"], '--region: must be a region of aws, got "../../etc"'),
    (["aws", "--from", "ftp://x"],
     '--from: must begin with https:// or http://, got "ftp://x"'),
    (["aws", "--timeout", "0"], "--timeout: must be positive, got 0 s"),
])
def test_bad_arguments_are_refused_with_one_line(update, catalog, environment, args, message):
    done = catalog("update", *args, env=environment)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(message)
    assert done.err.count("\n") == 1


# ---- Azure ---------------------------------------------------------------------------

# Azure's service has no versions: what it says holds on the day it is asked.
DAY = datetime.datetime.now(datetime.timezone.utc).date()
TODAY = DAY.isoformat()
TOMORROW = (DAY + datetime.timedelta(days=1)).isoformat()

# A catalog in the cache is used if it is newer than the bundled one: so it is of today.
AZURE = f"""\
catalog: {{name: mine, as_of: {TODAY}}}
provider: azure
sources: [{{name: made-up, title: Made up, as_of: 2026-08-01}}]
gpus: [{{name: nvidia-t4, memory_gib: 16, fp16_tensor_tflops: 65, source: made-up}}]
families: [{{name: NCasT4, purpose: training, source: made-up}}]
instances:
  - {{name: Standard_NC4as_T4_v3, family: NCasT4, vcpus: 4, memory_gib: 28, gpu: nvidia-t4,
     gpu_count: 1, source: made-up}}
regions: [{{code: eastus, latitude: 37, longitude: -79, source: made-up}}]
prices:
  - {{instance: Standard_NC4as_T4_v3, region: eastus, purchase: on_demand, usd_per_hour: 0.6,
     source: made-up}}
"""


def page(price, link, since="2026-11-02"):
    row = {"currencyCode": "USD", "retailPrice": price, "armRegionName": "eastus",
           "effectiveStartDate": f"{since}T00:00:00Z", "meterName": "NC4as T4 v3",
           "productName": "Virtual Machines NCasT4 v3 Series", "skuName": "NC4as T4 v3",
           "serviceName": "Virtual Machines", "unitOfMeasure": "1 Hour", "type": "Consumption",
           "isPrimaryMeterRegion": True,
           "armSkuName": "Standard_NC4as_T4_v3" if price else "Standard_D2s_v3"}
    return Answer(json.dumps({"BillingCurrency": "USD", "Items": [row],
                              "NextPageLink": link, "Count": 1}).encode())


@pytest.fixture
def azure(update, cache, catalog, server, environment):
    cache.mkdir(parents=True)
    (cache / "catalog.yaml").write_text(AZURE)

    def run():
        return catalog("update", "azure", "--from", server.url, env=environment)

    return run


def test_azure_is_read_page_by_page(azure, server, cache, catalog, environment):
    link = server.url + "/api/retail/prices?$filter=a b&$skip=1"
    server.answers = [page(0, link), page(0.526, None)]
    assert azure() == (0, f"azure eastus: 1 prices, as of {TODAY}\n" + EFFECT.format("fell"), "")
    assert server.requests[0].path == (
        "/api/retail/prices?api-version=2023-01-01-preview&$filter=serviceName%20eq%20%27"
        "Virtual%20Machines%27%20and%20armRegionName%20eq%20%27eastus%27%20and%20priceType%20eq"
        "%20%27Consumption%27")
    assert server.requests[1].path == "/api/retail/prices?$filter=a%20b&$skip=1"
    rows = json.loads(catalog("export", "--format", "json", env=environment).out)
    assert [row["price_usd_per_hour"] for row in rows] == [0.526]


def test_machines_that_the_bundled_catalog_has_not_come_from_a_base(update, catalog, server, small,
                                                                    tmp_path, environment):
    server.answers = [page(0.526, None)]
    flags = ["update", "azure", "--from", server.url]
    assert catalog(*flags, "--base", small(), env=environment) == (
        2, "", "PROVIDER: must have regions in the catalog, azure has none in small: "
               "--base names one that has them\n")
    (tmp_path / "mine.yaml").write_text(AZURE)
    assert catalog(*flags, "--base", "mine.yaml", env=environment).status == 0
    assert catalog(*flags, env=environment).out == (
        f"azure eastus: 1 prices, as of {TODAY}\n" + EFFECT.format("unchanged"))
    assert f"mine+{TODAY}" in catalog("export", "--format", "yaml", env=environment).out


def test_without_a_base_azure_comes_beside_aws(catalog, server, environment):
    server.answers = [page(0.527, None)]
    done = catalog("update", "azure", "--region", "eastus", "--from", server.url, env=environment)
    assert done == (0, f"azure eastus: 1 prices, as of {TODAY}\n" + EFFECT.format("rose"), "")
    rows = json.loads(catalog("export", "--format", "json", env=environment).out)
    assert {row["provider"] for row in rows} == {"aws", "azure"}
    assert [row["price_usd_per_hour"] for row in rows
            if (row["instance"], row["region"], row["purchase"]) ==
            ("Standard_NC4as_T4_v3", "eastus", "on_demand")] == [0.527]


def test_prices_that_hold_for_long_are_those_of_today(azure, server, catalog, environment):
    server.answers = [page(0.7, None, since="2025-01-01")]
    assert azure().status == 0
    rows = json.loads(catalog("export", "--format", "json", env=environment).out)
    assert [row["price_usd_per_hour"] for row in rows] == [0.7]


def test_prices_that_do_not_hold_yet_are_no_prices(azure, server):
    server.answers = [page(0.7, None, since="2999-01-01")]
    done = azure()
    assert done.status == 2
    assert "must have prices of eastus, has none" in done.err


def test_a_page_may_not_lead_to_another_server(azure, server, cache):
    server.answers = [page(0.526, "http://169.254.169.254/latest")]
    done = azure()
    assert done.status == 2
    assert f'NextPageLink: must lead to {server.url}, got "http://169.254.169.254/latest"' in done.err
    assert len(server.requests) == 1


def test_pages_without_end_are_given_up(azure, server):
    server.answers = [Answer(status=500), page(0.5, None)]
    assert azure().status == 0
    assert len(server.requests) == 2
