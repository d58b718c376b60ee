# Both targets set up all they need, in a virtual environment of their own.
#   make demo   grade the example submissions and say where the reports are
#   make test   run everything that CI runs
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Compiled bytecode makes every start faster, whatever the caller's shell says.
export PYTHONDONTWRITEBYTECODE =
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test lint suite redteam soak audit template clean

demo: $(VENV)/ready
	$(BIN)/python tests/submissions/demo.py

test: lint suite

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/grader template --check

# A file's tests stay together: they share what takes long to set up.
suite: $(VENV)/ready
	$(BIN)/pytest -n auto --dist loadfile

# Every attack against the wall, as every user that can be played here, and what each layer is worth;
# 200 submissions in a row, every third one hostile, and what they leave; and hostile homework in a
# container as small as Gradescope's, for as long as that gives it.
redteam: $(VENV)/ready
	$(BIN)/python -m tests.attacks.run
	$(BIN)/python -m tests.attacks.row --count 200
	$(BIN)/python -m tests.attacks.row --count 200 --batch
	$(BIN)/python -m tests.attacks.small

# A class of 500 with 60 bad submissions, its batch killed and run again on the way.
soak: $(VENV)/ready
	$(BIN)/python tests/harness/soak.py

# The whole proof of the suites, 20 minutes on two cores; if it is green, its figures are kept, and the
# README's must be the same.
audit: $(VENV)/ready
	$(BIN)/grader audit --out audit
	cp audit/audit.json docs/audit.json

template: $(VENV)/ready
	$(BIN)/grader template

# A machine may have Python without ensurepip (Debian without python3-venv): pip itself helps out.
$(VENV)/ready: pyproject.toml Makefile
	$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m venv --without-pip --clear $(VENV) && \
	    $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

clean:
	rm -rf $(VENV) .venv-* build dist demo grade *.egg-info .pytest_cache .mypy_cache .ruff_cache
