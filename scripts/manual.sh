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

# The tool takes every command for one with subcommands (each has `help`), and lets paragraphs and examples run
# into one another: mdoc wants .Pp for an empty line, and a display for lines that are to stay as they are.
for page in "$out"/*.1; do
  awk '
    /^\.Ar subcommand$/ { next }
    /^\.It Em help$/ { help = 1 }
    help { if (/^\.Bl/) depth++; if (/^\.El/ && --depth == 0) help = 0; next }
    /^$/ { print ".Pp"; next }
    /^Examples:$/ { print; print ".Bd -literal"; display = 1; next }
    display && /^\./ { print ".Ed"; display = 0 }
    { print }
  ' "$page" >"$page.new"
  mv "$page.new" "$page"
done
