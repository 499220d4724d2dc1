# The verbs of the project; `make` alone lists them.

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCKS := requirements/build.txt requirements/runtime.txt requirements/dev.txt
LOCKING := build/lock/bin
OLDEST_PYTHON ?= python3.11

.PHONY: help install demo demo-service chaos bench bench-service test check fix lint tests node spark docker-check lock clean

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1@\2/p' Makefile | awk -F@ '{ printf "%-17s %s\n", $$1, $$2 }'

install: .venv/installed ## make .venv with the locked dependencies (PYTHON=... for a certain Python)
	@:

demo: install ## evaluate the demonstration cohort and write its report
	@$(BIN)/marrow demo

demo-service: install ## play a child's story on a FHIR server beside Marrow, and show each Condition as it appears (Node.js)
	@command -v node >/dev/null && command -v npm >/dev/null || \
	  { echo "make demo-service: its FHIR server needs node and npm (apt-get install nodejs npm)" >&2; exit 1; }
	@$(MAKE) --no-print-directory node_modules/installed
	@$(BIN)/python -m demo.play_story

bench: install ## measure help, one Bundle in a fresh process, evaluations per second, and the results of large cohorts
	@$(BIN)/python benchmarks/quick.py
	@$(BIN)/python benchmarks/cohort.py

bench-service: install ## measure the event service under load beside a bare durable INSERT, on SQLite and PostgreSQL (long)
	@$(BIN)/python -m benchmarks.service --verbose

bench-quick: install ## the same two questions by Marrow, DuckDB, Polars, Python and CQL engines on a small export (minutes)
	@$(BIN)/python -m benchmarks.bulk.run --patients 300 --runs 3

test: install node spark lint tests ## run every check and every test (MARROW_REQUIRE_ALL=1: leave nothing out)

check: install lint tests ## the same with what is already installed; changes nothing

chaos: install node ## kill the service at random moments, 200 times and more, over SQLite and over PostgreSQL (CHAOS='--seed 2')
	@$(BIN)/python -m tests.chaos.run $(CHAOS)

fix: install ## format, and repair what can be repaired
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

lint: install
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

tests: install
	@$(BIN)/python -m pytest -n 2

docker-check: install ## build docker/Dockerfile without an engine and ask what it makes (root, debootstrap; 3 GB, minutes)
	@$(BIN)/python -m tests.docker.try_without_engine

# One lock serves Python 3.11 and 3.12, so it is made with the older. Versions stay where they fit; UPGRADE=--upgrade moves them.
lock: export CUSTOM_COMPILE_COMMAND = make lock
lock: ## write the locks anew from pyproject.toml, requirements/*.in and package.json (UPGRADE=--upgrade for newer versions)
	@$(OLDEST_PYTHON) -m venv --clear build/lock
	@$(LOCKING)/python -m pip -qq install pip-tools
	@$(LOCKING)/pip-compile $(UPGRADE) --extra service --output-file requirements/runtime.txt pyproject.toml
	@$(LOCKING)/pip-compile $(UPGRADE) --output-file requirements/dev.txt requirements/dev.in
	@$(LOCKING)/pip-compile $(UPGRADE) --output-file requirements/spark.txt requirements/spark.in
	@$(LOCKING)/pip-compile $(UPGRADE) --output-file requirements/build.txt requirements/build.in
	@npm install --package-lock-only --loglevel=error

clean: ## remove .venv, node_modules, builds and caches
	@rm -rf .venv node_modules build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What comes as source is built with the locked tools, not with whatever is newest: hence no build isolation.
.venv/locked: $(LOCKS) .ci/python
	@python=$$(.ci/python) && \
	  echo "Making .venv with $$($$python --version) and the locked dependencies; this takes a minute or two, once" && \
	  $$python -m venv --clear .venv
	@$(PIP) install --require-hashes -r requirements/build.txt
	@$(PIP) install --require-hashes --no-build-isolation --use-pep517 -r requirements/runtime.txt -r requirements/dev.txt
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Half a gigabyte that only the tests on Spark need.
spark: install .venv/spark

.venv/spark: .venv/locked requirements/spark.txt
	@echo "Installing Spark for the tests; this takes a minute or two, once"
	@$(PIP) install --require-hashes --no-build-isolation --use-pep517 -r requirements/spark.txt
	@touch $@

node_modules/installed: package.json package-lock.json .npmrc
	@echo "Installing the Node.js parts of the tests"
	@npm ci --loglevel=error --no-progress >/dev/null
	@touch $@

node:
	@if command -v node >/dev/null && command -v npm >/dev/null; then \
	  $(MAKE) --no-print-directory node_modules/installed && exit 0; why="npm ci failed"; \
	else \
	  why="node and npm are not on this machine (apt-get install nodejs npm)"; \
	fi; \
	echo "Left out, the Node.js parts of the tests: $$why"; \
	test "$$MARROW_REQUIRE_ALL" != 1
