# Every target does the set-up it needs. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SUITE ?= parametric-tiny
DATA ?= data/parametric-tiny
RUNS ?= runs
BOARD ?= leaderboards/local
PRESET ?= tiny
SEED ?= 0
PYTEST ?=
RUN ?= $(RUNS)/parametric-tiny/smnet/tiny@autoencode/seed0
FIRST ?= chair/chair_900005/000
SECOND ?= chair/chair_900002/000

METHODS := mean_shape class_mean mean_parts retrieval shapeprior classvoxels partvoxels pixel2mesh smnet \
	oracle_voxels oracle_parts oracle_ellipsoid oracle_mesh
# What needs true medial meshes, at 1.4 seconds an object: trained on data of its own, and only when asked for.
MEDIAL_METHODS := immat oracle_medial
MEDIAL_DATA ?= data/parametric-medial
OBJECTS := {train: 40, val: 4, test: 8}
SUITE_ARGUMENTS := $(SUITE) --out $(RUNS) --board $(BOARD)

# What Open3D and OpenMP load at run time, and what makes a virtual environment on Debian.
LIBRARIES := libusb-1.0.so.0 libGL.so.1 libgomp.so.1 libX11.so.6 libEGL.so.1
PACKAGES := libusb-1.0-0 libgl1 libgomp1 libx11-6 libegl1

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sort -u | sed -E 's/^([a-z%-]+):.*## (.*)/  \1|\2/; s/train-%/train-METHOD/' | column -t -s '|'

.PHONY: setup
setup: $(READY) ## Make .venv and install everything, system libraries too

.PHONY: system
system:
	@missing=; \
	if [ "$$(uname -s)" = Linux ]; then \
	  for library in $(LIBRARIES); do ldconfig -p | grep -q "$$library" || missing="$$missing $$library"; done; \
	  want="$(PACKAGES)"; \
	  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then missing="$$missing python3-venv"; want="$$want python3-venv"; fi; \
	  if [ -n "$$missing" ]; then \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	      echo "Installing system packages:$$missing"; \
	      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$want >/dev/null; \
	    else \
	      echo "Missing on this system:$$missing. Install them with: sudo apt-get install $$want" >&2; exit 2; \
	    fi; \
	  fi; \
	fi
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "svr3d needs Python 3.11 or newer, found $$(python3 --version)" >&2; exit 2; }

$(READY): pyproject.toml constraints.txt | system
	[ -x $(BIN)/python ] || python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

.PHONY: data
data: $(READY) ## Make the default data set (parametric, about 800 objects)
	$(BIN)/svr3d prepare parametric --out $(DATA) --objects '$(OBJECTS)'

.PHONY: data-medial
data-medial: $(READY) ## Make the same objects with medial meshes, about 10 minutes more on two cores
	$(BIN)/svr3d prepare parametric --out $(MEDIAL_DATA) --objects '$(OBJECTS)' --targets medial

.PHONY: train
train: $(addprefix train-,$(METHODS)) ## Train every method on the default data set but those of medial meshes

.PHONY: train-%
train-%: data ## Train one method; immat and oracle_medial on data with medial meshes
	$(BIN)/svr3d train $* --data $(DATA) --preset $(PRESET) --seed $(SEED) --out $(RUNS)

.PHONY: $(addprefix train-,$(MEDIAL_METHODS))
$(addprefix train-,$(MEDIAL_METHODS)): train-%: data-medial
	$(BIN)/svr3d train $* --data $(MEDIAL_DATA) --preset $(PRESET) --seed $(SEED) --out $(RUNS)

.PHONY: evaluate
evaluate: train ## Score every trained run
	for run in $(RUNS)/$(notdir $(DATA))/*/*/seed*; do $(BIN)/svr3d evaluate $$run --protocol svr3d-v1,classvoxels; done

.PHONY: leaderboard
leaderboard: evaluate ## Write the leaderboard of all scored runs
	$(BIN)/svr3d leaderboard $(RUNS)/$(notdir $(DATA)) --out $(BOARD)/$(SUITE)

.PHONY: benchmark
benchmark: $(READY) ## All of it: data, training, evaluation, leaderboard (SUITE=parametric-tiny)
	$(BIN)/svr3d run $(SUITE_ARGUMENTS)

.PHONY: demo
demo: $(READY) ## A first look in a few minutes: four categories, a row of each kind, a board with pictures
	$(BIN)/svr3d run parametric-demo --out $(RUNS) --board $(BOARD)

.PHONY: test
test: $(READY) ## Run the tests
	$(BIN)/python -m pytest -q -n auto --dist worksteal $(PYTEST)

.PHONY: lint
lint: $(READY) ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(READY) ## Check types, with the settings of pyproject.toml
	$(BIN)/pyright --pythonpath $(BIN)/python

.PHONY: build
build: $(READY) ## Make the source distribution and, from it, the wheel: dist/
	$(BIN)/python -m build --no-isolation

.PHONY: docs
docs: $(READY) ## Make the pages that come from the code
	$(BIN)/python -m svr3d.metrics.protocol_page > docs/.protocols.md && mv docs/.protocols.md docs/protocols.md

.PHONY: exchange
exchange: $(READY) ## Make the picture of docs/parts.md: one chair on another's base
	$(BIN)/svr3d prepare parametric --out data/chairs --categories chair --objects '{train: 9}' --parts part-sm --views 1
	$(BIN)/svr3d parts data/chairs/chair/chair_000008 --replace base --using data/chairs/chair/chair_000002 --out data/exchanged.glb --picture docs/figures/exchange.png

.PHONY: exchange-predicted
exchange-predicted: $(READY) ## The same of two reconstructions (FIRST, SECOND) of a scored run (RUN=…)
	$(BIN)/svr3d parts $(RUN)/predictions/$(FIRST).npz --replace base --using $(RUN)/predictions/$(SECOND).npz --out data/exchanged-predicted.glb --picture docs/figures/exchange-predicted.png

.PHONY: topology
topology: $(READY) ## Make the picture of docs/parts.md: objects in curves and sheets, beside their own parts
	$(BIN)/svr3d audit parametric --split topology --objects '{test: 1}' --shown 12 --out data/topology
	cp data/topology/sheet.png docs/figures/topology.png

.PHONY: medial
medial: $(READY) ## Make the picture of docs/medial.md: objects, and their medial meshes
	$(BIN)/svr3d prepare parametric --out data/ten --categories bench,boat,chair,couch,display,knife,lamp,plane,rifle,table --objects '{test: 1}' --views 1
	$(BIN)/svr3d medial data/ten/*/*/mesh.ply --picture docs/figures/medial.png

.PHONY: speed
speed: $(READY) ## Run the speed benchmarks
	for benchmark in tests/speed/bench_*.py; do echo "== $$benchmark"; $(BIN)/python $$benchmark; done

.PHONY: clean
clean: ## Remove what can be made again: caches, runs, data, local leaderboards, .venv
	rm -rf $(VENV) $(RUNS) data leaderboards/local build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
