# browser: the page of make movies in headless Chromium, from its file: hover, filter, colours, keyboard, print.
#
# Needs      Chromium and its driver (Debian: chromium chromium-driver; installed where missing), and
#            python3 with venv (.venv-browser: selenium, once)
# Run        make test-browser
# Another    make test-browser PAGE=path/to/report.html
# Writes     outputs/browser/: screenshots light and dark, 1280 and 400 pixels wide, and print.pdf

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := test

SHELL := /bin/sh
PAGE ?= outputs/movies/report/report.html
PIP_OPTIONS ?=
VENV := .venv-browser

.PHONY: test
test: $(VENV)/installed | chromium
	$(if $(filter outputs/movies/report/report.html,$(PAGE)),@$(MAKE) -f pipelines/movies.mk)
	@$(VENV)/bin/python Tests/browser/page.py '$(PAGE)' --pictures outputs/browser

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
	  Tests/browser/install.sh

$(VENV)/installed: Tests/browser/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install -q --disable-pip-version-check $(PIP_OPTIONS) -r $<
	@touch $@
