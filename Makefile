# Three commands: `make` builds the site, `make serve` previews it, `make test` checks everything.
# Another Python than python3: make PYTHON=python3.13

PYTHON ?= python3
BIN := .venv/bin
# Wheels only, each with its hash: nothing is compiled and nothing unknown is run.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes --only-binary :all:
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--group build --custom-compile-command "make lock" --quiet

# Material's notice about MkDocs 2 would drown the line that says what was built.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.PHONY: build serve test reproducible lock clean

# The site, with every problem fatal. The plugin says at the end what was built.
build: .venv/installed
	$(BIN)/mkdocs build --strict

# The site as you write it, with problems only told.
serve: .venv/installed
	$(BIN)/mkdocs serve

# All that a change must pass; the same here, before a commit and in CI.
test: .venv/installed .venv/testable node_modules/.installed
	@.ci/apt chromium chromium-driver firefox-esr poppler-utils
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	node_modules/.bin/cspell lint --config tests/spelling.json --no-progress --no-summary "docs/**/*.md"
	$(BIN)/pytest

# Two builds of the last commit, under another path, time zone and locale, byte for byte the same.
reproducible: .venv/installed
	.ci/reproducible

# Checkers that only npm has: axe, the Nu checker (which needs Java) and a British dictionary.
node_modules/.installed: package-lock.json
	@command -v npm >/dev/null || .ci/apt nodejs npm
	@command -v java >/dev/null || .ci/apt default-jre-headless
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

# The locks anew, after a change of dependencies. Pins stay where they fit: for the newest, make lock UPGRADE=--upgrade
lock: .venv/testable
	$(LOCK) $(UPGRADE) --extra handout --output-file requirements.lock
	$(LOCK) $(UPGRADE) --all-extras --constraint requirements.lock --output-file requirements-dev.lock

# Back to a fresh clone.
clean:
	rm -rf .venv node_modules .cache .mypy_cache .pytest_cache .ruff_cache build dist site
	find coursebook tests -name __pycache__ -prune -exec rm -rf {} +

# A new environment for a new lock, so that nothing the lock has dropped lingers.
# Pango is for the handouts only, so a machine without it still gets its site.
.venv/locked: requirements.lock
	@.ci/venv $(PYTHON) .venv
	@.ci/apt libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 || echo "Going on: only the handouts need them."
	@echo "Installing what the build needs, from requirements.lock"
	$(INSTALL) -r requirements.lock
	@touch $@

# The package itself, in place; again when its entry points may have changed.
.venv/installed: .venv/locked pyproject.toml
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# What only tests need stands in a lock of its own: it is twice as much, and has no wheels for older Macs.
.venv/testable: .venv/locked requirements-dev.lock
	@echo "Installing what the tests need, from requirements-dev.lock"
	$(INSTALL) -r requirements-dev.lock
	@touch $@
