#!/bin/sh
# Runs a command as a job of Slurm's, or as each task of an array of jobs, and waits for its end.
#
#   scripts/slurm.sh LOG SBATCH_OPTION… -- COMMAND…
#
# What the command says goes to LOG.log, of an array's tasks to LOG-0.log and on. A job whose node
# fails is put in the queue again (--requeue) and writes on in its log. The status is the command's; of an array's
# tasks the highest one. Interrupted, it cancels what it submitted.
set -eu

log=$1
shift
mkdir -p "$(dirname "$log")"
output=$log.log
count=$#
while [ "$1" != -- ]; do
  case $1 in --array=*) output=$log-%a.log ;; esac
  set -- "$@" "$1"
  shift
  count=$((count - 1))
done
shift
count=$((count - 1))

# The command's words, each in quotes for the shell that runs the job.
command=
while [ $count -gt 0 ]; do
  command="$command '$(printf '%s' "$1" | sed "s/'/'\\\\''/g")'"
  shift
  count=$((count - 1))
done

rm -f "$log.log" "$log"-[0-9]*.log
sbatch --parsable --wait --requeue --open-mode=append --job-name="firn-$(basename "$log")" \
  --output="$output" "$@" --wrap "exec$command" >"$log.job" &
waiting=$!
trap 'scancel "$(cut -d ";" -f 1 "$log.job")"; exit 130' INT TERM HUP
status=0
wait $waiting || status=$?
rm -f "$log.job"

if [ $status -ne 0 ]; then
  echo "slurm: a job ended with status $status; its log is one of these:" >&2
  for file in "$log.log" "$log"-[0-9]*.log; do
    [ -e "$file" ] || continue
    echo "  $file" >&2
    grep -A 2 -s 'error: ' "$file" | sed 's/^/    /' >&2 || true
  done
  exit $status
fi
[ ! -e "$log.log" ] || cat "$log.log"
