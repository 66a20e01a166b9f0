# Firn's menu. `make` alone prints it; the rules stand in pipelines/.

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

# Pipelines share the build and the model: asked for together they run one after the other, each
# one parallel inside itself (-j reaches it).
.NOTPARALLEL:

include pipelines/prepare.mk

PIPELINES := movies bbc imdb

# How often each measurement is taken; the median is given.
$(if $(filter environment,$(origin ROUNDS)),$(eval undefine ROUNDS))
ROUNDS ?= 5
BENCH_WORKLOADS ?= $(patsubst %,pipelines/bench/%.json,movies bbc mixed short)

# Where `make install` puts the stages; DESTDIR, if given, stands before it.
PREFIX ?= /usr/local

.PHONY: help $(PIPELINES) bench bench-peers bench-families bench-heads bench-finetune bench-scale \
  parity test test-browser test-cluster test-container test-docs test-kills test-sanitize \
  fuzz build lint data docs install uninstall setup clean

help:
	@printf 'Firn: texts to features from a frozen transformer, kept in HDF5, light heads trained on them.\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@printf '\nSettings stand at the top of pipelines/*.mk and are overridden on the command line:\n'
	@printf '  make movies MAX_LENGTH=128\n'

movies: ## 10,605 sentences of film reviews, two classes: the main job, minutes
	@$(MAKE) -f pipelines/movies.mk

bbc: ## 2,225 long news articles, five topics
	@$(MAKE) -f pipelines/bbc.mk

imdb: ## the DistilBERT on IMDb job of the ktrain tutorial; brings neither csv nor model
	@$(MAKE) -f pipelines/imdb.mk

bench: .build/firn-built model-data movies-data bbc-data ## kernels and stages against this machine's limits; half an hour
	@$(BIN)/firn-bench $(BENCH_WORKLOADS) --rounds $(ROUNDS)

bench-peers: ## the same jobs by other programs, in turn with ours; fetches 7 GB, hours
	@$(MAKE) -f pipelines/bench/peers.mk ROUNDS=$(ROUNDS)

parity: ## every family of encoders beside transformers, as a table; fetches 7 GB, REFERENCES=DIR to give them
	@$(MAKE) -f pipelines/parity.mk

bench-families: ## every architecture at base size beside transformers; needs what bench-peers needs, an hour
	@$(MAKE) -f pipelines/bench/peers.mk families ROUNDS=$(ROUNDS)

bench-heads: ## an epoch of every network in turn with PyTorch and scikit-learn; needs what bench-peers needs
	@$(MAKE) -f pipelines/bench/peers.mk heads ROUNDS=$(ROUNDS)

bench-finetune: ## steps of a whole encoder in turn with PyTorch and ktrain; fetches 8 GB, half an hour
	@$(MAKE) -f pipelines/bench/peers.mk finetune ROUNDS=$(ROUNDS)

bench-scale: .build/firn-built ## time and memory of the stages up to ROWS=1000000 rows of made text
	@mkdir -p outputs/bench
	@python3 pipelines/bench/scale.py --rows $(or $(ROWS),1000000) --bin $(BIN) --folder outputs/bench/scale \
	  --model Tests/StagesTests/Fixtures/tiny-bert

test: lint ## build in release and run all tests
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	$(SWIFT) test $(BUILD_FLAGS) --skip-build

test-docs: ## run every command of README, docs/ and examples/ in a fresh clone; half an hour
	@python3 scripts/test_docs.py

test-browser: ## the page of make movies in headless Chromium: hover, filter, keyboard, print; installs Chromium
	@$(MAKE) -f pipelines/browser.mk

test-kills: ## KILLS=200 processes killed at random moments, as a table; half an hour
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	FIRN_KILLS=$(or $(KILLS),200) $(SWIFT) test $(BUILD_FLAGS) --skip-build --filter KillTests

test-sanitize: ## tests where C, pointers and threads are, under AddressSanitizer and ThreadSanitizer; builds twice
	scripts/sanitize.sh

fuzz: setup ## changed files in every format under libFuzzer, SECONDS=60 each
	scripts/fuzz.sh $(or $(SECONDS),60)

test-cluster: .build/firn-built model-data movies-data ## a Slurm of two nodes on this machine, one killed at work; installs slurm-wlm
	Tests/cluster/run.sh

test-container: .build/firn-built model-data ## SageMaker's contract, and the Dockerfile's steps in a root of debootstrap's; as root
	Tests/container/run.sh

build: .build/firn-built ## build the stages in release into .build/release

lint: setup ## check the formatting of every Swift file
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

docs: .build/firn-built ## the libraries' reference by DocC, into .build/documentation
	@scripts/docs.sh

install: .build/firn-built ## stages, man pages and completions into PREFIX (/usr/local)
	@scripts/manual.sh
	@DESTDIR='$(DESTDIR)' scripts/install.sh install '$(PREFIX)'

uninstall: ## take them away again
	@DESTDIR='$(DESTDIR)' scripts/install.sh uninstall '$(PREFIX)'

data: model-data movies-data bbc-data ## fetch and check the embedded model and both data sets

mpnet-data: ## fetch all-mpnet-base-v2, 5 times as large: make movies MODEL=data/models/all-mpnet-base-v2

setup: ## install the packages that are missing (as root, or by sudo)

clean: ## remove what was built and all outputs; what was fetched stays
	rm -rf .build data/.fetch.*
	find outputs -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
