# The stages of every pipeline: texts → tokens → features → a head → the table.
#
# A pipeline file sets NAME and its settings, includes this file, and is run from the root of the
# clone: make -f pipelines/NAME.mk [SETTING=value …]. All is written under outputs/NAME/:
#
#   tokens.h5 features.h5         what the stages make
#   logistic/ mlp/ tfidf/ …       the run folder of each head
#   settings/                     the settings they were made with
#   report/                       the comparison: report.html and tables (firn-compare)
#   seconds/                      how long each took
#   shards/                       with SHARDS: the parts that features.h5 refers to
#   logs/                         with LAUNCH=slurm: what the jobs said
#
# When is a stage run? When its input, the model or one of its own settings changed, and when Firn's
# version changed: a version is raised with every change of the numbers. A new build alone does not
# run it (the build is an order-only prerequisite). A stage that is run compares digests itself: where
# only times changed it says so, does nothing, and its output becomes as new as its input.

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := all

include pipelines/prepare.mk

# --- Settings that mean the same in every pipeline; a pipeline file may set its own before --------
# They come from the pipeline file or the command line, never from the environment, where names such
# as C or HEAD mean something else.
SETTINGS := MODEL TEXT_COLUMN LABEL_COLUMN ID_COLUMN MAX_LENGTH TEST_SIZE VALIDATION_SIZE SEED \
  STRATIFY POOLING LAYERS TOKEN_FEATURES HEADS HEAD SEEDS C CLASS_WEIGHT THREADS \
  SHARDS LAUNCH SLURM_OPTIONS \
  LOGISTIC_OPTIONS MLP_OPTIONS RNN_OPTIONS TFIDF_OPTIONS RIDGE_OPTIONS FINETUNE FINETUNE_OPTIONS
$(foreach name,$(SETTINGS),$(if $(filter environment,$(origin $(name))),$(eval undefine $(name))))

MODEL ?= $(EMBEDDED_MODEL)# a folder, or a hub id that is in the Hugging Face cache
TEXT_COLUMN ?= text#         column of INPUT that holds the texts
LABEL_COLUMN ?= label#       column that holds the class; empty: no labels
ID_COLUMN ?= id#             column that names the rows; empty: they are numbered from 0
MAX_LENGTH ?= 256#           tokens kept of a text, special ones included; time grows faster than it
TEST_SIZE ?= 0.2#            share of all rows that the figures are measured on
VALIDATION_SIZE ?= 0.2#      share of the rest: 0.2 and 0.2 make 64/16/20
SEED ?= 42#                  another seed, another split; scikit-learn's with the same number
STRATIFY ?=#                 yes: keep the classes' shares in each part
POOLING ?=#                  empty: the model's own; else cls, mean, max, …: firn-encode --help
LAYERS ?=#                   empty: the last; else numbers joined by commas, or all
TOKEN_FEATURES ?=#           yes: keep every token's hidden state too, for HEADS that name rnn-features
HEADS ?= logistic mlp tfidf rnn# heads that are trained and stand in the table, each in its own folder
HEAD ?=#                     one of them, and no other: HEAD=logistic takes a second
SEEDS ?= 1,2,3#              heads in which something is random are trained once a seed
C ?= 1#                      logistic, tfidf: smaller is smoother, larger follows the rows closer
CLASS_WEIGHT ?=#             logistic, tfidf: balanced gives rare classes the weight of common ones
LOGISTIC_OPTIONS ?=#         any options of firn-train's, such as --grid: firn-train --help
MLP_OPTIONS ?=
RNN_OPTIONS ?=
TFIDF_OPTIONS ?=
RIDGE_OPTIONS ?=
FINETUNE ?=#                 yes: train the whole encoder too, for its accuracy and its cost beside the heads'
FINETUNE_OPTIONS ?= --learning-rate 1e-4 --epochs 3# any options of firn-finetune's
THREADS ?=#                  empty: all cores, of a job of Slurm's one; the numbers do not depend on it
SHARDS ?=#                   a number: encode the rows in so many parts, and join them
LAUNCH ?=#                   slurm: encode, train and fine-tune in jobs of Slurm's, the shards as a job array
SLURM_OPTIONS ?=#            any options of sbatch's, such as --partition=long --time=60

# --- Commands -------------------------------------------------------------------------------------
out := outputs/$(NAME)
tokens := $(out)/tokens.h5
features := $(out)/features.h5
heads := $(or $(strip $(HEAD)),$(strip $(HEADS))) $(if $(strip $(FINETUNE)),finetune)
runs := $(foreach head,$(heads),$(out)/$(head)/run.json)

