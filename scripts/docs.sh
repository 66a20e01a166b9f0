#!/bin/sh
# Builds the libraries' reference by DocC into .build/documentation, out of what `make build` compiled.
#
#   scripts/docs.sh
#
# A library is documented by its public symbols. A warning of DocC's, such as a link to a symbol that is
# not there, is an error. Look at it: docc preview, or any web server with .build/documentation as root.
set -eu
export LC_ALL=C

modules=.build/release/Modules
work=.build/documentation.work
out=.build/documentation

main() {
  command -v docc >/dev/null || fail "there is no 'docc' beside swift" \
    "Use a toolchain of swift.org's; it has docc in its usr/bin."
  rm -rf "$work"
  mkdir -p "$work"
  for folder in Sources/*/; do
    module=$(basename "$folder")
    case $module in
      firn-* | C[A-Z]*) continue ;; # the stages explain themselves; C has headers
    esac
    document "$module"
  done
  rm -rf "$out"
  docc merge "$work"/*.doccarchive --output-path "$out" --synthesized-landing-page-name Firn
  rm -rf "$work"
  echo "docs: $out"
}

document() {
  mkdir "$work/$1"
  # shellcheck disable=SC2046 # flags are words
  swift symbolgraph-extract -module-name "$1" -target "$(target)" -I "$modules" $(c_flags) \
    -minimum-access-level public -skip-synthesized-members -output-dir "$work/$1"
  docc convert --additional-symbol-graph-dir "$work/$1" --fallback-display-name "$1" \
    --fallback-bundle-identifier "firn.$1" --warnings-as-errors \
    --output-path "$work/$1.doccarchive" >"$work/$1.log" 2>&1 || {
    cat "$work/$1.log" >&2
    fail "the documentation of $1 has warnings" \
      "A symbol of another module, or one that is not public, is named in single backticks."
  }
}

target() { swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)",*/\1/p' | head -n 1; }

# Where the modules that Firn's import find their C.
c_flags() {
  for map in Sources/C*/module.modulemap; do printf ' -Xcc -fmodule-map-file=%s' "$map"; done
  printf ' -Xcc -fmodule-map-file=.build/release/CKernels.build/module.modulemap'
  printf ' -Xcc -ISources/CKernels/include'
  for flag in $(pkg-config --cflags-only-I hdf5); do printf ' -Xcc %s' "$flag"; done
}

fail() {
  echo "docs: $1" >&2
  shift
  printf '  %s\n' "$@" >&2
  exit 70
}

main "$@"
