# Two commands: `make run` starts everything, `make test` tests everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test setup lint format doctor clean

run: $(VENV)/.run
	@$(BIN)/shopdesk run

test: $(VENV)/.test
	@$(if $(TESTS),$(BIN)/python -m pytest $(TESTS),bash .ci/test $(BIN)/python)

setup: $(VENV)/.test

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

doctor: $(VENV)/.run
	@$(BIN)/shopdesk doctor

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.run: pyproject.toml .ci/setup
	@PYTHON=$(PYTHON) bash .ci/setup $(VENV) ""
	@touch $@

$(VENV)/.test: pyproject.toml .ci/setup
	@PYTHON=$(PYTHON) bash .ci/setup $(VENV) test
	@touch $(VENV)/.run $@
