# PrecMed: `make run` opens the program, `make test` tests it; both set up what they need first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WITH_WINDOWS := tests/window tests/e2e

.PHONY: install libraries run test check screenshots translations clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "PrecMed needs Python 3.11 or newer; call make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,check]'
	@touch $@

libraries: install
	@.ci/system-libraries $(BIN)/python

run: install libraries
	$(BIN)/python -m precmed_gui --demo

# Two processes, for two cores: the tests with windows, whose words come at the end, and all others.
test: install libraries
	@$(BIN)/python -m pytest $(WITH_WINDOWS) >$(VENV)/window-tests.log 2>&1 & windows=$$!; \
	$(BIN)/python -m pytest $(addprefix --ignore=,$(WITH_WINDOWS)); others=$$?; \
	wait $$windows; windows=$$?; cat $(VENV)/window-tests.log; \
	test $$others -eq 0 && test $$windows -eq 0

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: install libraries
	$(BIN)/python docs/make_screenshots.py

translations: install
	$(BIN)/python resources/locale/update.py

clean:
	rm -rf $(VENV) demo-output build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
