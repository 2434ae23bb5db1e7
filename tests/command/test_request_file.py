"""A request file says the same as the flags, which override it."""

import os

import pytest

BASE = ("--catalog", "aws-2020-04", "--near", "us", "--format", "json")

SETTINGS = [
    # what stands in the file, and the flags that mean the same
    ("budget_usd: 700", ["--budget", "700"]),
    ("days: 30.5", ["--days", "30.5"]),
    ("hours_per_day: 8\ndays: 1", ["--hours-per-day", "8", "--days", "1"]),
    ("fixed_usd: 10\ndays: 1", ["--fixed", "10", "--days", "1"]),
    ("max_price_usd_per_hour: 0.9", ["--max-price", "0.9"]),
    ("gpu: Tesla T4", ["--gpu", "Tesla T4"]),
    ("gpu: [T4, nvidia-k80*]", ["--gpu", "T4,nvidia-k80*"]),
    ("gpu:\n- T4\n- K80", ["--gpu", "T4", "--gpu", "K80"]),
    ("gpu: 'T4, K80'", ["--gpu", "T4,K80"]),
    ("min_gpus: 4", ["--min-gpus", "4"]),
    ("max_gpus: 0.5", ["--max-gpus", "0.5"]),
    ("min_gpu_memory_gib: 12", ["--min-gpu-memory", "12"]),
    ("max_gpu_memory_gib: 12", ["--max-gpu-memory", "12"]),
    ("min_memory_gib: 32", ["--min-memory", "32GiB"]),
    ("max_memory_gib: 64GiB", ["--max-memory", "64"]),
    ("min_vcpus: 8", ["--min-vcpus", "8"]),
    ("max_vcpus: 8", ["--max-vcpus", "8"]),
    ("min_network_gbps: 10", ["--min-network", "10"]),
    ("arch: x86_64", ["--arch", "x86_64"]),
    ("family: [g3, p*]", ["--family", "g3,p*"]),
    ('instance: "*.xlarge"', ["--instance", "*.xlarge"]),
    ("exclude: [g4dn, p2.xlarge]", ["--exclude", "g4dn,p2.xlarge"]),
    ("provider: [aws]", ["--provider", "aws"]),
    ("region: ap-southeast-1 # Singapore", ["--region", "ap-southeast-1"]),
    ("near: no", ["--near", "no"]),
    ("near: [10.8, 106.7]", ["--near", "10.8,106.7"]),
    ("near: -33.9,151.2", ["--near", "-33.9,151.2"]),
    ("max_rtt_ms: 60", ["--max-rtt", "60"]),
    ("purchase: [on_demand, spot]", ["--purchase", "on_demand,spot"]),
    ("include_retired: true", ["--include-retired"]),
    ("include_retired: false", []),
    ("profile: hpc", ["--profile", "hpc"]),
    ("precision: fp32", ["--precision", "fp32"]),
    ("weights: {cost: 0.5, memory: 2}", ["--weights", "cost=0.5,memory=2"]),
    ("weights:\n  cost: 0.5\n  memory: 2", ["--weights", "cost=0.5,memory=2"]),
    ("weights: [cost=0.5, memory=2]", ["--weights", "cost=0.5,memory=2"]),
    ('weights: "cost=0.5,memory=2"', ["--weights", "cost=0.5,memory=2"]),
    ("currency: EUR=0.92@2026-07-01", ["--currency", "EUR=0.92@2026-07-01"]),
    ("currency: {EUR: 0.92}", ["--currency", "EUR=0.92"]),
    ("today: 2030-01-01", ["--today", "2030-01-01"]),
    ("top: 2", ["--top", "2"]),
    ("nearest: 1\nmax_price_usd_per_hour: 1", ["--nearest", "1", "--max-price", "1"]),
    ("by: family", ["--by", "family"]),
    ("sort: speed", ["--sort", "speed"]),
    ("firmness: true", ["--firmness"]),
    ("{top: 2, by: family}", ["--top", "2", "--by", "family"]),
    ("---\ntop: 2\n...", ["--top", "2"]),
    ("top: 2\r\nby: family\r", ["--top", "2", "--by", "family"]),
    ("\ufefftop: 2", ["--top", "2"]),
]


@pytest.mark.parametrize(("content", "flags"), SETTINGS, ids=[c for c, _ in SETTINGS])
def test_the_file_means_the_same_as_the_flags(recommend, write, content, flags):
    write("request.yaml", content + "\n")
    # Its own --near would override that of the file.
    base = BASE[:2] + BASE[4:] if content.startswith("near") else BASE
    expected = recommend(*base, *flags)
    assert (expected.status < 2, expected.err) == (True, "")
    assert recommend(*base, "request.yaml") == expected


