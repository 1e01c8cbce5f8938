# A bare `make` prints the targets. Everything runs in .venv, installed from the hash locks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
SPARK := $(VENV)/.spark
BENCH := $(VENV)/.bench
READERS := .venv-readers
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header
COMPILE = $(UV_COMPILE) pyproject.toml

STARTER = $(basename $(notdir $(wildcard pipeline/sources/starter_*.toml)))

# Tests start hundreds of processes: what these import is compiled once, also where the caller wants no bytecode.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help pipeline refresh test test-all test-kills fuzz readers docs spark test-spark check bench bench-locate weights bench-reconcile bench-views format lock pages outputs picture \
	page clean distclean

help:  ## print the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "twintowns needs Python 3.11 or newer; say which with: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "The venv module is missing; on Debian or Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml | $(BIN)/python
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(RUNTIME)

# Spark wants an older pandas than the benchmarks: whichever is installed last is there, and the other one's stamp goes.
$(SPARK): requirements-spark.lock $(DEV)
	@$(PIP) --require-hashes -r requirements-spark.lock
	@rm -f $(BENCH)
	@touch $@

$(BENCH): requirements-bench.lock $(DEV)
	@$(PIP) --require-hashes -r requirements-bench.lock
	@rm -f $(SPARK)
	@touch $@

# The other programs that open exports in tests; their tests are skipped without it.
$(READERS)/.installed: requirements-readers.lock $(DEV)
	@$(BIN)/uv --quiet venv --clear --python $(BIN)/python $(READERS)
	@$(BIN)/uv --quiet pip install --python $(READERS)/bin/python --require-hashes -r requirements-readers.lock
	@touch $@

pipeline: $(RUNTIME)  ## build raw/ into curated/current and print what was made
	@$(BIN)/twintowns build $(ARGS)

refresh: $(RUNTIME)  ## fetch what changed, build, gate, publish, report (docs/operating.md)
	@$(BIN)/twintowns refresh $(ARGS)

test: $(DEV)  ## run the tests that take a few minutes (TWINTOWNS_SAMPLES names a folder of real lists, if there is one)
	@$(BIN)/python -m pytest -n auto -m "not long" $(ARGS)

test-all: $(DEV)  ## run every test, the long ones first: every real list, kills, full disks, browsers, MediaWiki, Spark
	@$(BIN)/python -m pytest -n auto $(ARGS)

readers: $(READERS)/.installed  ## install geopandas apart, to open exports with it in tests

test-kills: $(DEV)  ## 300 refreshes killed at random moments, 50 publishes under 8 readers; about 30 minutes
	@TWINTOWNS_KILLS=$${TWINTOWNS_KILLS:-300} TWINTOWNS_PUBLISHES=50 TWINTOWNS_READERS=8 $(BIN)/python -m pytest -s \
		tests/integration/test_kills.py tests/integration/test_hostile.py $(ARGS)

fuzz: $(DEV)  ## a million damaged files for every reader; about an hour
	@POLARS_MAX_THREADS=1 $(BIN)/python tests/fuzz/fuzz.py --inputs 1000000 $(ARGS)

spark: $(SPARK)  ## install what --engine spark needs besides Java (some 400 MB); its tests then run with the others

test-spark: $(SPARK)  ## Spark and one process make the same release of all lists; some minutes
	@TWINTOWNS_SPARK=1 $(BIN)/python -m pytest tests/integration/test_spark.py $(ARGS)

check: $(DEV)  ## lint, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint -q pipeline

bench: $(BENCH)  ## speed, memory, growth and quality, beside the floor, pandas and Splink (benchmarks/README.md)
	@$(BIN)/python -m benchmarks $(ARGS)

bench-locate: $(BENCH)  ## how many towns are found, and how many rightly
	@$(BIN)/python -m benchmarks.locate $(ARGS)

weights: $(BENCH)  ## fit the weights of evidence anew to labelled mentions (TWINTOWNS_SAMPLES), and print what changed
	@$(BIN)/python -m benchmarks.weights $(ARGS)

bench-reconcile: $(BENCH)  ## how long claims take to become partnerships, beside one GROUP BY
	@$(BIN)/python -m benchmarks.reconcile $(ARGS)

bench-views: $(DEV)  ## how long each view and macro of the current release takes
	@$(BIN)/python -m benchmarks.views $(ARGS)

format: $(DEV)  ## format the code and fix what the linter can fix
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix -q pipeline

pages: $(DEV)  ## write what is generated in docs/: commands, data dictionary, diagrams
	@$(BIN)/python -m docs.generate.pages

outputs: $(DEV)  ## print anew what the examples of README.md and docs/ print (ARGS names pages)
	@$(BIN)/python -m docs.generate.outputs $(ARGS)

picture: $(DEV)  ## take the picture of the page for README.md (needs chromium and chromedriver)
	@$(BIN)/python -m docs.generate.picture

docs: $(DEV)  ## build the documentation into site/, with its links checked
	@$(BIN)/zensical build --strict --clean

page:  ## bundle the page's sources anew (needs Node 20 or newer; a release does not)
	@cd pipeline/page && npm ci --ignore-scripts --silent && npm run --silent build

lock: $(DEV)  ## resolve the dependencies anew into the hash locks
	@$(COMPILE) --upgrade --extra build -o requirements.lock
	@$(COMPILE) --upgrade --extra build --extra dev -o requirements-dev.lock
	@$(COMPILE) --upgrade --extra build --extra spark --constraint requirements-dev.lock -o requirements-spark.lock
	@$(COMPILE) --upgrade --extra build --extra dev --extra bench --constraint requirements-dev.lock -o requirements-bench.lock
	@$(UV_COMPILE) --upgrade --group readers -o requirements-readers.lock

clean:  ## remove what was generated, keep .venv and raw/
	@find curated -mindepth 1 ! -name README.md -delete 2>/dev/null || true
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info benchmarks/results site .cache
	@find pipeline schemas tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## also remove .venv
	@rm -rf $(VENV) $(READERS)
