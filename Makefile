# Everything a developer types. Each target first makes its own environment in .venv, at exactly the
# versions and hashes of requirements/*.txt, and does so again when those files change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ESLINT := .peers/node_modules/.bin/eslint
ARGS ?=
KILLS ?= 200

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL_PINS := $(PIP) install --require-hashes --requirement
INSTALL_TOCSIN := $(PIP) install --no-deps --no-build-isolation --editable .

.DEFAULT_GOAL := help
.PHONY: help demo run test fast search format bench bench-storm pictures chaos pins clean

help: ## this list
	@echo "Tocsin, the alert desk of a team that lives on Discord."
	@echo
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' \
		| while IFS="$$(printf '\t')" read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done
	@echo
	@echo "ARGS=... is handed on: make run ARGS='--config other.toml'. PYTHON=python3.12 picks the Python."

demo: $(VENV)/.runtime ## bot and a small Discord on this machine: open the page it prints
	@$(BIN)/tocsin demo $(ARGS)

run: $(VENV)/.runtime ## the bot itself; settings from tocsin.toml and the environment
	@$(BIN)/tocsin run $(ARGS)

test: $(VENV)/.dev ## ruff, mypy --strict, import contracts, pytest: all of them, whatever fails
	@failed=; \
	for check in "ruff check" "ruff format --check" mypy lint-imports; do \
		echo "== $$check"; $(BIN)/$$check || failed="$$failed, $$check"; \
	done; \
	[ -z "$$failed" ] || echo "== not clean: $${failed#, }"; \
	if [ -x $(ESLINT) ]; then echo "== eslint"; $(ESLINT) bot/sandbox/page || failed="$$failed, eslint"; \
	else echo "== eslint: skipped, it is not in .peers (.ci/run installs it)"; fi; \
	echo "== pytest"; $(BIN)/python -m pytest --numprocesses 3 --dist worksteal $(ARGS) || failed="$$failed, pytest"; \
	[ -z "$$failed" ]

fast: $(VENV)/.dev ## does it start, and the tests that need no processes: a minute (PYTHON=python3.13 VENV=.venv-3.13)
	@$(BIN)/tocsin --version && $(BIN)/tocsin config example >/dev/null && $(BIN)/tocsin run --help >/dev/null
	@$(BIN)/python -m pytest --numprocesses 2 tests/domain tests/providers tests/cards tests/emit \
		tests/test_cli.py tests/test_cli_token.py $(ARGS)

search: $(VENV)/.dev ## look for inputs that break laws, at random and long; what it finds becomes an example
	@HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest tests/domain tests/cards tests/providers tests/emit --numprocesses 2 $(ARGS)

format: $(VENV)/.dev ## let ruff mend what it can
	@$(BIN)/ruff check --fix --quiet; $(BIN)/ruff format

bench: $(VENV)/.dev ## throughput and latency against the peers' figures
	@$(BIN)/python -m tests.bench $(ARGS)

bench-storm: $(VENV)/.dev ## what storms leave behind, and 10,000 alerts in 10 s into one channel
	@$(BIN)/python -m tests.bench storm $(ARGS)

pictures: $(VENV)/.dev ## what the docs show, taken of the running product with a headless Chromium
	@$(BIN)/python -m tests.pictures $(ARGS)

chaos: $(VENV)/.dev ## KILLS=200 crashes at random moments, then three truths compared
	@CHAOS_KILLS=$(KILLS) $(BIN)/python -m pytest tests/chaos --numprocesses 2 $(ARGS)

# The Python of the highest supported version resolves for all: what only older ones need would have to
# stand in runtime.in with a marker, as audioop-lts does for the newer ones.
pins: ## resolve requirements/*.txt anew, with Python 3.13
	@rm -rf $(VENV)/pins && $(PYTHON) -m venv $(VENV)/pins && $(VENV)/pins/bin/pip install --quiet pip-tools
	@$(VENV)/pins/bin/python -c 'import tomllib; project = tomllib.load(open("pyproject.toml", "rb")); \
		print(*project["dependency-groups"]["dev"], sep="\n")' > $(VENV)/pins/dev.in
	@$(RESOLVE) --output-file requirements/runtime.txt requirements/runtime.in pyproject.toml
	@$(RESOLVE) --constraint requirements/runtime.txt --output-file requirements/dev.txt \
		requirements/runtime.in $(VENV)/pins/dev.in pyproject.toml

RESOLVE := $(VENV)/pins/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --extra postgres \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

clean: ## remove the environment and everything that can be made again (data stays)
	@rm -rf $(VENV) .venv-* build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Tocsin needs Python 3.11 or newer; try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "== making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python
	@echo "== installing what Tocsin needs to run"
	@$(INSTALL_PINS) requirements/runtime.txt && $(INSTALL_TOCSIN) && touch $@

# The development pins include those for running.
$(VENV)/.dev: requirements/dev.txt requirements/runtime.txt pyproject.toml | $(BIN)/python
	@echo "== installing what Tocsin and its tests need"
	@$(INSTALL_PINS) requirements/dev.txt && $(INSTALL_TOCSIN) && touch $(VENV)/.runtime $@
