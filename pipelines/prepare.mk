# What every pipeline and the menu share: the machine's packages, the build, the fetched model and data.
# Paths are relative to the root of the clone: its own path may hold spaces.

SHELL := /bin/sh
SWIFT ?= swift

# An import that is not an edge in Package.swift does not compile.
BUILD_FLAGS := -c release --explicit-target-dependency-import-check error
BIN := .build/release

# Directories too: a file that was removed shows only in its directory's time.
sources := $(shell find Package.swift Sources -not -name '.*' -not -name '* *')
stages := $(patsubst %,$(BIN)/%,$(notdir $(wildcard Sources/firn-*)))

# Asks dpkg each time, in milliseconds; order-only wherever it is used.
.PHONY: setup
setup:
	@scripts/setup.sh

.build/firn-built: $(sources) | setup
	$(SWIFT) build $(BUILD_FLAGS)
	@touch $@

# The stamp vouches for the stages only while they are there.
ifneq ($(words $(wildcard $(stages))),$(words $(stages)))
.build/firn-built: FORCE
endif

# Rechecked when the sums change; fetched only where the files are not what the sums say.
EMBEDDED_MODEL := data/models/all-MiniLM-L6-v2

.PHONY: model-data mpnet-data movies-data bbc-data
mpnet-data: data/models/all-mpnet-base-v2/config.json
model-data: $(EMBEDDED_MODEL)/config.json
movies-data: data/movies/movies.csv
bbc-data: data/bbc/bbc.csv

$(EMBEDDED_MODEL)/config.json: data/all-MiniLM-L6-v2.sha256
	@scripts/fetch-data.sh model

# Not part of the set-up: a model of base size, where one is wanted.
data/models/all-mpnet-base-v2/config.json: data/all-mpnet-base-v2.sha256
	@scripts/fetch-data.sh mpnet

data/movies/movies.csv: data/movies.sha256
	@scripts/fetch-data.sh movies

data/bbc/bbc.csv: data/bbc.sha256
	@scripts/fetch-data.sh bbc

FORCE:
