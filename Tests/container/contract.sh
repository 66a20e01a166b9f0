#!/bin/sh
# Training jobs of SageMaker's, laid out under a temporary root: what container/train makes of them.
#
#   Tests/container/contract.sh [STAGES]
#
# STAGES: the folder of the stages, .build/release where it is not given. Needs jq and the embedded
# model's folder; takes a minute. Tests/container/run.sh runs it here and in the image's root.
set -eu
cd "$(dirname "$0")/../.."
stages=${1-.build/release}
[ -z "$stages" ] || PATH=$(cd "$stages" && pwd):$PATH
train=${TRAIN:-$PWD/container/train}
model=${MODEL:-data/models/all-MiniLM-L6-v2}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
export XDG_CACHE_HOME="$root/cache"
passed=0

main() {
  i=0
  echo "review,sentiment" >"$root/reviews.csv"
  while [ $i -lt 400 ]; do
    echo "\"film number $i was good, and I liked it\",yes"
    echo "\"film number $i was bad, and I left, early\",no"
    i=$((i + 1))
  done >>"$root/reviews.csv"
  columns='"tokenize.text-column": "review", "tokenize.label-column": "sentiment", "tokenize.test-size": "0.2", "tokenize.validation-size": "0.2"'
  firn-tokenize "$root/reviews.csv" --model "$model" -o "$root/tokens.h5" --text-column review \
    --label-column sentiment --test-size 0.2 --validation-size 0.2 --quiet >/dev/null
  firn-encode "$root/tokens.h5" --model "$model" -o "$root/features.h5" --pooling mean,cls --quiet \
    >/dev/null

  a_head_from_texts
  a_head_from_features
  a_tfidf_head_from_tokens
  fine_tuning_and_an_interruption
  a_checkpoint_of_another_job
  an_interrupted_encoding_goes_on
  failures
  echo "contract: $passed checks passed"
}

a_head_from_texts() {
  job texts "{$columns, \"encode.pooling\": \"mean,cls\", \"train.C\": \"2\"}"
  # In folders, as S3 keeps files, and of a name with a space.
  mkdir -p "$ml/input/data/texts/2026/some reviews"
  cp "$root/reviews.csv" "$ml/input/data/texts/2026/some reviews/a b.csv"
  channel_model
  run 0
  firn-train "$root/features.h5" --C 2 -o "$root/expected" --quiet >/dev/null
  same predictions.csv head.safetensors
  is "a prediction" "$(firn-predict "$ml/model/run" --model "$model" "film number 3 was good, and I liked it")" yes
}

a_head_from_features() {
  # As SageMaker's Python library writes values: JSON in strings.
  job features '{"job": "\"head\"", "train.head": "\"mlp\"", "train.hidden": "16", "train.view": "layers/6/cls", "sagemaker_region": "\"x\""}'
  cp "$root/features.h5" "$ml/input/data/features/f.h5"
  run 0
  firn-train "$root/features.h5" --head mlp --hidden 16 --view layers/6/cls -o "$root/expected" --quiet \
    >/dev/null
  same predictions.csv head.safetensors
}

a_tfidf_head_from_tokens() {
  job tokens '{"train.head": "tfidf", "train.force": "true", "train.json": "false"}'
  cp "$root/tokens.h5" "$ml/input/data/tokens/"
  channel_model
  run 0
  firn-train "$root/tokens.h5" --head tfidf -o "$root/expected" --quiet >/dev/null
  same predictions.csv
}

# SIGTERM, then the same job anew: SageMaker keeps checkpoints/ over an interruption.
fine_tuning_and_an_interruption() {
  settings='{"job": "finetune", "finetune.epochs": "2", "finetune.learning-rate": "1e-4", "finetune.batch-size": "2", "finetune.threads": "1"}'
  job tokens "$settings"
  cp "$root/tokens.h5" "$ml/input/data/tokens/"
  channel_model
  mkdir "$ml/checkpoints"
  # Some steps in, which the stage tells after ten seconds: steps are short, so that one ends within the
  # seconds that it has.
  interrupt_once 3000 grep -q 'training .*[0-9]/[0-9]* steps' "$root/log"
  [ ! -e "$ml/model/run" ] || fail "an interrupted job left a model"
  [ -e "$ml/checkpoints/run.checkpoint" ] || fail "no checkpoint: $(tail -n 3 "$root/log")"
  run 0
  [ -e "$ml/model/run/model/model.safetensors" ] || fail "no model"
  firn-finetune "$root/tokens.h5" --model "$model" --epochs 2 --learning-rate 1e-4 --batch-size 2 \
    --threads 1 -o "$root/expected" --quiet >/dev/null
  same predictions.csv model/model.safetensors
}

# What cannot be gone on from is said and left behind: the job would never start otherwise.
a_checkpoint_of_another_job() {
  job tokens '{"job": "finetune", "finetune.max-steps": "2", "finetune.batch-size": "2"}'
  cp "$root/tokens.h5" "$ml/input/data/tokens/"
  channel_model
  mkdir "$ml/checkpoints"
  head -c 100 "$root/tokens.h5" >"$ml/checkpoints/run.checkpoint"
  run 0
  grep -q 'begins anew' "$root/log" || fail "not said: $(cat "$root/log")"
  [ ! -e "$ml/checkpoints/run.checkpoint" ] || fail "the other job's checkpoint is still there"
}

