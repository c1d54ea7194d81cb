# Two commands do everything on a machine that has Python (3.11 or newer) and nothing else: `make demo` and `make test`.
# Whatever they install goes into $(VENV); whatever the demo makes goes into $(DEMO).
# `make docs` builds the documentation site into $(SITE).

PYTHON ?= python3
VENV ?= .venv
DEMO ?= demo
SITE ?= site
bin := $(VENV)/bin

.DELETE_ON_ERROR:
.PHONY: demo test test-lowest test-pythons test-slow test-opensees test-slurm docs benchmarks gpu clean

# A small recurrent network gains nothing from a second thread and loses much where another program has the core.
demo: export OMP_NUM_THREADS = 1
demo: $(VENV)/installed
	rm -rf $(DEMO)
	$(bin)/surrogate generate five_storey --out $(DEMO)/five_storey.h5
	$(bin)/surrogate inspect $(DEMO)/five_storey.h5
	$(bin)/surrogate fit --config configs/five_storey_lstm.yaml --data.path $(DEMO)/five_storey.h5 --run $(DEMO)/run
	$(bin)/surrogate test --config configs/five_storey_lstm.yaml --data.path $(DEMO)/five_storey.h5 --run $(DEMO)/run

test: export OMP_NUM_THREADS = 1
test: $(VENV)/tested
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/pytest -n 2 --dist worksteal -m "not slow and not slurm"

test-slow: $(VENV)/tested
	$(bin)/pytest -m slow

# The lowest versions that pyproject.toml allows, in an environment of their own. They warn of what newer ones have mended,
# and a warning is no failure there.
test-lowest: export OMP_NUM_THREADS = 1
test-lowest:
	$(PYTHON) tools/lowest.py > lowest.txt
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet --editable ".[cluster,sweep,bayes,export,seismology]" --constraint lowest.txt \
		pytest pytest-xdist hypothesis import-linter ruff eqsig
	PATH="$(CURDIR)/$(VENV)-lowest/bin:$$PATH" $(VENV)-lowest/bin/python -m pytest -n 2 --dist worksteal -m "not slow" \
		-o filterwarnings=default

# Every Python of $(PYTHONS) that is there, in an environment of its own: data from recipes and simulators, a training from
# its configuration to an answer. One that is missing is told and left out.
PYTHONS ?= python3.11 python3.12 python3.13 python3.14
test-pythons: export OMP_NUM_THREADS = 1
test-pythons:
	for python in $(PYTHONS); do \
		command -v $$python > /dev/null || { echo "$$python is not here: left out"; continue; }; \
		$$python -m venv $(VENV)-$$python && \
		$(VENV)-$$python/bin/python -m pip install --quiet --editable ".[sweep,bayes,export,seismology]" pytest hypothesis eqsig && \
		$(VENV)-$$python/bin/python -m pytest -q -m "not slow" -o filterwarnings=default tests/simulators tests/datasets/recipes \
			tests/datasets/files tests/surrogate/networks tests/surrogate/export \
			tests/surrogate/cli/test_warnings.py || exit 1; \
	done

# A SLURM of one node on this machine; needs root and Debian's packages slurm-wlm and munge.
SLURM ?= /tmp/slurm_node
test-slurm: $(VENV)/tested
	tools/slurm_node.sh start $(SLURM)
	SLURM_CONF=$(SLURM)/slurm.conf $(bin)/pytest -m slurm tests/slurm; code=$$?; tools/slurm_node.sh stop $(SLURM); exit $$code

# Debian needs the packages libblas3 and liblapack3 for openseespy; the first command says so where they are missing.
test-opensees: export OMP_NUM_THREADS = 1
test-opensees: $(VENV)/tested
	$(bin)/python -m pip install --quiet --editable ".[opensees]" --constraint constraints.txt
	$(bin)/python -c "from simulators.external.opensees.model import load_opensees; load_opensees()"
	$(bin)/pytest tests/simulators/external tests/simulators/solvers/test_opensees.py

# Built from what is installed, without network; a warning is an error.
docs: export NO_MKDOCS_2_WARNING = 1
docs: export OMP_NUM_THREADS = 1
docs: $(VENV)/documented
	$(bin)/python -m mkdocs build --strict --quiet --site-dir $(SITE)

benchmarks: $(VENV)/tested
	$(bin)/python -m benchmarks.simulation
	$(bin)/python -m benchmarks.datasets
	$(bin)/python -m benchmarks.training

# Needs a GPU of NVIDIA and a torch that knows it; says so and ends where there is none.
gpu: $(VENV)/tested
	$(bin)/python -m benchmarks.gpu
	$(bin)/python -m benchmarks.training --device cuda

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(bin)/python -m pip install --quiet --upgrade pip
	$(bin)/python -m pip install --quiet --editable . --constraint constraints.txt
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(bin)/python -m pip install --quiet --editable ".[cluster,sweep,bayes,export,seismology]" --group dev --constraint constraints.txt
	touch $@

$(VENV)/documented: $(VENV)/installed
	$(bin)/python -m pip install --quiet --editable . --group docs --constraint constraints.txt
	touch $@

clean:
	rm -rf $(VENV) $(DEMO) $(SITE)
