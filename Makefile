# Everything starts from a checkout and a Python 3.11 or newer with its venv module:
#   make run     start a server with the demo page
#   make test    run all tests
#   make lint    run all checks that are not tests
# Each of them makes .venv first; `make setup` does only that.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The compiled forwarding helper: made where there is a C compiler, done without elsewhere.
NATIVE := kms_trio/net/native
NATIVE_STAMP := $(VENV)/.native
BUNDLES := $(wildcard plugins/*/pyproject.toml)
# Others build on these two, and pip finds a bundle that another needs only if it has been installed before.
BASE_BUNDLES := plugins/kms-elements/pyproject.toml plugins/kms-filters/pyproject.toml
INSTALL = $(BIN)/python -m pip install --quiet --constraint constraints.txt
editable = $(patsubst %/pyproject.toml,--editable './%[all]',$(1))
SOURCES := kms_trio plugins tests scripts bench
PYTEST_ARGS ?=
SERVE_ARGS ?=
FUZZ_SECONDS ?= 300
# 9xx: a checkpoint on every path, which our interfaces do not promise; 114: wants every startable function listed
# by name; 124: an interface may ask for `async` without an await inside.
ASYNC_RULES_OFF := ASYNC9,ASYNC114,ASYNC124

.PHONY: setup setup-interop run test lint lint-style lint-async lint-types lint-layers lint-generated lint-changelog \
	format fuzz soak matrix generate constraints clean

setup: $(STAMP) $(NATIVE_STAMP)

$(NATIVE_STAMP): $(STAMP) $(NATIVE)/forward.c $(NATIVE)/intake.c $(NATIVE)/build.py
	@$(BIN)/python -m kms_trio.net.native build
	@touch $@

# Made anew when a dependency changes; sources are installed editable, so they need nothing.
$(STAMP): pyproject.toml constraints.txt $(BUNDLES)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "kms-trio needs Python 3.11 or newer; name one with: make PYTHON=python3.12 setup" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable '.[test,lint]' $(call editable,$(BASE_BUNDLES))
	$(INSTALL) $(call editable,$(filter-out $(BASE_BUNDLES),$(BUNDLES)))
	@touch $@

# The npm and Java clients that the interop tests drive; without Node or Maven those tests are skipped (an error when
# CI=true).
setup-interop: $(STAMP)
	@if [ -x tests/interop/setup ]; then tests/interop/setup; fi

run: $(STAMP) $(NATIVE_STAMP)
	$(BIN)/kms-trio serve $(SERVE_ARGS)

test: $(STAMP) $(NATIVE_STAMP) setup-interop
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Each check is a target of its own: `make --keep-going lint` runs the rest after one has failed.
lint: lint-style lint-async lint-types lint-layers lint-generated lint-changelog

lint-style: $(STAMP)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

# A quarter of a second a file, so on all processors, and only where a coroutine or trio is.
lint-async: $(STAMP)
	git grep -lwE 'async|trio' -- 'kms_trio/*.py' 'plugins/*.py' 'tests/*.py' | \
		xargs -n 16 -P "$$(nproc)" $(BIN)/flake8-async --disable $(ASYNC_RULES_OFF)

lint-types: $(STAMP)
	$(BIN)/mypy

lint-layers: $(STAMP)
	$(BIN)/lint-imports

lint-generated: $(STAMP)
	$(BIN)/python -m kms_trio.spec generate --check

lint-changelog: $(STAMP)
	$(BIN)/python scripts/check_changelog.py

format: $(STAMP)
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# Longer searches by hypothesis than `make test` makes, and one guided by coverage, of so many seconds.
fuzz: $(STAMP)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -k fuzz --timeout 1800 $(PYTEST_ARGS)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[fuzz]'
	$(BIN)/python -m tests.fuzz.rpc_coverage $(FUZZ_SECONDS)

soak: $(STAMP) setup-interop
	$(BIN)/python -m pytest -m soak --timeout 7200 $(PYTEST_ARGS)

# Every source to every sink in every codec pair, of which `make test` runs few: some 3100 ways in half an hour.
# PYTEST_ARGS='-k pairwise' for so many that each pair of values occurs; '-k whole' for all, in the same random order.
matrix: $(STAMP) $(NATIVE_STAMP)
	$(BIN)/python -m pytest tests/matrix -m matrix --timeout 3600 $(PYTEST_ARGS)

# What is committed but made from something else: code from module_specs/, conf/ from the settings table.
generate: $(STAMP)
	$(BIN)/python -m kms_trio.spec generate
	$(BIN)/kms-trio config reference conf

# Pins the newest versions that fit together; look at the difference before committing it.
constraints:
	rm -rf $(VENV)-constraints
	$(PYTHON) -m venv $(VENV)-constraints
	$(VENV)-constraints/bin/python -m pip install --quiet \
		--editable '.[test,lint,fuzz]' $(patsubst %/pyproject.toml,--editable './%[all]',$(BUNDLES))
	{ echo '# Pinned versions of everything that `make setup` installs; refresh with `make constraints`.'; \
		$(VENV)-constraints/bin/python -m pip freeze --exclude-editable; } > constraints.txt
	rm -rf $(VENV)-constraints

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