def test_the_article_fits_into_a_file(recommend, write, article):
    write(
        "request.yaml",
        "# What the article asks\n"
        "catalog: aws-2020-04\n"
        "budget_usd: 2000\n"
        "days: 365\n"
        "hours_per_day: 2\n"
        "region: us-east-1\n",
    )
    for form in ("table", "json", "csv", "markdown", "html"):
        expected = recommend(*article, "--format", form)
        assert recommend("request.yaml", "--format", form) == expected


def test_flags_override_the_file_and_lists_are_replaced(answer, write):
    write("request.yaml", "catalog: aws-2020-04\nregion: ap-southeast-1\nfamily: [p2, p3]\n")
    flags = ("--region", "us-east-1", "--family", "g3")
    assert answer("request.yaml", *flags) == answer("--catalog", "aws-2020-04", *flags)


def test_a_switch_can_be_set_back(answer, write):
    write("request.yaml", "include_retired: true\nfamily: p2,p3,g4dn\n")
    assert {c["family"] for c in answer("request.yaml")["choices"]} == {"p2", "p3", "g4dn"}
    found = answer("request.yaml", "--include-retired=false")
    assert {c["family"] for c in found["choices"]} == {"g4dn"}


@pytest.mark.parametrize(
    "command",
    [
        ["request.yaml"],
        ["request.yaml", "--budget", "2000"],
        ["--budget", "2000", "request.yaml"],
        ["--region", "us-east-1", "request.yaml"],
        ["--region=us-east-1", "request.yaml"],
        ["--weights", "cost=1", "request.yaml"],
        ["--include-retired", "request.yaml"],
        ["--format", "json", "request.yaml"],
        ["--region", "us-east-1", "--", "request.yaml"],
    ],
    ids=" ".join,
)
def test_the_file_may_stand_before_and_after_any_flag(report, write, command):
    write("request.yaml", "catalog: aws-2020-04\ntop: 1\n")
    assert "aws-2020-04" in report(*command)


def test_what_follows_a_flag_and_its_value_is_the_file(complaint):
    assert complaint("--region", "us-east-1", "us-west-2") == (
        "us-west-2: cannot be read: No such file or directory"
    )


def test_a_file_can_be_piped_in(report, workdir):
    (workdir / "request.yaml").write_text("catalog: aws-2020-04\ntop: 1\n")
    with open(workdir / "request.yaml", encoding="utf-8") as piped:
        assert "aws-2020-04" in report("/dev/stdin", stdin=piped)


# ---- what is wrong in it -------------------------------------------------------------

WRONG = [
    # keys
    ("bugdet_usd: 3", "1: bugdet_usd: must be a known key, did you mean budget_usd?"),
    ("days: 3\n\nregoin: us-east-1", "3: regoin: must be a known key, did you mean region?"),
    ("colour: red", "1: colour: must be a known key"),
    ("days: 3\n# once\ndays: 4", "3: days: must not be given twice"),
    ("weights: {cost: 1, cost: 2}", "1: cost: must not be given twice"),
    ('"a\\nb": 1', "1: a\\x0ab: must be a known key"),
    ('"a\\nb": 1\n"a\\nb": 2', "2: a\\x0ab: must not be given twice"),
    ("? [days]\n: 3", "1: must have text as a key"),
    # values
    ("days: three", '1: days: must be a number, got "three"'),
    ("days: -3", "1: days: must be positive, got -3 d"),
    ("days: .inf", '1: days: must be a number, got ".inf"'),
    ("days: .nan", '1: days: must be a number, got ".nan"'),
    ("days: 3x", '1: days: must be a number, alone or with d, w, months, years or h, got "3x"'),
    ("days: 1_000", '1: days: must be a number, alone or with d, w, months, years or h, got "1_000"'),
    ("days: ''", "1: days: must have a value"),
    ("days: [1, 2]", "1: days: must be given once, got 2 values"),
    ("days: ~", "1: days: must have a value, got nothing"),
    ("days:\nbudget_usd: 3", "1: days: must have a value, got nothing"),
    ("days:", "1: days: must have a value, got nothing"),
    ("region: []", "1: region: must have a value, got nothing"),
    ("top: 1.5", "1: top: must be a whole number of at least 1, got 1.5"),
    ("include_retired: yes", '1: include_retired: must be true or false, got "yes"'),
    ("include_retired: 1", '1: include_retired: must be true or false, got "1"'),
    ("region: [a, [b]]", "1: region: must be text, a number or a list of these"),
    ("weights: {cost: {a: 1}}", "1: weights: must be text, a number or a list of these"),
    ("weights: {cost: x}", '1: weights: must be NAME=NUMBER, got "cost=x"'),
    ("hours_per_day: 25", "1: hours_per_day: must be at most 24 h/d, got 25 h/d"),
    (
        "weights: {cots: 1}",
        "1: weights: must be cost, speed, gpu_memory, memory, vcpus or network, "
        'got "cots", did you mean cost?',
    ),
    (
        "days: 3\nregion: us-esat-1",
        '2: region: must be a region of the catalog, got "us-esat-1", did you mean us-east-1?',
    ),
    (
        "near: [91, 0]",
        '1: near: must be LAT,LON with LAT in [-90, 90] and LON in [-180, 180], got "91,0"',
    ),
    ("today: 2026-07", '1: today: must be a date such as 2026-07-20 or 2026-07-20T18:30, got "2026-07"'),
    # settings that contradict one another
    ("max_rtt_ms: 30", "1: max_rtt_ms: must come with a place to be near to"),
    (
        "min_gpus: 3\nmax_gpus: 2",
        "2: max_gpus: must not be below the least number of GPUs, got 2 and 3",
    ),
    (
        "budget_usd: 10\nfixed_usd: 10\ndays: 1",
        "2: fixed_usd: must be below the budget of 10 USD, got 10 USD",
    ),
    # YAML that is more than text, lists and mappings
    ("region: &a us-east-1", "1: must not use anchors and aliases"),
    ("region: &a [us-east-1]", "1: must not use anchors and aliases"),
    ("region: &a\n  b: c", "1: must not use anchors and aliases"),
    ("&a region: us-east-1", "1: must not use anchors and aliases"),
    ("days: !!int 3", "1: must not use tags"),
    ("region: !mine [us-east-1]", "1: must not use tags"),
    ("weights: !mine {cost: 1}", "1: must not use tags"),
    ("days: 3\n---\ndays: 4", "3: must be one document, has another"),
    ("region: " + "[" * 17 + "]" * 17, "1: must be nested at most 16 levels deep"),
    # what is no request at all
    ("days", "1: must be a mapping of keys to values, got text"),
    ("- days", "1: must be a mapping of keys to values, got a list"),
    ("days: 3\n  top: 4", "2: must be YAML, illegal map value"),
    ("days: [1,", "2: must be YAML, end of sequence flow not found"),
]


