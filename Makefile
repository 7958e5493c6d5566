# make run    installs what is missing, builds, trains the digits model on RANKS ranks of this machine (default: one a core)
# make test   installs what is missing, builds, runs all tests: failures and a summary; the rest is in .build/test.log

RANKS ?= auto
# Where `make install` puts everything.
PREFIX ?= /usr/local
# Arguments for the program: make run ARGS="train configs/25gaussians.json5 run.steps=500"
ARGS ?=
# For `ebm-dist --version`; empty in an archive without its history.
export EBM_DIST_COMMIT := $(shell scripts/commit)

# What the build finds beside what it needs; looked for at each command, as `setup` may have installed it.
export EBM_DIST_LIBRARIES = $(shell scripts/libraries)

.PHONY: run test build install test-slurm test-hosts setup lint format clean help

run: build
	scripts/launch $(RANKS) .build/release/ebm-dist $(ARGS)

test:
	@scripts/setup --tests
	scripts/test

build: setup
	swift build -c release

# DESTDIR stands in front of PREFIX.
install: build
	scripts/install $(PREFIX) .build/release/ebm-dist

# More than a test may start: a Slurm of three nodes, and several hosts, on this machine.
test-slurm: build
	@scripts/setup --slurm
	Tests/Harness/slurm-ends
	Tests/Harness/slurm

test-hosts: build
	@scripts/setup --tests
	Tests/Harness/hosts

setup:
	@scripts/setup

lint:
	scripts/lint

format:
	swift format --in-place --recursive Package.swift Sources Tests

clean:
	swift package clean

help:
	@echo "make run      train the digits model: make run RANKS=4 ARGS=\"train run.steps=500\""
	@echo "make test     all tests, also under mpirun on 1 to 4 ranks"
	@echo "make build    the program, .build/release/ebm-dist"
	@echo "make install  PREFIX=/usr/local: program, configurations, manual page, completions, batch scripts"
	@echo "make test-slurm, make test-hosts   jobs of a real Slurm, several hosts, on this machine"
	@echo "make setup    install missing Debian packages, check Swift"
	@echo "make lint     layout of sources, shell scripts"
	@echo "make format   lay the sources out"
	@echo "make clean    remove what was built"
