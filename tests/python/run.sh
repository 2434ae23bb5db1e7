#!/usr/bin/env bash
# The tests of the Python package: builds the wheel, installs it with what the tests need into
# build/python-venv, and runs pytest with the arguments given. Later calls only do what is needed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
venv=build/python-venv
wheels=build/wheel
say() { echo "python tests: $*" >&2; }

if ! cmp -s pyproject.toml "$venv/pyproject.toml"; then
  say "creating $venv"
  rm -rf "$venv" "$wheels/stamp"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/pip" install -q --upgrade pip
  "$venv/bin/python" - pyproject.toml >"$venv/requirements.txt" <<'PYTHON'
import sys
try:
    import tomllib
except ImportError:  # Python 3.10
    from pip._vendor import tomli as tomllib
with open(sys.argv[1], "rb") as file:
    project = tomllib.load(file)
needed = project["build-system"]["requires"] + project["project"]["dependencies"]
print(*needed, *project["project"]["optional-dependencies"]["test"], sep="\n")
PYTHON
  "$venv/bin/pip" install -q -r "$venv/requirements.txt"
  cp pyproject.toml "$venv/pyproject.toml"
fi

mkdir -p "$wheels"
stamp=$wheels/stamp
inputs=(CMakeLists.txt pyproject.toml README.md LICENSE cmake data include python src)
if [ ! -f "$stamp" ] || [ -n "$(find "${inputs[@]}" -newer "$stamp" -print -quit)" ]; then
  say "building the wheel"
  begun=$(mktemp "$wheels/begun.XXXXXX")
  trap 'rm -f "$begun"' EXIT
  rm -f "$wheels"/*.whl
  CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)} \
    "$venv/bin/pip" wheel -q . --no-deps --no-build-isolation -w "$wheels" -C build-dir=build/python \
    -C cmake.define.FLOPWISE_WERROR=ON # as `./run test` compiles, so that a compiler cache has it
  "$venv/bin/pip" install -q --no-deps --force-reinstall "$wheels"/*.whl
  mv "$begun" "$stamp"
fi

exec "$venv/bin/python" -m pytest -c tests/python/pytest.ini tests/python "$@"
