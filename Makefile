# Yanzhen needs Python 3.11 or newer, pip and make; everything else is installed from the locks, by hash, into .venv.
# The first `make demo` or `make test` takes a few minutes, later ones start at once.
#
#   make demo    load 12,070 members, relocate 300, show that everybody has it      (ARGS=… is passed on)
#   make up      run all services until Ctrl-C
#   make test    the whole test suite; servers in containers when Docker answers        (ARGS="-k transfer" and the like)
#   make test-containers, make test-embedded    the same, with the servers where the name says
#   make test-slow    guarantees without their mechanisms, alarms, the demonstration's own alarm, the images and `docker compose up`
#   make fuzz    the property tests, and requests to every operation, with examples that nobody has drawn before
#   make simulate  weeks of a county under faults, from seeds                          (SEEDS=1000 or SEEDS=7-500)
#   make check   style, types, layers, locks, known vulnerabilities
#   make chaos   faults of every kind from a seed while relocations go on (SEED=…, FAULTS=200, HOURS=…, ON=containers)
#   make test-chaos    the short run, and what is tested one fault at a time
#   make bench   the figures, measured on this machine
#   make locks   resolve requirements/*.txt anew (needs uv and a package index)
#   make clean   remove what was built, the environment and the data of the embedded stack

VENV ?= .venv
ARGS ?=
BIN := $(VENV)/bin

ifeq ($(origin PYTHON),undefined)
  PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
    if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v $$p; break; fi; done)
endif

# Without bytecode every process compiles everything it imports again: eight processes of `make demo` on two cores feel it.
unexport PYTHONDONTWRITEBYTECODE
# Somebody else's environment must not leak into ours.
unexport PYTHONPATH
unexport PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help demo up test test-containers test-embedded test-slow fuzz simulate chaos test-chaos check bench locks clean
.NOTPARALLEL:

help:
	@sed -n 's/^#   //p' Makefile

# -- environments: one stamp per lock, so that an unchanged lock costs nothing -------------------------------------------

$(VENV)/.%.stamp: requirements/%.txt scripts/install.py
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and none was found; name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11; name another: PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" scripts/install.py "$(VENV)" $<
	@touch $@

# -- running ---------------------------------------------------------------------------------------------------------------

demo: $(VENV)/.run.stamp
	@$(BIN)/yanzhen demo $(ARGS)

up: $(VENV)/.run.stamp
	@$(BIN)/yanzhen up $(ARGS)

# -- proving ---------------------------------------------------------------------------------------------------------------

# What fails fast comes first. The system tests share one installation, so that one process has them all: they begin early.
ORDER := unit contract architecture system property simulation integration browser guarantees
# Minutes each: what has to turn red without its mechanism, alarms that have to ring, a demonstration that has to fail, the images.
SLOW := containers guarantees
FOUND := $(patsubst tests/%/__init__.py,%,$(wildcard tests/*/__init__.py))
SUITES := $(addprefix tests/,$(filter $(FOUND),$(ORDER)))
# The plugin: scripts/pytest_ast_guard.py says which fault of Python it is for.
PYTEST := $(BIN)/python -m pytest -p scripts.pytest_ast_guard
# "ci" draws the same examples each time: a red run is a fault that was brought in, not one that was always there.
# In two processes, each with servers of its own: one waits while the other works. JOBS=1 is kinder to a small machine.
JOBS ?= 2
SEVERAL := -n $(JOBS) --dist loadgroup
test: $(VENV)/.dev.stamp
	@$(PYTEST) --hypothesis-profile=ci $(if $(findstring tests/,$(ARGS)),,$(SUITES) $(if $(filter-out 1,$(JOBS)),$(SEVERAL))) $(ARGS)

# tests/support/tests_on.py chooses otherwise, and says so at the head of the run and in its summary.
test-containers: export YANZHEN_TESTS_ON := containers
test-embedded: export YANZHEN_TESTS_ON := embedded
test-containers test-embedded: test

# What `make test` leaves out, so that it stays a matter of minutes.
test-slow: $(VENV)/.dev.stamp
	@$(PYTEST) --hypothesis-profile=ci -m slow tests/system $(addprefix tests/,$(filter $(FOUND),$(SLOW))) $(ARGS)

# Other examples each time; what it finds becomes a test of its own.
fuzz: $(VENV)/.dev.stamp
	@$(PYTEST) --hypothesis-profile=default tests/property tests/integration/api $(ARGS)

# Whatever fails here fails again with its seed: docs/simulation.md says how to read it.
SEEDS ?= 40
simulate: $(VENV)/.dev.stamp
	@$(BIN)/python -m tests.simulation $(SEEDS) $(ARGS)

# For the night: a long run from a seed that it prints. `test-chaos` is the short one, whose faults are always the same.
# ON=containers: servers and services in containers; ON=embedded: processes of this machine.
FAULTS ?= 200
chaos test-chaos: export YANZHEN_TESTS_ON := $(or $(ON),$(YANZHEN_TESTS_ON))
chaos: $(VENV)/.dev.stamp
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) --faults $(FAULTS) $(if $(HOURS),--hours $(HOURS)) $(ARGS)

test-chaos: $(VENV)/.dev.stamp
	@$(PYTEST) tests/chaos $(ARGS)

check: $(VENV)/.dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.check_locks
	$(BIN)/python -m scripts.export_contracts --check
	$(BIN)/python -m scripts.export_broker_needs --check
	$(BIN)/python -m scripts.export_dashboards --check
	@# The last word: what it could not look at is not passed over.
	$(BIN)/python -m scripts.audit_dependencies

bench: $(VENV)/.bench.stamp
	@$(BIN)/python -m benchmarks $(ARGS)

# -- upkeep ----------------------------------------------------------------------------------------------------------------

UV ?= uv
COMPILE = $(UV) pip compile --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11
IMAGES := registry mobility assessment notify tools simulators

# The largest first: the others take their versions from it, so that all locks agree.
locks:
	cp requirements/bench.txt requirements/all.in
	$(COMPILE) pyproject.toml --all-extras --group dev --group bench --group image -o requirements/all.in
	for lock in bench:dev:bench dev:dev run; do \
	  $(COMPILE) pyproject.toml --all-extras $$(echo "$$lock" | cut -s -d: -f2- | tr : '\n' | sed 's/^/--group /') \
	    -c requirements/all.in -o "requirements/$${lock%%:*}.txt" || exit 1; done
	for image in $(IMAGES); do \
	  $(COMPILE) pyproject.toml --extra $$image -c requirements/all.in -o requirements/$$image.txt || exit 1; done
	$(COMPILE) --group image -c requirements/all.in -o requirements/image.txt
	rm requirements/all.in

clean:
	rm -rf $(VENV) .yanzhen .cache build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
