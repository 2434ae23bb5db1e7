#!/usr/bin/env bash
# Builds an outside project against flopwise: installed as a static and as a shared library (by
# CMake and by pkg-config), and as a subdirectory. Takes a folder to work in.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "${1:?a folder to work in}"
mkdir -p "$1"
work=$(cd "$1" && pwd) # CMake reads a relative prefix from the build folder

configure() { cmake -G Ninja -DCMAKE_UNITY_BUILD=ON "$@" >/dev/null; } # several sources at once

for shared in OFF ON; do
  prefix=$work/prefix-$shared
  configure -S "$source" -B "$work/build-$shared" -DBUILD_SHARED_LIBS=$shared \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DFLOPWISE_TESTS=OFF -DFLOPWISE_TOOLS=OFF \
    -DCMAKE_BUILD_TYPE="$([ $shared = ON ] && echo Release || echo Debug)" # the size is a release's
  cmake --build "$work/build-$shared" >/dev/null
  cmake --install "$work/build-$shared" >/dev/null

  configure -S "$source/tests/package" -B "$work/find-$shared" -DCMAKE_PREFIX_PATH="$prefix"
  cmake --build "$work/find-$shared" >/dev/null
  echo "find_package, shared $shared: $("$work/find-$shared/consumer")"

  flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs flopwise)
  # shellcheck disable=SC2086 # the flags are words
  c++ "$source/tests/package/main.cpp" -o "$work/pkg-$shared" $flags
  echo "pkg-config, shared $shared: $(LD_LIBRARY_PATH=$prefix/lib "$work/pkg-$shared")"
  if command -v valgrind >/dev/null; then # it has no long double, so none may run at the start
    echo "valgrind, shared $shared: $(valgrind -q --error-exitcode=9 "$work/find-$shared/consumer")"
  fi
done

library=$work/prefix-ON/lib/libflopwise.so
strip -o "$work/stripped.so" "$library"
size=$(stat -Lc %s "$work/stripped.so")
echo "shared library, stripped: $size bytes"
[ "$size" -lt 3500000 ]
# Only names marked as public, and what the compiler makes of public templates, are shown.
if nm -DC --defined-only "$library" | grep -E 'flopwise::(text|yaml|json_in|csv_in|feed|bundled|Solver|Filter)'; then
  echo "a private name is shown by the shared library" >&2
  exit 1
fi

configure -S "$source/tests/package" -B "$work/sub" -DFLOPWISE_SUBDIRECTORY="$source"
cmake --build "$work/sub" >/dev/null
echo "add_subdirectory: $("$work/sub/consumer")"
