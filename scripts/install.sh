#!/bin/sh
# Installs the built stages, their man pages and shell completions, or takes them away again.
#
#   scripts/install.sh install|uninstall PREFIX
#
# DESTDIR, if set, is put before every path: what packagers build in. Only files that are put there by
# `install` are removed by `uninstall`. The stages load Swift's runtime libraries from the toolchain that
# built them, which must stay where it is.
set -eu
export LC_ALL=C

main() {
  action=${1:-} prefix=${2:-}
  case $prefix in
    /*) ;;
    *) fail 64 "PREFIX must be an absolute path, not '$prefix'" "For example: make install PREFIX=/usr/local" ;;
  esac
  root=${DESTDIR:-}$prefix
  man=$root/share/man/man1
  bash=$root/share/bash-completion/completions
  zsh=$root/share/zsh/site-functions
  fish=$root/share/fish/vendor_completions.d
  case $action in
    install) install_all ;;
    uninstall) uninstall_all ;;
    *) fail 64 "usage: scripts/install.sh install|uninstall PREFIX" ;;
  esac
}

stages() { for folder in Sources/firn-*/; do basename "$folder"; done; }

install_all() {
  mkdir -p "$root/bin" "$man" "$bash" "$zsh" "$fish" ||
    fail 73 "$root cannot be written" "Use sudo, or another place: make install PREFIX=\$HOME/.local"
  for stage in $(stages); do
    built=.build/release/$stage
    [ -x "$built" ] || fail 66 "$built is not there" "Build first: make build"
    install -m 755 "$built" "$root/bin/$stage"
    page=.build/manual/$stage.1
    [ -s "$page" ] || fail 66 "$page is not there" "Make the pages: scripts/manual.sh"
    install -m 644 "$page" "$man/$stage.1"
    "$built" --generate-completion-script bash >"$bash/$stage"
    "$built" --generate-completion-script zsh >"$zsh/_$stage"
    "$built" --generate-completion-script fish >"$fish/$stage.fish"
  done
  echo "install: $(stages | wc -l) stages in $root/bin, man pages and completions in $root/share"
}

uninstall_all() {
  for stage in $(stages); do
    rm -f "$root/bin/$stage" "$man/$stage.1" "$bash/$stage" "$zsh/_$stage" "$fish/$stage.fish"
  done
  echo "uninstall: the stages, their man pages and completions are gone from $root"
}

fail() {
  status=$1
  echo "install: $2" >&2
  shift 2
  [ $# = 0 ] || printf '  %s\n' "$@" >&2
  exit "$status"
}

main "$@"
