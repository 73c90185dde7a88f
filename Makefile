# make run    start the sandbox         make test   lint, types, import directions, tests
# make prove  the long proofs           make bench  the benchmark
# make coverage   writes docs/coverage.md: which test shows what
#
# All that is needed is make and a Python of 3.11 or newer; choose one with PYTHON=python3.12.

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
ARGS ?=

BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input
# Writes the lock files; its own version is fixed so that two people write the same lock.
UV := uv==0.13.9

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test lint format prove bench coverage lock clean

help:
	@sed -n 's/^# \(make\)/\1/p; /^$$/q' Makefile

run: $(VENV)/installed-run
	@exec $(BIN)/sandbox serve $(ARGS)

test: lint
	@$(BIN)/pytest --quiet --numprocesses $(WORKERS) --dist loadgroup $(ARGS)

lint: $(VENV)/installed-dev
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check || { echo "make format puts this right"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > $(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }
	@echo "lint, types and import directions: all right"

format: $(VENV)/installed-dev
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format --quiet

# They take long without hanging: pytest does not look at their threads meanwhile, which may bring it down.
prove: $(VENV)/installed-dev
	@$(BIN)/pytest -m prove -o faulthandler_timeout=0 $(ARGS)

coverage: $(VENV)/installed-dev
	@rm -f $(VENV)/shown.txt
	@$(BIN)/pytest --quiet --numprocesses $(WORKERS) --dist loadgroup --ignore tests/docs/test_coverage.py \
		--record-shown $(VENV)/shown.txt $(ARGS)
	@$(BIN)/python -m tests.docs.coverage_page $(VENV)/shown.txt

bench: $(VENV)/installed-dev
	@$(BIN)/python -m bench $(ARGS)

# Keeps the versions that the lock has; ARGS=--upgrade takes the newest.
LOCK = .venv-lock/bin/uv --no-config pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(ARGS)

lock: .venv-lock/installed
	@$(LOCK) --extra postgresql --group build --output-file requirements/run.txt
	@$(LOCK) --extra postgresql --extra contracts --group build --constraint requirements/run.txt \
		--output-file requirements/image.txt
	@$(LOCK) --all-extras --group build --group dev --constraint requirements/image.txt --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) .venv-lock dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
	find . -path './.*' -prune -o -name __pycache__ -prune -exec rm -rf {} +

# A changed lock makes the environment anew, so that nothing older stays behind. The development lock contains the
# run lock, hence an environment made for tests serves `make run` too.

$(VENV)/installed-run: requirements/run.txt
	@$(call environment,$(VENV))
	@echo "installing the sandbox ..."
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/installed-dev: requirements/dev.txt requirements/run.txt
	@$(call environment,$(VENV))
	@echo "installing the sandbox and what its tests need ..."
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@$(INSTALL) --no-build-isolation --no-deps --editable .
	@touch $(VENV)/installed-run $@

.venv-lock/installed: Makefile
	@$(call environment,.venv-lock)
	@.venv-lock/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input $(UV)
	@touch $@

define environment
command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here: install Python 3.11 or newer, or choose one: make PYTHON=python3.12"; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1); choose another: make PYTHON=python3.12"; exit 1; }; \
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	{ echo "$(PYTHON) cannot make environments: on Debian or Ubuntu, apt install python3-venv"; exit 1; }; \
$(PYTHON) -m venv --clear $(1)
endef
