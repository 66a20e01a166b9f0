# parity: every family of encoders through the stages, beside transformers and tokenizers, as a table.
#
# Needs      python3 with venv, 7 GB of disk for the packages (.venv-parity, once)
# Run        make parity, or make -f pipelines/parity.mk [SETTING=value …]
# Again      make parity SEED=N makes the references of the seed that a run printed
# Yours      make parity REFERENCES=DIR: folders as Tests/Oracles/parity.py describes
# Tokenizers make parity STRINGS=100000: random Unicode strings through each family's tokenizer as well
# Settings   make parity VARIATIONS=1: each setting of config.json that changes an encoder's numbers
# Writes     outputs/parity: checkpoints with random weights, and what transformers gives for them

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := compare

include pipelines/prepare.mk

# From the command line or from here, never from the environment, as in pipelines/common.mk.
$(foreach name,REFERENCES SEED FAMILIES STRINGS VARIATIONS,$(if \
  $(filter environment,$(origin $(name))),$(eval undefine $(name))))

REFERENCES ?=#           empty: fresh ones
SEED ?=#                 empty: a random one, printed
FAMILIES ?=#             empty: all; else some, joined by commas
STRINGS ?=#              how many random strings
VARIATIONS ?=#           1: settings instead of the families as they are
PIP_OPTIONS ?=#          such as --extra-index-url of torch without CUDA, far smaller
VENV := .venv-parity
PARITY_PYTHON ?= $(VENV)/bin/python#    or a python that has the packages already

quoted = '$(subst ','\'',$(strip $(1)))'
option = $(if $(strip $(2)),$(1) $(call quoted,$(2)))

corpus := data/movies/movies.csv data/bbc/bbc.csv
folder := $(or $(REFERENCES),outputs/parity)
fresh := $(if $(strip $(REFERENCES)),,fresh)
packages := $(if $(filter $(VENV)/bin/python,$(PARITY_PYTHON)),$(VENV)/installed)
# One thread: the references are small, and the bits of their seed are then the same everywhere.
python := OMP_NUM_THREADS=1 $(call quoted,$(PARITY_PYTHON))

.PHONY: compare fresh
compare: $(fresh) | .build/firn-built $(packages)
	@$(python) Tests/Oracles/parity.py $(call quoted,$(folder)) --bin $(BIN)
	@$(if $(strip $(STRINGS)),$(python) Tests/Oracles/compare_tokenizer.py families \
	  $(call quoted,$(folder)) --random $(call quoted,$(STRINGS)) --bin $(BIN) \
	  $(call option,--seed,$(SEED)) $(if $(fresh),--corpus $(corpus)))

fresh: $(corpus) | $(packages)
	@rm -rf outputs/parity
	@$(python) Tests/Oracles/make_references.py outputs/parity --corpus $(corpus) \
	  $(call option,--seed,$(SEED)) $(call option,--families,$(FAMILIES)) \
	  $(if $(strip $(VARIATIONS)),--variations)

$(VENV)/installed: Tests/Oracles/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install -q --disable-pip-version-check $(PIP_OPTIONS) -r $<
	@touch $@
