#!/bin/sh
# Installs Chromium and its driver where they are missing; only make test-browser needs them.
set -eu
packages="chromium chromium-driver fonts-dejavu-core"
run=
[ "$(id -u)" = 0 ] || run=sudo
command -v apt-get >/dev/null || {
  echo "browser: install chromium and chromedriver by this system's own means" >&2
  exit 69
}
echo "browser: installing $packages" >&2
install() {
  $run env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $packages >/dev/null
}
install 2>/dev/null || { $run apt-get -qq update && install; } || {
  echo "browser: apt-get could not install: $packages" >&2
  exit 69
}
