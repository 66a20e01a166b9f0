#!/bin/sh
# Runs a stage and notes how long it took.
#
#   scripts/stage.sh SECONDS_FILE TARGET COMMAND…
#
# A stage whose output was up to date leaves the same file (the same inode) and only renews its
# time: the seconds noted when it was made stay. A failed stage leaves its output as it was, and notes nothing.
set -eu

seconds=$1 target=$2
shift 2
mkdir -p "$(dirname "$seconds")" "$(dirname "$target")"

before=$(ls -i "$target" 2>/dev/null | cut -d ' ' -f 1)
start=$(date +%s.%N)
"$@"
end=$(date +%s.%N)

if [ ! -e "$target" ]; then
  echo "stage: $1 ended well but wrote no $target; this is a bug of the stage" >&2
  exit 70
fi
after=$(ls -i "$target" | cut -d ' ' -f 1)
if [ "$before" != "$after" ] || [ ! -e "$seconds" ]; then
  awk -v start="$start" -v end="$end" 'BEGIN { printf "%.1f\n", end - start }' >"$seconds.new"
  mv "$seconds.new" "$seconds"
fi
