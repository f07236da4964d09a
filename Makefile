# Pilares. `make up` starts it, `make test` tests it; everything else is for those who change it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# No test asks the model hub; models come from where `pilares models pull` found them.
test test-long bench: export HF_HUB_OFFLINE = 1

.PHONY: up test test-documents test-parts test-whole test-browser test-security test-long check unit models widget clients chromium postgres bench format clean

up: $(VENV)/.installed
	@$(BIN)/pilares up

# Three at a time, since much of each is waiting: the models and the protocols; everything by itself; documents and their
# faults; the browser. What is the shortest comes last.
test: check models widget clients chromium postgres
	@$(MAKE) --no-print-directory -k -j3 test-whole test-parts test-documents test-browser test-security

test-documents:
	@$(BIN)/pytest -q -m "not long" tests/unit/knowledge tests/contract/knowledge tests/fault

test-parts:
	@$(BIN)/pytest -q -m "not long" --ignore=tests/unit/knowledge --ignore=tests/unit/security tests/unit

test-whole:
	@$(BIN)/pytest -q -m "not long" --ignore=tests/contract/knowledge tests/contract tests/scenario

test-browser:
	@$(BIN)/pytest -q -m "not long" tests/browser

# What keeps people apart is tested by its own tests, to the last branch: less than all of it fails (pyproject.toml).
test-security:
	@$(BIN)/coverage run -m pytest -q tests/unit/security && $(BIN)/coverage report

# What takes minutes: real models that write, use tools and compare, the engine of transformers and peft, trainings.
test-long: $(VENV)/.developing models
	@$(BIN)/pytest -q -m long tests

check: $(VENV)/.developing
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

unit: $(VENV)/.developing
	@$(BIN)/pytest -q tests/unit

# The models in use, and the small ones that only the tests load.
models: $(VENV)/.developing
	@$(BIN)/pilares models pull
	@$(BIN)/pilares models pull smollm2-135m all-minilm-l6-v2

# The built widget is committed; where npm is, a test builds it again from widget/ and compares. `npm run build` renews it.
widget:
	@if command -v npm >/dev/null && (cd widget && npm ci --ignore-scripts --no-audit --no-fund --silent); then \
		cd widget && npm run -s check; \
	else echo "esbuild could not be had with npm: the built widget is not compared with its source."; fi

# The official JavaScript client is tried where node and npm are; its version is in the lock file.
clients:
	@if ! command -v node >/dev/null || ! (cd tests/scenario/api/javascript && npm ci --ignore-scripts --no-audit --no-fund --silent); then \
		echo "The JavaScript client could not be had with npm: it is not tried."; fi

# Browser tests need Chromium. Debian and Ubuntu get it here; without it they are left out, and pytest says so.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
		echo "Chromium is not installed: the browser tests are left out."

# Tests of PostgreSQL start a server of their own. Debian and Ubuntu get it here; without it they are left out, and pytest
# says so.
postgres:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; } || \
		echo "PostgreSQL is not installed: its tests are left out."

bench: $(VENV)/.developing models
	@for each in start ingest files corpus kills chunking retrieval crosslingual grants decode chatting answers; do echo "== $$each"; $(BIN)/python -m benchmarks.$$each || exit 1; done

format: $(VENV)/.developing
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pilares needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=python3.11.")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --upgrade pip

# torch first and by itself: whichever build pip finds for this range (the CPU one, where there is one) is kept.
$(VENV)/.torch: $(VENV)/bin/python
	@echo "Installing (about 1.5 GB once) ..."
	@$(BIN)/python -m pip install -q "torch>=2.13,<2.14"
	@touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml
	@$(BIN)/python -m pip install -q -e .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	@$(BIN)/python -m pip install -q -e ".[dev]"
	@touch $@
