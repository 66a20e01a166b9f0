# bench-peers: what a user would pick instead of Firn, beside Firn, on the same texts.
#
# Needs      python3 with venv, 8 GB of disk for the packages of the peers (.venv-peers, once), a
#            machine that does nothing else: company slows threads that wait for each other most
# Run        make bench-peers, or make -f pipelines/bench/peers.mk [SETTING=value …]
# Quick      make bench-peers WORKLOADS=movies ROWS=1000 ROUNDS=3
# Own data   make bench-peers WORKLOADS=mine csv_mine=mine.csv max_length_mine=128
#            with the columns id and text
# Writes     outputs/bench/peers.json and outputs/bench/peers/: exports, features of each engine
#
# bench-families: every architecture at base size beside transformers, by target families of this file.
# Quick      make bench-families FAMILIES='gpt2 t5' FAMILY_ROWS_movies=64 ROUNDS=1
# Writes     outputs/bench/families.json and outputs/bench/families/: a model of random weights, 0.5 GB
#
# bench-heads: an epoch of every network beside PyTorch and scikit-learn, by target heads of this file.
# Quick      make bench-heads ROUNDS=1
# Writes     nothing
#
# bench-finetune: 100 steps of fine-tuning beside PyTorch and ktrain, by target finetune of this file. ktrain
# has packages of its own (.venv-ktrain, 2 GB). Base: a DistilBERT of the base size, on sentences and articles.
# Quick      make bench-finetune ROUNDS=1 STEPS=20
# Writes     outputs/bench/finetune/: the rows, a model of random weights, runs

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := compare

include pipelines/prepare.mk

# From the command line or from here, never from the environment, as in pipelines/common.mk.
$(foreach name,MODEL WORKLOADS ROWS ROUNDS ENGINES THREADS FAMILIES STEPS,$(if \
  $(filter environment,$(origin $(name))),$(eval undefine $(name))))

MODEL ?= $(EMBEDDED_MODEL)#            a model folder
WORKLOADS ?= movies bbc mixed short#   what is embedded; see below
ROWS ?=#                               empty: all rows; else only so many first ones
ROUNDS ?= 5#                           how often each engine runs; the table has medians
ENGINES ?=#                            empty: all; else of firn-int8 ct2 ct2-int8 ort openvino st
FAMILIES ?=#                           empty: all of families.py
THREADS ?=#                            empty: all cores; the same number for each engine
STEPS ?= 100#                          of fine-tuning; a fifth of them for the model of the base size
PIP_OPTIONS ?=#                        such as --extra-index-url of torch without CUDA, far smaller
VENV := .venv-peers
PEERS_PYTHON ?= $(VENV)/bin/python#    or a python that has the packages already
KTRAIN_VENV := .venv-ktrain
KTRAIN_PYTHON ?= $(KTRAIN_VENV)/bin/python#

csv_movies := data/movies/movies.csv
csv_bbc := data/bbc/bbc.csv
csv_mixed := outputs/bench/mixed.csv
csv_short := outputs/bench/short.csv
max_length_movies := 256
max_length_bbc := 256
max_length_mixed := 512
max_length_short := 64
FAMILY_ROWS_movies := 300
FAMILY_ROWS_bbc := 32
max_length_family_movies := 128
max_length_family_bbc := 256

# --- Rules ----------------------------------------------------------------------------------------
# $(call quoted,value): one word for the shell, whatever is in it.
quoted = '$(subst ','\'',$(strip $(1)))'
option = $(if $(strip $(2)),$(1) $(call quoted,$(2)))

$(foreach name,$(WORKLOADS),$(if $(and $(csv_$(name)),$(max_length_$(name))),,$(error no workload \
  "$(name)": give csv_$(name)= and max_length_$(name)=)))
inputs := $(foreach name,$(WORKLOADS),$(csv_$(name)))
workloads := $(foreach name,$(WORKLOADS),$(call \
  quoted,$(name)=$(csv_$(name)):$(max_length_$(name))$(if $(strip $(ROWS)),:$(strip $(ROWS)))))
model_file := $(if $(filter $(EMBEDDED_MODEL),$(MODEL)),$(EMBEDDED_MODEL)/config.json)
packages := $(if $(filter $(VENV)/bin/python,$(PEERS_PYTHON)),$(VENV)/installed)
peers := $(call quoted,$(PEERS_PYTHON)) pipelines/bench/peers.py

# The export looks itself whether this model was exported by these packages.
.PHONY: compare
compare: $(inputs) $(model_file) | .build/firn-built $(packages)
	@$(peers) export --model $(call quoted,$(MODEL)) --work outputs/bench/peers
	@$(peers) compare --model $(call quoted,$(MODEL)) --work outputs/bench/peers --bin $(BIN) \
	  --output outputs/bench/peers.json $(call option,--rounds,$(ROUNDS)) \
	  $(call option,--engines,$(ENGINES)) $(call option,--threads,$(THREADS)) $(workloads)

.PHONY: families
families: $(csv_movies) $(csv_bbc) | .build/firn-built $(packages)
	@$(call quoted,$(PEERS_PYTHON)) pipelines/bench/families.py --bin $(BIN) \
	  $(call option,--rounds,$(ROUNDS)) $(call option,--families,$(FAMILIES)) \
	  $(call option,--threads,$(THREADS)) $(foreach name,movies bbc,$(call \
	  quoted,$(name)=$(csv_$(name)):$(max_length_family_$(name)):$(FAMILY_ROWS_$(name))))

.PHONY: heads
heads: | .build/firn-built $(packages)
	@$(call quoted,$(PEERS_PYTHON)) pipelines/bench/heads.py --bin $(BIN) \
	  $(call option,--rounds,$(ROUNDS)) $(call option,--threads,$(THREADS))

ktrain_packages := $(if $(filter $(KTRAIN_VENV)/bin/python,$(KTRAIN_PYTHON)),$(KTRAIN_VENV)/installed)
finetune = $(call quoted,$(PEERS_PYTHON)) pipelines/bench/finetune.py --bin $(BIN) \
  $(call option,--rounds,$(ROUNDS)) $(call option,--threads,$(THREADS))

.PHONY: finetune
finetune: $(csv_movies) $(csv_bbc) $(model_file) | .build/firn-built $(packages) $(ktrain_packages)
	@$(finetune) --csv $(csv_movies) --model $(call quoted,$(MODEL)) --steps $(STEPS) \
	  --ktrain $(call quoted,$(KTRAIN_PYTHON))
	@for csv in $(csv_movies) $(csv_bbc); do $(finetune) --csv $$csv \
	  --tokenizer $(call quoted,$(MODEL)) --steps $$(( ($(STEPS) + 4) / 5 )) || exit; done

$(KTRAIN_VENV)/installed: pipelines/bench/ktrain-requirements.txt
	python3 -m venv $(KTRAIN_VENV)
	$(KTRAIN_VENV)/bin/python -m pip install -q --disable-pip-version-check $(PIP_OPTIONS) -r $<
	@touch $@

outputs/bench/mixed.csv outputs/bench/short.csv: outputs/bench/%.csv: pipelines/bench/%.json \
  $(csv_movies) $(csv_bbc) | .build/firn-built
	@mkdir -p $(@D)
	$(BIN)/firn-bench --write-workload $< -o $@

$(VENV)/installed: pipelines/bench/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install -q --disable-pip-version-check $(PIP_OPTIONS) -r $<
	@touch $@
