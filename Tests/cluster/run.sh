#!/bin/bash
# Firn on a Slurm cluster of two nodes, one of which dies at work: the same bits as without.
#
#   make test-cluster        or Tests/cluster/run.sh [ROWS] [SHARDS]
#
# Installs slurm-wlm and munge where they are missing, starts munged, slurmctld and two slurmd on the
# loopback interface with files of their own under a temporary folder (nothing of the machine's own
# Slurm is read or written), and runs the movies pipeline on a cut of the data twice: on this machine
# without Slurm, and by LAUNCH=slurm with the shards as a job array. Once both nodes are at work, node
# n2's daemon and its jobs are killed with SIGKILL. Slurm finds the node gone and puts its task in the
# queue again; it goes on from its last commit on n1. Every shard, the merge and what a head and a fine-tuning of
# some steps, jobs too, learned must then be equal byte by byte. It needs root, as munged and slurmd do here, and
# takes minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."

rows=${1:-6000} shards=${2:-4}
work=$(mktemp -d /tmp/firn-cluster.XXXXXX)
local=outputs/cluster-local slurm=outputs/cluster-slurm
daemons=()

main() {
  [ "$(id -u)" = 0 ] || fail "this test starts daemons that want root; run it as root"
  trap tear_down EXIT
  trap 'exit 130' INT TERM HUP
  install
  start_cluster
  head -n $((rows + 1)) data/movies/movies.csv >"$work/cut.csv"
  rm -rf $local $slurm

  say "without Slurm: $rows rows in $shards shards"
  pipeline cluster-local >"$work/local.log" 2>&1 || { tail -20 "$work/local.log"; fail "the local run"; }
  say "with Slurm: a job array of $shards tasks on two nodes"
  pipeline cluster-slurm LAUNCH=slurm >"$work/slurm.log" 2>&1 &
  run=$!
  kill_a_node_at_work
  wait $run || { tail -30 "$work/slurm.log"; tail -20 "$work/slurmctld.log"; fail "the Slurm run"; }

  say "the scheduler's words:"
  grep -iE 'requeue|not responding|DOWN' "$work/slurmctld.log" | sed 's/^/  /' | tail -6
  grep -q 'requeue' "$work/slurmctld.log" || fail "no task was put in the queue again"
  said=$(cat $slurm/logs/encode-*.log | grep 'known by their tokens' || true)
  say "what was not lost: ${said:-nothing had been committed yet}"
  compare
  say "equal: $shards shards, the merge, the head and the fine-tuning"
}

say() { echo "cluster: $*" >&2; }

fail() {
  echo "cluster: failed: $*" >&2
  exit 1
}

install() {
  command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v munged >/dev/null &&
    return
  say "installing slurm-wlm and munge"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -qq -y --no-install-recommends slurm-wlm munge >/dev/null 2>&1 || {
    apt-get -qq update
    apt-get install -qq -y --no-install-recommends slurm-wlm munge >/dev/null
  }
}

# The heads and all that they need; nobody looks at the report.
pipeline() {
  name=$1
  shift
  make -f pipelines/movies.mk NAME="$name" INPUT="$work/cut.csv" SHARDS="$shards" HEADS=logistic \
    FINETUNE=1 FINETUNE_OPTIONS='--max-steps 20 --batch-size 8 --learning-rate 1e-4' THREADS=1 "$@" \
    outputs/"$name"/logistic/run.json outputs/"$name"/finetune/run.json
}

# --- The cluster ----------------------------------------------------------------------------------

