# The commands of the project; each creates what it needs in $(VENV).
#
#   make demo    run Relay with a demo event source, in the foreground
#   make test    every check: formatting, types, rules of the code, all tests
#   make quick   the tests that start no other program
#   make lint    formatting and types only
#   make bench   what Relay costs beside other gateways (which it installs), to bench/results
#   make console build the web console into relay/console/assets (needs Node.js 20 and npm)
#   make settings  write etc/relay.toml and the tables of docs/reference/settings.md
#   make soak    Relay under clients that come and go for 15 minutes, and what it costs
#   make clean   remove what these commands made, the virtual environment included
#
# PYTHON names the interpreter that makes the virtual environment, VENV its place.

PYTHON ?=
VENV ?= .venv

.PHONY: help demo test quick lint console settings bench soak clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.run
	@exec $(VENV)/bin/twistd --nodaemon --pidfile= relay --demo

test: $(VENV)/.test
	@exec $(VENV)/bin/python scripts/test

quick: $(VENV)/.test
	@exec $(VENV)/bin/python scripts/test --quick

lint: $(VENV)/.test
	@exec $(VENV)/bin/python scripts/test --lint

# The package is installed as a link to this directory, so that only a change of its
# metadata calls for another installation.
$(VENV)/.run: setup.cfg pyproject.toml scripts/venv
	@PYTHON="$(PYTHON)" scripts/venv "$(VENV)" .
	@touch $@

$(VENV)/.test: setup.cfg pyproject.toml scripts/venv
	@PYTHON="$(PYTHON)" scripts/venv "$(VENV)" ".[test]"
	@touch $@ $(VENV)/.run

# What is built is committed, so that an installation needs no Node.js.
console:
	@cd console && npm ci --silent && npm run --silent build

# A test compares them with what the code says.
settings: $(VENV)/.run
	@$(VENV)/bin/python scripts/settings

clean:
	rm -rf $(VENV) build dist *.egg-info _trial_temp* .hypothesis .mypy_cache .ruff_cache
	rm -rf tests/wire/clients/node_modules console/node_modules
	find relay twisted tests -name __pycache__ -prune -exec rm -rf {} +
	rm -f twisted/plugins/dropin.cache

# The figures of docs/performance.md; BENCH passes options on, such as
# BENCH="--streams 1000" or BENCH="passthrough --rounds 5".
bench: $(VENV)/.run
	@exec $(VENV)/bin/python -m bench $(BENCH)

# On the loopback interface only; SOAK passes options on, such as
# SOAK="--minutes 3 --rate 100".
soak: $(VENV)/.run
	@exec $(VENV)/bin/python -m bench.soak $(SOAK)
