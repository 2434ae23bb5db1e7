#!/usr/bin/env bash
# Builds an outside project against flopwise: installed as a static and as a shared library (by
# CMake and by pkg-config), and as a subdirectory. Takes a folder to work in.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "${1:?a folder to work in}"
mkdir -p "$1"
work=$(cd "$1" && pwd) # CMake reads a relative prefix from the build folder

# Several sources at once, with the flags of `./run test`, so that a compiler cache has them.
configure() { cmake -G Ninja -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=12 "$@" >/dev/null; }
library() { configure -S "$source" -DFLOPWISE_WERROR=ON -DFLOPWISE_TESTS=OFF -DFLOPWISE_TOOLS=OFF "$@"; }
fail() { echo "package: $*" >&2 && exit 1; }
value() { PKG_CONFIG_PATH=$1 pkg-config --variable="$2" flopwise; }

for shared in OFF ON; do
  if [ $shared = OFF ]; then # in a folder of another project, which installs it
    libdir=lib standard=23
    configure -S "$source/tests/package" -B "$work/build-OFF" -DFLOPWISE_SUBDIRECTORY="$source" \
      -DFLOPWISE_INSTALL=ON -DCMAKE_BUILD_TYPE=Debug \
      -DCMAKE_INSTALL_PREFIX="$work/unpacked" -DCMAKE_INSTALL_LIBDIR=$libdir
  else # below a multiarch folder; a release, of which the size is looked at
    libdir=lib/some-linux-gnu standard=20
    library -B "$work/build-ON" -DBUILD_SHARED_LIBS=ON -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_INSTALL_PREFIX="$work/unpacked" -DCMAKE_INSTALL_LIBDIR=$libdir
  fi
  cmake --build "$work/build-$shared" >/dev/null
  [ $shared = ON ] || echo "add_subdirectory: $("$work/build-OFF/consumer")"
  cmake --install "$work/build-$shared" >/dev/null
  prefix=$work/prefix-$shared
  mv "$work/unpacked" "$prefix" # what is installed can be moved

  configure -S "$source/tests/package" -B "$work/find-$shared" \
    -Dflopwise_DIR="$prefix/$libdir/cmake/flopwise"
  cmake --build "$work/find-$shared" >/dev/null
  echo "find_package, shared $shared: $("$work/find-$shared/consumer")"

  pc=$prefix/$libdir/pkgconfig
  [ "$(value "$pc" libdir)" -ef "$prefix/$libdir" ] || fail "libdir is $(value "$pc" libdir)"
  flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs flopwise)
  # shellcheck disable=SC2086 # the flags are words
  c++ -std=c++$standard -DSTANDARD=$standard \
    "$source/tests/package/main.cpp" -o "$work/pkg-$shared" $flags
  echo "pkg-config, shared $shared: $(LD_LIBRARY_PATH=$prefix/$libdir "$work/pkg-$shared")"
  if command -v valgrind >/dev/null; then # it has no long double, so none may run at the start
    echo "valgrind, shared $shared: $(valgrind -q --error-exitcode=9 "$work/find-$shared/consumer")"
  fi
done

so=$prefix/$libdir/libflopwise.so
strip -o "$work/stripped.so" "$so"
size=$(stat -Lc %s "$work/stripped.so")
echo "shared library, stripped: $size bytes"
[ "$size" -lt 8000000 ]
# Only names marked as public, and what the compiler makes of public templates, are shown.
if nm -DC --defined-only "$so" | grep -E 'flopwise::((text|yaml|json_in|csv_in|feed|bundled)::|Solver|Filter)'; then
  fail "a private name is shown by the shared library"
fi

# Folders that do not lie below the prefix: what was built is installed again.
cmake "$work/build-OFF" -DCMAKE_INSTALL_LIBDIR="$work/far/lib64" \
  -DCMAKE_INSTALL_INCLUDEDIR="$work/away/include" >/dev/null
cmake --install "$work/build-OFF" >/dev/null
pc=$work/far/lib64/pkgconfig
[ -f "$(value "$pc" libdir)/libflopwise.a" ] || fail "libdir is $(value "$pc" libdir)"
[ -f "$(value "$pc" includedir)/flopwise/flopwise.hpp" ] || fail "includedir is $(value "$pc" includedir)"
configure -S "$source/tests/package" -B "$work/find-far" -Dflopwise_DIR="$work/far/lib64/cmake/flopwise"
echo "install to absolute folders: found"

# What follows looks at a configured build and compiles nothing. In a folder of a project that
# installs its own, flopwise chooses nothing for it.
configure -S "$source/tests/package" -B "$work/sub" -DFLOPWISE_SUBDIRECTORY="$source"

# Dependencies from source, which need not be in a set of exported targets.
from_source=()
for name in fmt yaml-cpp simdjson ZLIB; do
  stub=$work/stub-$name
  mkdir -p "$stub"
  : >"$stub/stub.cpp"
  cat >"$stub/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.4) # as yaml-cpp has it; CMake 4 refuses it
project($name LANGUAGES CXX)
add_library($name STATIC stub.cpp)
add_library($name::$name ALIAS $name)
CMAKE
  from_source+=("-DFETCHCONTENT_SOURCE_DIR_${name^^}=$stub")
done
for shared in OFF ON; do
  library -B "$work/stub-$shared" -DBUILD_SHARED_LIBS=$shared "${from_source[@]}"
done
echo "dependencies from source: configured"

# One -O for what is fast and one for what is small, in both kinds of a release, and the packager's
# own where he gave one.
optimized() { # source flag...: the last -O that compiles it
  library -B "$work/flags" --fresh -DCMAKE_UNITY_BUILD=OFF "${@:2}"
  ninja -C "$work/flags" -t commands flopwise | grep -oE "^.* -c .*/$1\$" |
    grep -oE ' -(O[0-3s]|g)\b' | tr -d '\n'
}
expect() { # words source flag...
  local is
  is=$(optimized "${@:2}")
  [[ " $is" == *" $1" ]] || fail "${*:2}: compiled with$is, expected $1"
}
expect "-O3" solver.cpp -DCMAKE_BUILD_TYPE=Release
expect "-Os" refusal.cpp -DCMAKE_BUILD_TYPE=Release
expect "-g -O3" solver.cpp -DCMAKE_BUILD_TYPE=RelWithDebInfo
expect "-g -Os" refusal.cpp -DCMAKE_BUILD_TYPE=RelWithDebInfo
expect "-O2" refusal.cpp -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O2
expect "-O1 -O3" refusal.cpp -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS=-O1 # CMake's own -O3
expect "-O1" solver.cpp -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O1
echo "flags: the packager's -O counts"
