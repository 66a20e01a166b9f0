#!/bin/sh
# Installs what Firn needs to build and is not there yet; says nothing and takes milliseconds when
# all is there. It asks dpkg each time instead of keeping a stamp: a stamp lies once a package is
# removed.
#
#   scripts/setup.sh           install what is missing
#   scripts/setup.sh --check   only name what is missing; status 1 if anything is
set -eu
export LC_ALL=C

# Libraries that Firn links or loads, and pkg-config, by which SwiftPM finds them.
libraries="libopenblas-dev libhdf5-dev zlib1g-dev libonig-dev libcurl4-openssl-dev ca-certificates
  pkg-config"

# ------------------------------------------------------------------------------------------------

main() {
  command -v swift >/dev/null || fail "there is no 'swift' on the PATH." \
    "Install the Swift 6.3 toolchain (swift.org, 'Install', Linux), put its usr/bin on the PATH," \
    "and run make again."
  command -v python3 >/dev/null || fail "there is no 'python3' on the PATH." \
    "Install it with pip (Debian, Ubuntu: apt-get install python3 python3-pip); it fetches the data."

  missing="$(missing_libraries)$(missing_linker)$(missing_toolchain_libraries)"
  [ -n "$missing" ] || exit 0
  if [ "${1:-}" = --check ]; then
    echo "missing:$missing"
    exit 1
  fi
  install $missing
}

missing_libraries() {
  if ! command -v dpkg-query >/dev/null; then
    # Not Debian nor Ubuntu: what SwiftPM will ask is all that can be asked.
    pkg-config --exists openblas hdf5 zlib oniguruma libcurl 2>/dev/null || fail \
      "this machine has no dpkg, and pkg-config does not find openblas, hdf5, zlib, oniguruma, libcurl." \
      "Install their development packages and pkg-config by this system's own means."
    return
  fi
  installed=" $(dpkg-query -W -f '${Package}=${db:Status-Status} ' $libraries pkgconf \
    libcurl4-gnutls-dev 2>/dev/null || true)"
  for package in $libraries; do
    case "$installed" in
      *" $package=installed "*) ;;
      *) stands_in "$package" || printf ' %s' "$package" ;;
    esac
  done
}

# Whether another installed package serves as well. The two flavours of libcurl exclude one another:
# asking for one would take the other away.
stands_in() {
  case "$1 $installed" in
    "pkg-config "*" pkgconf=installed "* | \
      "libcurl4-openssl-dev "*" libcurl4-gnutls-dev=installed "*) return 0 ;;
    *) return 1 ;;
  esac
}

# swiftc links by clang with gold, and needs the C and C++ start-up files and headers. Toolchain
# images bring them as packages with the compiler's version in their names, so the files are looked
# for, and g++, the one name that is the same on every release, brings them.
missing_linker() {
  # A package of its own since Debian 13; before, a name that binutils provides.
  command -v ld.gold >/dev/null || printf ' binutils-gold'
  if ! ls /usr/lib/gcc/*/*/crtbeginS.o >/dev/null 2>&1 ||
    ! ls /usr/include/c++/*/string >/dev/null 2>&1 ||
    ! [ -e /usr/include/stdio.h ]; then
    printf ' g++'
  fi
}

# Shared libraries of the toolchain itself, for a toolchain that was unpacked on a bare system. ldd is
# asked only while nothing has been built here: a toolchain that has built has its libraries.
missing_toolchain_libraries() {
  [ ! -e .build/firn-built ] || return 0
  command -v ldd >/dev/null || return 0
  bin=$(dirname "$(readlink -f "$(command -v swift)")")
  for library in $(ldd "$bin/swift-build" "$bin/swift-frontend" "$bin/lld" \
    "$bin"/../lib/swift/linux/libFoundation*.so 2>/dev/null |
    sed -n 's/^[[:space:]]*\([^ ]*\) => not found.*/\1/p' | sort -u); do
    case $library in
      libcurl.so.4) printf ' libcurl4' ;; # on Ubuntu 24.04 libcurl4t64 provides it
      libncurses.so.6 | libtinfo.so.6) printf ' libncurses6' ;;
      libsqlite3.so.0) printf ' libsqlite3-0' ;;
      libxml2.so.2) printf ' libxml2' ;;
      libuuid.so.1) printf ' libuuid1' ;;
      libedit.so.2) printf ' libedit2' ;;
      libz3.so.4) printf ' libz3-4' ;;
      libstdc++.so.6) printf ' libstdc++6' ;;
    esac
  done
}

install() {
  command="apt-get install -y --no-install-recommends $*"
  if [ "$(id -u)" = 0 ]; then
    root=
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    root="sudo"
  else
    fail "these packages are missing: $*" \
      "Ask someone who may install them, or run as root: apt-get update && $command"
  fi
  command -v apt-get >/dev/null || fail "these packages are missing and there is no apt-get: $*" \
    "Install them by this system's own means."
  echo "setup: installing $*" >&2
  # The package lists of a fresh system are empty, and old ones name files that are gone: then, and
  # only then, they are fetched anew.
  run_as_root "$@" 2>/dev/null ||
    { $root apt-get -qq update && run_as_root "$@"; } ||
    fail "apt-get could not install: $*" \
      "See its message above; when it is put right, run make again, or by hand: $root $command"
}

run_as_root() {
  $root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

fail() {
  echo "setup: $1" >&2
  shift
  printf '  %s\n' "$@" >&2
  exit 69 # EX_UNAVAILABLE
}

main "$@"