an_interrupted_encoding_goes_on() {
  job texts "{$columns, \"encode.threads\": \"1\", \"encode.layers\": \"all\"}"
  # Rows enough to be met at work.
  cp "$root/reviews.csv" "$ml/input/data/texts/a.csv"
  i=1
  while [ $i -le 40 ]; do
    sed -n '2,$p' "$root/reviews.csv" | sed "s/number/number $i and/" >>"$ml/input/data/texts/a.csv"
    i=$((i + 1))
  done
  channel_model
  mkdir "$ml/checkpoints"
  interrupt_once 600 a_megabyte_is_encoded
  run 0
  grep -q 'were known by their tokens' "$root/log" || fail "nothing was kept: $(cat "$root/log")"
  passed=$((passed + 1))
}

a_megabyte_is_encoded() {
  [ "$(stat -c %s "$ml/checkpoints/.features.h5.partial" 2>/dev/null || echo 0)" -gt 1000000 ]
}

failures() {
  job texts "{$columns, \"train.head\": \"forest\"}"
  run 66 "the channel 'model' is missing"
  channel_model
  run 66 "the channel 'texts' has no file"
  echo "text,label" >"$ml/input/data/texts/a.csv"
  run 65 "firn-tokenize: error:" "next:"
  job features '{"train.head": "forest"}'
  cp "$root/features.h5" "$ml/input/data/features/"
  run 64 "forest"
  job features '{"train.hedd": "mlp"}'
  cp "$root/features.h5" "$ml/input/data/features/"
  run 64 "--hedd"
  job features '{"train.output": "elsewhere"}'
  run 64 "'train.output' is not for a job"
  # What no stage says: here something stands where the model should go.
  job features '{}'
  cp "$root/features.h5" "$ml/input/data/features/"
  rmdir "$ml/model"
  touch "$ml/model"
  run 1 "a step of the container failed"
  job features '{"learning_rate": "1"}'
  run 64 "no hyperparameter 'learning_rate'"
  job features '{"job": "sing"}'
  run 64 "not 'sing'"
  job features '{"job": 1}'
  run 65 "not an object of strings"
  job features '{}'
  echo '{"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]}' >"$ml/input/config/resourceconfig.json"
  run 64 "2 instances"
  job features '{}'
  head -c 2000 "$root/features.h5" >"$ml/input/data/features/f.h5"
  run 65 "cut short" "f.h5"
}

# --- The tree -------------------------------------------------------------------------------------

# job CHANNEL HYPERPARAMETERS: a fresh tree with an empty channel.
job() {
  rm -rf "$root/box" "$root/expected"
  export FIRN_SAGEMAKER_PREFIX="$root/box"
  ml=$root/box/opt/ml
  mkdir -p "$ml/input/config" "$ml/input/data/$1" "$ml/model" "$ml/output"
  echo "$2" >"$ml/input/config/hyperparameters.json"
  echo "{\"$1\": {\"TrainingInputMode\": \"File\"}}" >"$ml/input/config/inputdataconfig.json"
  echo '{"current_host": "algo-1", "hosts": ["algo-1"]}' >"$ml/input/config/resourceconfig.json"
}

channel_model() {
  cp -R "$model" "$ml/input/data/model"
  jq '. + {model: {TrainingInputMode: "File"}}' "$ml/input/config/inputdataconfig.json" >"$root/c"
  mv "$root/c" "$ml/input/config/inputdataconfig.json"
}

# run STATUS WORD…: the job ends so, and its failure, where it is one, has these words.
run() {
  expected=$1
  shift
  status=0
  "$train" train >"$root/log" 2>&1 || status=$?
  [ $status = "$expected" ] || fail "status $status, not $expected: $(cat "$root/log")"
  if [ "$expected" = 0 ]; then
    [ ! -e "$ml/output/failure" ] || fail "a failure of a job that went well"
    [ -e "$ml/model/run/run.json" ] || fail "no run in the model"
  else
    [ ! -e "$ml/model/run" ] || fail "a model of a job that failed"
    for word in "$@"; do
      grep -q -- "$word" "$ml/output/failure" || fail "no '$word' in: $(cat "$ml/output/failure")"
    done
  fi
  passed=$((passed + 1))
}

# interrupt_once TRIES COMMAND…: the job begins, and is told to leave as soon as the command succeeds, which is
# tried ten times a second.
interrupt_once() {
  most=$1
  shift
  "$train" train >"$root/log" 2>&1 &
  job=$!
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -lt "$most" ] || fail "the stage is not at work: $(tail -n 3 "$root/log")"
    sleep 0.1
  done
  kill -TERM $job
  status=0
  wait $job || status=$?
  is "the status after SIGTERM" $status 143
}

same() {
  for file in "$@"; do
    cmp "$ml/model/run/$file" "$root/expected/$file" || fail "$file is not what the stage makes"
    passed=$((passed + 1))
  done
}

is() {
  [ "$2" = "$3" ] || fail "$1 is $2, not $3: $(tail -n 5 "$root/log")"
  passed=$((passed + 1))
}

fail() {
  echo "contract: failed: $*" >&2
  exit 1
}

main
