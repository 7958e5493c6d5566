# make run    installs what is missing, builds, trains the digits model on RANKS ranks of this machine (default: one a core)
# make test   installs what is missing, builds, runs all tests: failures and a summary; the rest is in .build/test.log

RANKS ?= auto
# Where `make install` puts everything.
PREFIX ?= /usr/local
# For which CPU `make install` builds, and for which ones `make dist`.
CPU ?= native
CPUS ?= x86-64-v3 x86-64-v4
# Arguments for the program: make run ARGS="train configs/25gaussians.json5 run.steps=500"
ARGS ?=
# For `ebm-dist --version`; empty in an archive without its history.
export EBM_DIST_COMMIT := $(shell scripts/commit)

# What the build finds beside what it needs; looked for at each command, as `setup` may have installed it.
export EBM_DIST_LIBRARIES = $(shell scripts/libraries)

.PHONY: run test build install dist test-dist test-slurm test-hosts test-examples docs setup lint format clean help

run: build
	scripts/launch $(RANKS) .build/release/ebm-dist $(ARGS)

test:
	@scripts/setup --tests
	scripts/test

build: setup
	swift build -c release

# DESTDIR stands in front of PREFIX.
install: setup
	program=$$(scripts/build-static $(CPU)) && scripts/install "$(PREFIX)" "$$program"

dist: setup
	scripts/dist $(CPUS)

# More than a test may start: a system without anything else, a Slurm of three nodes, and several hosts, on this machine.
test-dist: setup
	archive=$$(scripts/dist $(CPUS)) && Tests/Harness/dist --program "$${archive%.tar.gz}/bin/ebm-dist"

test-slurm: build
	@scripts/setup --slurm
	Tests/Harness/slurm-ends
	Tests/Harness/slurm

test-hosts: build
	@scripts/setup --tests
	Tests/Harness/hosts

# Programs of their own that use the library, and its reference as pages.
test-examples: setup
	scripts/test-examples

docs: build
	scripts/docs

setup:
	@scripts/setup

lint:
	scripts/lint

format:
	swift format --in-place --recursive Package.swift Sources Tests examples

clean:
	swift package clean

help:
	@echo "make run      train the digits model: make run RANKS=4 ARGS=\"train run.steps=500\""
	@echo "make test     all tests, also under mpirun on 1 to 4 ranks"
	@echo "make build    the program, .build/release/ebm-dist"
	@echo "make install  PREFIX=/usr/local CPU=native: program, configurations, manual page, completions, batch scripts"
	@echo "make dist     an archive for nodes with OpenBLAS and an MPI library alone, with a build for each of CPUS=\"x86-64-v3 x86-64-v4\""
	@echo "make test-dist, make test-slurm, make test-hosts   what is installed in an empty system, jobs of a real Slurm, several hosts, on this machine"
	@echo "make test-examples   builds and runs the Swift programs of examples/"
	@echo "make docs     the reference of the library's modules, in .build/docs"
	@echo "make setup    install missing Debian packages, check Swift"
	@echo "make lint     layout of sources, shell scripts"
	@echo "make format   lay the sources out"
	@echo "make clean    remove what was built"
