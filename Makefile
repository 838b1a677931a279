# One command each. `make help` lists them.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# A stamp per lock file: a second run does nothing unless the lock changed.
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(RUN) ## set up if needed, then start the bot
	$(PY) -m bot run

install: $(RUN) ## only set up what running needs

# One worker more than cores: a test that waits for a process leaves its core to others.
PYTEST := $(PY) -m pytest -n 3 --dist worksteal

test: $(DEV) ## set up if needed, then run the tests, but for those of test-slow and fleet
	$(PYTEST) --ignore=tests/browser -m "not slow and not fleet" $(ARGS)
# Apart from the others: one event loop lives as long as its Chromium. With ARGS only what they name is run.
	$(if $(ARGS),,$(PYTEST) -m "not slow" tests/browser)

test-fast: $(DEV) ## the tests within one process on SQLite: no browser, no real program, no PostgreSQL
	$(PYTEST) --ignore=tests/browser -m "not (slow or fleet or journey or postgresql)" $(ARGS)

# Only the files that have some, since each process reads them all; the longest first, so that none waits at the end.
test-slow: $(DEV) ## the long stories of several processes and pseudo-terminals, and the rest of the browser's: minutes
	$(PYTEST) --dist load --maxschedchunk 1 -m "slow and not fleet" \
		$(or $(ARGS),tests/money $$(grep -rl --include='*.py' --exclude-dir=browser 'mark\.slow' tests))
	$(if $(ARGS),,$(PYTEST) -m slow tests/browser)

cover: $(DEV) ## how much of the code the tests of `make test` run, but for the browser's, as a number
	$(PYTEST) --ignore=tests/browser -m "not slow and not fleet" --cov --cov-report=term:skip-covered $(ARGS)

chaos: $(DEV) ## kill, stop, starve and cut off the real program, and count what was lost: minutes
	$(PY) -m tests.chaos $(ARGS)

fleet: $(DEV) ## several processes that die, are cut off and replaced under a thousand requests, and what was lost: minutes
	$(if $(ARGS),,$(PY) -m pytest -m fleet tests/fleet)
	$(PY) -m tests.fleet $(ARGS)

check: $(DEV) ## lint, types, the import contract, the links of the documentation
	$(MAKE) --no-print-directory -j2 types lint

lint: $(DEV) ## style and format, the import contract, and the documentation as a site
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports --no-cache
	$(MAKE) -s site

types: $(DEV) ## the types, with mypy --strict
	$(PY) -m mypy

site: $(DEV) ## the documentation as a site in build/site; nothing is fetched
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --quiet

reference: $(DEV) ## write the pages of the documentation that are made from the code
	$(PY) ops/reference.py

bench: $(DEV) ## measure it, and write docs/performance.md: twelve minutes (ARGS="--size tiny": only see that it works)
	$(PY) -m bench $(ARGS)

bench-real: $(DEV) ## how soon the real program knows of an end, at real time, into docs/performance.md: six minutes
	$(PY) -m bench.real_pickup $(ARGS)

format: $(DEV) ## let ruff write what it can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: $(DEV) ## renew both lock files from pyproject.toml (with hashes, without an index address)
	$(VENV)/bin/uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra postgres pyproject.toml -o requirements.txt
	$(VENV)/bin/uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra postgres --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

licences: $(DEV) ## the licences of all that Easel is shipped with (SBOM=1: a CycloneDX bill of materials, TEXTS=1: in full)
	$(VENV)/bin/python ops/licences.py $(if $(SBOM),--sbom) $(if $(TEXTS),--texts)

vendor: ## renew the copies of @fluent/bundle (page) and axe-core (tests) from npm, checked by hash (nothing else needs npm)
	$(PYTHON) ops/vendor_fluent.py
	$(PYTHON) ops/vendor_axe.py

examples: $(DEV) ## draw the example pictures of the styles anew, as the page's picker shows them
	$(PY) ops/style_examples.py

clean: ## remove the environment and caches; data/ stays
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Easel needs Python 3.11 or newer; point PYTHON at one: make run PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.txt | $(PY)
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt | $(PY)
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(RUN)

.PHONY: help run install test test-fast test-slow cover chaos fleet check lint types site reference bench bench-real format lock licences vendor examples clean
