#!/bin/bash
# The container without a container engine: SageMaker's contract here, then the Dockerfile's own steps
# in a root that debootstrap makes, and the contract again inside it.
#
#   make test-container        or Tests/container/run.sh [--build]
#
# The Dockerfile is read line by line: RUN runs in the root, COPY copies into it. Of what its base
# images bring, Swift's libraries are taken from this machine's toolchain, and debootstrap brings
# the rest. The build itself, most of an hour on a small machine, is run in the root with --build
# alone; without, the stages come from .build/release. Needs root, debootstrap (installed where it is missing)
# and a mirror of Debian's that apt is set up for.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=
[ "${1:-}" != --build ] || build=yes
root=$(mktemp -d /tmp/firn-container.XXXXXX)
swift=$(readlink -f "$(command -v swift)")
toolchain=$(dirname "$(dirname "$(dirname "$swift")")")
libraries=$toolchain/usr/lib/swift/linux
release=bookworm
lent=()

main() {
  [ "$(id -u)" = 0 ] || fail "this test makes a root to change into; run it as root"
  trap tear_down EXIT
  trap 'exit 130' INT TERM HUP
  for package in jq debootstrap; do
    command -v $package >/dev/null || apt-get install -qq -y --no-install-recommends $package >/dev/null
  done
  say "the contract, here"
  Tests/container/contract.sh

  # From apt itself: its own files have two forms, and may stand in several places.
  mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' |
    awk -v release=$release '$1 == release && $2 == "main" && !found++ { print $3 }')
  [ -n "$mirror" ] || fail "apt knows no mirror of $release; is it set up, and apt-get update run?"
  say "debootstrap"
  debootstrap --variant=minbase $release "$root/base" "$mirror" \
    >"$root/debootstrap.log" 2>&1 || { tail -5 "$root/debootstrap.log"; fail "debootstrap"; }
  # How this machine reaches its mirrors.
  cp /etc/resolv.conf "$root/base/etc/" 2>/dev/null || true
  cp -R /etc/apt/sources.list* /etc/apt/apt.conf.d "$root/base/etc/apt/"
  mkdir -p "$root/base/usr/local/share"
  cp -R /usr/local/share/ca-certificates "$root/base/usr/local/share/" 2>/dev/null || true
  mkdir -p "$root/base/etc/ssl" && cp -R /etc/ssl/certs "$root/base/etc/ssl/" 2>/dev/null || true

  stage=0
  while IFS= read -r line; do
    case $line in
      FROM*) new_root $((stage += 1)) "$line" ;;
      "WORKDIR "*) directory=${line#WORKDIR } && mkdir -p "$root/$stage$directory" ;;
      "RUN "*) step "${line#RUN }" ;;
      "COPY "*) copy ${line#COPY } ;;
      "" | "#"*) ;;
      *) fail "a line of the Dockerfile that this script does not know: $line" ;;
    esac
  done <container/Dockerfile

  say "the contract, in the image's root"
  mkdir -p "$root/$stage/firn"
  tar -c Tests/container container data/models/all-MiniLM-L6-v2 | tar -x -C "$root/$stage/firn"
  TRAIN=/usr/local/bin/train chroot "$root/$stage" env -u TMPDIR TRAIN=/usr/local/bin/train \
    sh /firn/Tests/container/contract.sh ""
  say "passed; the image's root has $(du -smx --exclude=firn "$root/$stage" | cut -f 1) MB"
}

say() { echo "container: $*" >&2; }

fail() {
  echo "container: failed: $*" >&2
  exit 1
}

# A root for a stage of the Dockerfile, as its base image would be.
new_root() {
  say "$2"
  directory=/
  cp -a "$root/base" "$root/$1"
  mount -t proc proc "$root/$1/proc"
  mount --bind /dev "$root/$1/dev"
  if [ "$1" = 1 ]; then
    lend "$toolchain" "$root/$1"
    [ -z "$build" ] || bring_git "$root/$1"
  else
    # Where the stages of this machine's toolchain look for them.
    mkdir -p "$root/$1$libraries"
    cp -a "$libraries"/*.so* "$root/$1$libraries/"
  fi
}

# A folder of this machine in a root, to be read.
lend() {
  mkdir -p "$2$1"
  mount --bind "$1" "$2$1"
  mount -o remount,bind,ro "$2$1"
  lent+=("$2$1")
}

# Swift's image has a git, by which packages are fetched; it goes to the mirrors that this machine's goes to.
bring_git() {
  local place
  chroot "$1" sh -c 'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends git' \
    >"$root/step.log" 2>&1 || { tail -20 "$root/step.log"; fail "git"; }
  git config --get-regexp '^url\..*\.insteadof$' | while read -r key value; do
    git config --file "$1/etc/gitconfig" --add "$key" "$value"
  done
  for place in $(git config --name-only --get-regexp '^url\./.*\.insteadof$' | sed 's/^url\.//; s/\.insteadof$//' | sort -u); do
    lend "${place%/}" "$1"
  done
}

step() {
  case $1 in
    "swift build"*)
      [ -n "$build" ] || { say "  (not run without --build) $1"; return; } ;;
    "mkdir /stages"*)
      if [ -z "$build" ]; then
        mkdir "$root/1/stages"
        find -L .build/release -maxdepth 1 -type f -name 'firn-*' -perm -u+x -exec cp {} "$root/1/stages/" \;
        return
      fi ;;
  esac
  say "  RUN $1"
  chroot "$root/$stage" env -u TMPDIR DEBIAN_FRONTEND=noninteractive PATH="$toolchain/usr/bin:$PATH" \
    sh -c "cd '$directory' && $1" >"$root/step.log" 2>&1 || { tail -20 "$root/step.log"; fail "RUN $1"; }
}

copy() {
  say "  COPY $*"
  case $1 in
    --from=build) cp -R "$root/1$2." "$root/$stage$3" ;;
    .) git ls-files -z | tar -c --null -T - | tar -x -C "$root/$stage$directory" ;;
    *) cp "$1" "$root/$stage$2" ;;
  esac
}

tear_down() {
  local status=$? place
  for place in "$root"/[0-9]*; do
    umount "$place/proc" "$place/dev" 2>/dev/null || true
  done
  for place in "${lent[@]}"; do umount "$place" 2>/dev/null || true; done
  # Never through a mount that would not go.
  if grep -q " $root" /proc/mounts; then say "still mounted, left there: $root"; else rm -rf "$root"; fi
  exit $status
}

main
