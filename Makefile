# Everything that is done with this repository. `make` alone lists it.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help run test check bench setup clean system-run system-test

help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: system-run $(STAMP) ## install what is missing and start the whole hub (Ctrl-C ends it)
	@exec $(BIN)/python -m deploy.run $(ARGS)

test: setup ## install what is missing and run every test
	@$(BIN)/pytest $(ARGS)

check: $(STAMP) ## format, lint, types, arrows between the packages, place of every file
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m deploy.check_layout

bench: setup ## measure, print the table and write docs/benchmarks.md
	@$(BIN)/python -m tests.bench $(ARGS)

setup: system-test $(STAMP) ## only install what run and test need

clean: ## end a running demo and remove everything that was made
	@sh deploy/clean.sh

system-run:
	@bash deploy/install-packages.sh run

system-test:
	@bash deploy/install-packages.sh test

$(STAMP): pyproject.toml | system-run
	@bash deploy/make-venv.sh $(PYTHON)
	@touch $@
