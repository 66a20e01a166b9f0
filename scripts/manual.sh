#!/bin/sh
# Makes the man pages of the built stages, into .build/manual, by swift-argument-parser's generate-manual.
#
#   scripts/manual.sh
#
# The tool is built out of the package that `make build` checked out. Its plugin (swift package generate-manual)
# is not used: it builds this whole package anew, with other flags than make's, and waits for its own lock.
set -eu
export LC_ALL=C

parser=.build/checkouts/swift-argument-parser
scratch=.build/manual-tool
tool=$scratch/release/generate-manual
out=.build/manual

[ -d "$parser" ] || {
  echo "manual: $parser is not there" >&2
  echo "  Build first: make build" >&2
  exit 66
}
swift build -q -c release -Xswiftc -suppress-warnings --package-path "$parser" \
  --scratch-path "$scratch" --product generate-manual
rm -rf "$out"
mkdir -p "$out"
# The commit's date, not the day's: the same source gives the same pages.
day=$(git log -1 --format=%cs 2>/dev/null || date +%Y-%m-%d)
for folder in Sources/firn-*/; do
  "$tool" ".build/release/$(basename "$folder")" --output-directory "$out" --date "$day"
done