@pytest.mark.parametrize(("content", "message"), WRONG, ids=[content for content, _ in WRONG])
def test_what_is_wrong_is_told_with_its_line(complaint, write, content, message):
    write("request.yaml", content + "\n")
    assert complaint("request.yaml") == f"request.yaml:{message}"


@pytest.mark.parametrize(
    "content",
    [
        "region: us-ea",
        "family: p2\nregi",
        "family: [p2, p3",
        "weights: {cost: 1",
        'family: "p2',
        'family: "p2\n',
        "family: 'p2\n",
    ],
)
def test_a_truncated_file_is_refused(complaint, write, content):
    assert complaint(write("request.yaml", content)).startswith("request.yaml:")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "must be a request, is empty", id="empty"),
        pytest.param(b"# nothing yet\n", "must be a request, is empty", id="only-a-comment"),
        pytest.param(b"days: 3\0\n", "must be text, has a NUL byte at offset 7", id="binary"),
        pytest.param(
            "days: 3\n".encode("utf-16-le"), "must be text, has a NUL byte at offset 1", id="utf-16"
        ),
    ],
)
def test_a_file_that_is_no_text_is_refused(complaint, write, content, message):
    assert complaint(write("request.yaml", content)) == f"request.yaml: {message}"


def test_a_file_of_100_mb_is_refused(complaint, write, workdir):
    write("request.yaml", "days: 3\n")
    os.truncate(workdir / "request.yaml", 100 << 20)  # sparse
    assert complaint("request.yaml") == "request.yaml: must be at most 1 MiB"


def test_a_directory_is_refused(complaint, workdir):
    (workdir / "request").mkdir()
    assert complaint("request") == "request: must be a file, is a directory"


def test_a_missing_file_is_refused(complaint):
    assert complaint("request.yaml") == "request.yaml: cannot be read: No such file or directory"


def test_a_missing_file_is_told_on_one_line_whatever_its_name(complaint):
    assert complaint("a\nb") == "a\\x0ab: cannot be read: No such file or directory"


def test_a_file_without_a_name_is_refused(recommend):
    done = recommend("")  # an unset variable in a script
    assert (done.status, done.out) == (2, "")


def test_a_file_that_may_not_be_read_is_refused(complaint, write, workdir):
    write("request.yaml", "days: 3\n")
    (workdir / "request.yaml").chmod(0)
    if os.access(workdir / "request.yaml", os.R_OK):
        pytest.skip("this user may read everything")
    assert complaint("request.yaml") == "request.yaml: cannot be read: Permission denied"


def test_a_second_file_is_refused(complaint, write):
    write("request.yaml", "top: 1\n")
    assert complaint("request.yaml", "other.yaml") == (
        "other.yaml: must be a flag, there is a request file already"
    )