# $(call quoted,value): one word for the shell, whatever is in it.
quoted = '$(subst ','\'',$(strip $(1)))'
# $(call option,--flag,value): the flag and its value, or nothing where there is no value.
option = $(if $(strip $(2)),$(1) $(call quoted,$(2)))
empty :=
escaped = $(subst $(empty) $(empty),\ ,$(strip $(1)))

tokenize_settings = $(call quoted,$(INPUT)) --model $(call quoted,$(MODEL)) \
  $(call option,--text-column,$(TEXT_COLUMN)) $(call option,--label-column,$(LABEL_COLUMN)) \
  $(call option,--id-column,$(ID_COLUMN)) $(call option,--max-length,$(MAX_LENGTH)) \
  $(call option,--test-size,$(TEST_SIZE)) $(call option,--validation-size,$(VALIDATION_SIZE)) \
  $(call option,--seed,$(SEED)) $(if $(strip $(STRATIFY)),--stratify)
encode_settings = --model $(call quoted,$(MODEL)) $(call option,--pooling,$(POOLING)) \
  $(if $(strip $(LAYERS)),$(call quoted,--layers=$(strip $(LAYERS)))) \
  $(if $(strip $(TOKEN_FEATURES)),--token-features)

# What a clock that jumped back left in the future would be newer than any change to come. It becomes
# older than all, and the stages compare digests.
ifneq ($(wildcard $(out)),)
$(shell find $(out) -newermt '2 seconds' -exec touch -d @1 {} +)
endif

# What each head is trained from, and how; rnn-features is the rnn on the encoder's token features.
linear_settings = $(call option,--C,$(C)) $(call option,--class-weight,$(CLASS_WEIGHT))
seed_settings = $(call option,--seeds,$(SEEDS))
from-logistic = $(features)
from-mlp = $(features)
from-ridge = $(features)
from-rnn-features = $(features)
from-rnn = $(tokens)
from-tfidf = $(tokens)
from-finetune = $(tokens)
train-logistic = --head logistic $(linear_settings) $(seed_settings) $(LOGISTIC_OPTIONS)
train-tfidf = --head tfidf $(linear_settings) $(seed_settings) $(TFIDF_OPTIONS)
train-ridge = --head ridge $(seed_settings) $(RIDGE_OPTIONS)
train-mlp = --head mlp $(seed_settings) $(MLP_OPTIONS)
train-rnn = --head rnn $(seed_settings) $(RNN_OPTIONS)
train-rnn-features = --head rnn $(seed_settings) $(RNN_OPTIONS)
train-finetune = --model $(call quoted,$(MODEL)) $(FINETUNE_OPTIONS)
program-finetune = firn-finetune
$(foreach head,$(heads),$(if $(train-$(head)),,$(error there is no head '$(head)'; the heads are \
  logistic, mlp, rnn, rnn-features, tfidf, ridge, and with FINETUNE=1 finetune)))
threads = $(call option,--threads,$(THREADS))
job_threads = $(call option,--threads,$(if $(slurm),$(or $(strip $(THREADS)),1),$(THREADS)))

# Shards are named as firn-encode names them: their number and how many there are, five digits each.
shard_count := $(strip $(SHARDS))
shard_list := $(if $(shard_count),$(shell expr "$(shard_count)" : '[1-9][0-9]*$$' >/dev/null && \
  i=0 && while [ $$i -lt "$(shard_count)" ]; do printf '%05d-of-%05d ' $$i "$(shard_count)"; i=$$((i + 1)); done))
$(if $(shard_count),$(if $(shard_list),,$(error SHARDS is a number from 1, not '$(shard_count)')))
shard_files := $(patsubst %,$(out)/shards/features-%.h5,$(shard_list))

slurm := $(filter slurm,$(strip $(LAUNCH)))
$(if $(strip $(LAUNCH)),$(if $(slurm),,$(error LAUNCH is empty or slurm, not '$(strip $(LAUNCH))')))
# $(call job,log[,options of sbatch's]): what stands before a command that is to be a job.
job = $(if $(slurm),scripts/slurm.sh $(out)/logs/$(1) --cpus-per-task=$(or $(strip $(THREADS)),1) \
  $(SLURM_OPTIONS) $(2) -- )

# --- Rules ----------------------------------------------------------------------------------------
report := $(out)/report/report.html

