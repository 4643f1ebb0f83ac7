# Every target prepares .venv by itself: the pinned requirements, then this checkout.
# Choose the interpreter of a new .venv with PYTHON: make clean demo PYTHON=python3.13

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
VENV := .venv
BIN := $(VENV)/bin
TOOLS := .tools
TRYTON := examples/tryton
CLIENTS := talk_assets_tests/sandbox/clients/js
KILLS ?= 200
READY := $(VENV)/.ready
# Extras are kept: pip before 24 asks for a pin of every one of them when hashes are required.
UV_COMPILE := $(BIN)/python -m uv pip compile pyproject.toml --quiet --generate-hashes --universal \
	--python-version 3.11 --no-strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help latency tryton demo dev test check format bench bench-full adventureworks crash reference wheel lock clean soak mutants audit sbom kill-dagster clients pictures

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY)  ## See both embedded systems come into step, and the proof
	$(BIN)/talk demo

dev: $(READY)  ## Start the embedded systems and the Dagster UI; Ctrl-C stops all
	$(BIN)/talk up

test: $(READY) clients  ## Run the tests, on two cores
	$(BIN)/pytest -n 2 --dist loadfile

clients: $(CLIENTS)/node_modules/.ready  ## Install the JavaScript clients that tests run against the embedded Salesforce

check: $(READY)  ## Check format, lint, import contracts and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(READY)  ## Format the code and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)  ## Measure what the sync costs beside other programs and its libraries' limit; writes docs/benchmarks.md
	$(BIN)/python -m bench

bench-full: $(READY)  ## The same at full size (about an hour)
	$(BIN)/python -m bench --full

latency: $(READY)  ## Measure how long edits take to arrive in the other system: EDITS=50
	$(BIN)/python -m bench.latency --edits $(or $(EDITS),50)

soak: $(READY)  ## Play simulated syncs under faults on all cores: RUNS=50000, or MINUTES=60
	$(BIN)/python -m talk_assets_tests.simulation $(if $(MINUTES),--minutes $(MINUTES),--runs $(or $(RUNS),50000))

mutants: $(READY)  ## Print how many simulated runs each protocol bug survives (about half an hour)
	$(BIN)/python -m talk_assets_tests.simulation --mutants --repeats 3 --most 12

adventureworks: $(READY)  ## Sync the whole AdventureWorks set, with kills on the way
	TALK_TEST_ADVENTUREWORKS=full $(BIN)/pytest talk_assets_tests/adventureworks -s

tryton: $(READY) $(TRYTON)/.venv/.ready  ## Install a real Tryton, start it, and see it in step with the embedded Salesforce
	PYTHONPATH=$(TRYTON)/.venv/port $(BIN)/pytest -c $(TRYTON)/pyproject.toml $(TRYTON)/tests

crash: $(READY)  ## Let runs die at every place, request and commit, with every lack of an ERP too (about an hour)
	TALK_CRASH=all $(BIN)/pytest -n 2 --dist load talk_assets_tests/crashes talk_assets_tests/capabilities

reference: $(READY)  ## Write docs/reference.md and docs/settings.md anew from the declarations
	$(BIN)/python -m talk_assets.reports.catalogue --write docs/reference.md
	$(BIN)/python -m talk_assets.settings.page --write docs/settings.md

pictures: $(READY)  ## Take the README's pictures anew; needs Chromium
	$(BIN)/python -m talk_assets_tests.browser.pictures data

wheel: $(READY)  ## Build the wheel into dist/
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

audit: $(TOOLS)/.ready  ## Compare the pinned requirements with published advisories; needs the network
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.txt
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements-dev.txt

sbom: $(TOOLS)/.ready  ## Write dist/sbom.cdx.json, a CycloneDX list of what is pinned
	mkdir -p dist
	$(TOOLS)/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible \
		--output-format JSON --output-file dist/sbom.cdx.json

kill-dagster: $(READY)  ## Cut the power KILLS times while sensors and jobs run
	KILLS=$(KILLS) $(BIN)/pytest talk_assets_tests/automation/test_kills.py -s

lock: $(READY)  ## Choose the newest allowed versions and write them, with hashes, to requirements*.txt
	$(BIN)/pip install --quiet uv
	$(UV_COMPILE) --upgrade --output-file requirements.txt
	$(UV_COMPILE) --upgrade --extra dev --constraint requirements.txt --output-file requirements-dev.txt

# Not among the requirements: what looks at them must not change them.
$(TOOLS)/.ready: Makefile
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check "pip-audit>=2.9,<3" "cyclonedx-bom>=7,<8"
	@touch $@

# Tryton lives in an environment of its own; the port is installed beside, for ours to find by its entry point.
$(TRYTON)/.venv/.ready: $(TRYTON)/requirements.txt $(TRYTON)/pyproject.toml $(wildcard $(TRYTON)/talk_assets_tryton/*.py $(TRYTON)/trytond_talk/*)
	test -x $(TRYTON)/.venv/bin/python || $(PYTHON) -m venv $(TRYTON)/.venv
	$(TRYTON)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(TRYTON)/requirements.txt
	$(TRYTON)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall ./$(TRYTON)
	rm -rf $(TRYTON)/.venv/port $(TRYTON)/.venv/template.sqlite
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --target $(TRYTON)/.venv/port ./$(TRYTON)
	@touch $@

# Without npm the tests of these clients are skipped, and say so.
$(CLIENTS)/node_modules/.ready: $(CLIENTS)/package-lock.json
	@if command -v npm >/dev/null; then \
		cd $(CLIENTS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.ready; \
	else echo "npm was not found: jsforce will not be run." >&2; fi

clean:  ## Remove .venv, caches and built files; what runs wrote under data/ stays
	rm -rf $(VENV) $(TOOLS) .peers $(TRYTON)/.venv $(CLIENTS)/node_modules dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found. Install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