start_cluster() {
  mkdir -p "$work"/state "$work"/spool/n1 "$work"/spool/n2
  chmod 755 "$work"
  dd if=/dev/urandom of="$work/munge.key" bs=1024 count=1 status=none
  chmod 400 "$work/munge.key"
  local cpus
  cpus=$(nproc)
  cat >"$work/slurm.conf" <<CONF
ClusterName=firn
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket,cred_expire=10
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool/%n
SlurmdPidFile=$work/%n.pid
SlurmctldPidFile=$work/slurmctld.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
# A node is given up after so many seconds of silence; the default is 300.
SlurmdTimeout=10
MinJobAge=300
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=16818 CPUs=1 RealMemory=1000
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=16828 CPUs=1 RealMemory=1000
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
  # Clients and jobs read it too.
  export SLURM_CONF="$work/slurm.conf"
  start munged --force --foreground --key-file="$work/munge.key" --socket="$work/munge.socket" \
    --pid-file="$work/munged.pid" --log-file="$work/munged.log" --seed-file="$work/munge.seed"
  wait_for 20 test -S "$work/munge.socket" || fail "munged did not start: $(tail -3 "$work/munged.log")"
  start slurmctld -D -f "$SLURM_CONF" -L "$work/slurmctld.log"
  start slurmd -D -N n1 -f "$SLURM_CONF" -L "$work/n1.log"
  start slurmd -D -N n2 -f "$SLURM_CONF" -L "$work/n2.log"
  n2=$!
  wait_for 60 nodes_are_idle || fail "the nodes did not come up: $(sinfo 2>&1; tail -3 "$work/n2.log")"
  say "two nodes on this machine ($cpus cores): $(sinfo -h -o '%n %t' | tr '\n' ' ')"
}

start() {
  "$@" >>"$work/daemons.log" 2>&1 &
  daemons+=($!)
}

nodes_are_idle() { [ "$(sinfo -h -t idle -o '%D' 2>/dev/null | awk '{ n += $1 } END { print n }')" = 2 ]; }

# Waits up to so many seconds for a command to succeed.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

# Whether both nodes encode, and the one to be killed has committed something.
both_are_at_work() {
  [ "$(squeue -h -t running -o '%N' | sort -u | tr '\n' ' ')" = "n1 n2 " ] || return 1
  task=$(squeue -h -t running -w n2 -o '%K' | head -1)
  partial=$slurm/shards/.features-$(printf %05d "$task")-of-$(printf %05d "$shards").h5.partial
  [ "$(stat -c %s "$partial" 2>/dev/null || echo 0)" -gt 100000 ]
}

kill_a_node_at_work() {
  wait_for 300 both_are_at_work || { tail -20 "$work/slurm.log"; fail "the nodes were never both at work"; }
  # The daemon first, so that it reports nothing; then its jobs and what started them.
  kill -KILL "$n2"
  local process parent
  for process in $(jobs_of n2); do
    parent=$(awk '{ print $4 }' "/proc/$process/stat" 2>/dev/null || true)
    case $(tr '\0' ' ' <"/proc/$parent/cmdline" 2>/dev/null || true) in
      slurmstepd*) kill -KILL "$parent" 2>/dev/null || true ;;
    esac
    kill -KILL "$process" 2>/dev/null || true
  done
  say "n2 is dead, with task $task at $(stat -c %s "$partial") bytes of its shard"
  [ -z "$(jobs_of n2)" ] || fail "a job of n2 lives on"
}

# The processes that run for a node, by their environment; never this script's own.
jobs_of() {
  local file
  for file in /proc/[0-9]*/environ; do
    if grep -zqsxF "SLURMD_NODENAME=$1" "$file" && grep -zqsxF "SLURM_CONF=$SLURM_CONF" "$file"; then
      basename "$(dirname "$file")"
    fi
  done
}

# --- The end --------------------------------------------------------------------------------------

compare() {
  local name
  for name in tokens.h5 features.h5 logistic/predictions.csv logistic/head.safetensors \
    finetune/predictions.csv finetune/model/model.safetensors; do
    cmp "$local/$name" "$slurm/$name" || fail "$name differs"
  done
  for name in "$local"/shards/*.h5; do
    cmp "$name" "$slurm/shards/$(basename "$name")" || fail "$(basename "$name") differs"
  done
  .build/release/firn-inspect $slurm/features.h5 --verify --quiet >"$work/inspect.log" ||
    fail "firn-inspect: $(tail -3 "$work/inspect.log")"
}

tear_down() {
  local status=$? process
  if [ -n "${SLURM_CONF:-}" ]; then
    scancel --user root 2>/dev/null || true
    for process in $(jobs_of n1) $(jobs_of n2); do kill -TERM "$process" 2>/dev/null || true; done
  fi
  [ -z "${run:-}" ] || kill -TERM "$run" 2>/dev/null || true
  for process in "${daemons[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  if [ $status -eq 0 ]; then rm -rf "$work" $local $slurm; else say "what is left to look at: $work, $slurm"; fi
  exit $status
}

main