# The stages leave these whole or as they were, so that an error or an interruption takes none of them
# away, and least of all the other shards of an array of which one failed.
.PRECIOUS: $(tokens) $(features) $(shard_files) $(runs) $(report)

.PHONY: all
all: $(runs) $(report)
	@scripts/summary.sh $(NAME) $(out) $(heads)
	@echo "report: $(report)"

model_file := $(if $(filter $(EMBEDDED_MODEL),$(MODEL)),$(EMBEDDED_MODEL)/config.json,$(if \
  $(wildcard $(call escaped,$(MODEL))/config.json),$(call escaped,$(MODEL))/config.json))
version_file := $(wildcard Sources/StageKit/Version.swift)

$(tokens): $(call escaped,$(INPUT)) $(model_file) $(version_file) $(out)/settings/tokenize \
  | .build/firn-built
	scripts/stage.sh $(out)/seconds/tokenize $@ \
	  $(BIN)/firn-tokenize $(tokenize_settings) $(threads) -o $@

encode_needs = $(tokens) $(model_file) $(version_file) $(out)/settings/encode
encode = $(BIN)/firn-encode $(tokens) $(encode_settings) $(job_threads)

ifeq ($(shard_count),)
$(features): $(encode_needs) | .build/firn-built
	scripts/stage.sh $(out)/seconds/encode $@ $(call job,encode) $(encode) -o $@

else
# The merge holds no rows: the shards stay. Its settings say which they are.
merge_settings = $(shard_files)
sum_seconds = $(if $(slurm),,cat $(shard_list:%=$(out)/seconds/encode-%) | \
  awk '{ sum += $$1 } END { printf "%.1f\n", sum }' >$(out)/seconds/encode)
$(features): $(shard_files) $(out)/settings/merge | .build/firn-built
	$(BIN)/firn-merge $(shard_files) -o $@
	$(sum_seconds)

ifeq ($(slurm),)
$(out)/shards/features-%.h5: $(encode_needs) | .build/firn-built
	scripts/stage.sh $(out)/seconds/encode-$* $@ \
	  $(encode) --shard $(subst -of-,/,$*) -o $@

else
# One array of jobs; a task whose shard is up to date ends at once. A task that a node takes down
# with it is put in the queue again, and goes on from its last commit.
$(shard_files) &: $(encode_needs) | .build/firn-built
	scripts/stage.sh $(out)/seconds/encode $(firstword $(shard_files)) \
	  $(call job,encode,--array=0-$(words $(wordlist 2,$(shard_count),$(shard_list)))) \
	  $(encode) --shard auto/$(shard_count) -o '$(out)/shards/features-{shard}.h5'

endif
endif

# With several heads the table at the end says it all; their reports stand in their folders.
# $(call run_rule,head)
define run_rule
$(out)/$(1)/run.json: $(from-$(1)) $(version_file) $(out)/settings/train-$(1) | .build/firn-built
	$$(call job,train-$(1))scripts/stage.sh $(out)/seconds/train-$(1) $$@ \
	  $(BIN)/$(or $(program-$(1)),firn-train) $$< $$(train-$(1)) $$(job_threads) -o $$(@D)$(if $(word 2,$(heads)), >/dev/null)
endef
$(foreach head,$(heads),$(eval $(call run_rule,$(head))))

# Which runs there are is a setting too: another head, another report.
report_settings = $(foreach head,$(heads),$(out)/$(head)) --title $(call quoted,$(NAME))
$(report): $(runs) $(version_file) $(out)/settings/report | .build/firn-built
	$(BIN)/firn-compare $(report_settings) $(threads) -o $(@D) >/dev/null

# A settings file is rewritten only where it says other than what is asked now. That is found out
# while reading, so that -n writes nothing and still tells the truth.
# $(call settings_file,name,settings)
define settings_file
ifneq ($$(strip $$(file <$(out)/settings/$(1))),$$(strip $$($(2))))
$(out)/settings/$(1): FORCE
endif
$(out)/settings/$(1):
	@mkdir -p $$(@D) && printf '%s\n' $$(call quoted,$$($(2))) >$$@.new && mv $$@.new $$@
endef
$(eval $(call settings_file,tokenize,tokenize_settings))
$(eval $(call settings_file,encode,encode_settings))
$(eval $(call settings_file,report,report_settings))
$(if $(shard_count),$(eval $(call settings_file,merge,merge_settings)))
$(foreach head,$(heads),$(eval $(call settings_file,train-$(head),train-$(head))))
