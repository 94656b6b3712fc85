# Two commands set a fresh machine up: `make demo` and `make test`. They need Python 3.11 or newer, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: demo test battery check serve bench docs messages clean

demo: $(VENV)/.installed
	@$(BIN)/python -m compileall -q clinic_tui screens styles
	@$(BIN)/clinic-tui demo $(ARGS)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

battery: $(VENV)/.installed-dev
	$(BIN)/python -m tests.e2e.battery $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m clinic_tui.actions.keys_doc --check

serve: $(VENV)/.installed
	$(BIN)/clinic-tui serve $(ARGS)

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(VENV)/.installed-dev
	$(BIN)/python -m clinic_tui.actions.keys_doc
	$(BIN)/python -m scripts.pictures

messages: $(VENV)/.installed-dev
	$(BIN)/python scripts/message.py --compile

clean:
	rm -rf $(VENV) build dist

$(VENV)/bin/python:
	@echo "Making $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing ..."
	@$(PIP) --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing the test tools ..."
	@$(PIP) --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.installed
