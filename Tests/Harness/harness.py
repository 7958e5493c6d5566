"""What the harnesses share: the program as a child process that can be ended whole, small trainings, their bits, and tables.

The scripts beside this file try the program for longer than the tests do; Documentation/Reliability.md says what came out. They need Python 3.9
and a built program (.build/release/ebm-dist, or what the variable EBM_DIST names), and leave nothing behind but what --keep asks for.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("EBM_DIST", os.path.join(ROOT, ".build", "release", "ebm-dist")))

# The exit codes of the README; 0 and these are ends in order.
CODES = {0, 64, 65, 66, 69, 71, 73, 74, 75, 76, 77, 78}

# More ranks than cores are wanted here, and containers run as root.
OVERSUBSCRIBED = {
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
}

# 12 shards, so that 1, 2, 3, 4 and 8 ranks share them, evenly or not.
BASE = [
    "run.shards=12", "run.chainsPerShard=8", "run.threads=1", "model.widths=[32]", "sampler.steps=4", "chains.buffer=192",
    "chains.restartProbability=0.2", "optimizer.warmupSteps=2", "optimizer.average=0.9", "samples.every=100000", "samples.count=16",
]


class Scratch:
    """A temporary folder that is gone at the end, unless it is to be kept."""

    def __init__(self, name, keep=None):
        self.keep = keep is not None
        self.path = os.path.abspath(keep) if keep else tempfile.mkdtemp(prefix=f"ebm-dist-{name}-")
        os.makedirs(self.path, exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.keep:
            shutil.rmtree(self.path, ignore_errors=True)

    def at(self, name):
        return os.path.join(self.path, name)


class Child:
    """A child process in a session and with a temporary folder of its own: whatever it starts can be found by that folder, and ended."""

    number = 0

    def __init__(self, command, folder, environment=None):
        Child.number += 1
        self.temporary = os.path.join(folder, f".tmp{os.getpid()}-{Child.number}")
        os.makedirs(self.temporary)
        self.output = open(os.path.join(self.temporary, "out"), "w+b")
        self.errors = open(os.path.join(self.temporary, "err"), "w+b")
        variables = dict(os.environ, **OVERSUBSCRIBED, TMPDIR=self.temporary)
        if os.geteuid() == 0:
            variables.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
        variables.update(environment or {})
        self.process = subprocess.Popen(
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.errors, start_new_session=True)

    @property
    def has_ended(self):
        return self.process.poll() is not None

    def members(self):
        """All processes that this one started and that still run, also when it is gone itself."""
        mark = f"TMPDIR={self.temporary}\0".encode()
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/environ", "rb") as file:
                        if mark in file.read() + b"\0":
                            found.append(int(name))
                except OSError:
                    pass
        return found

    def ranks(self):
        return [pid for pid in self.members() if executable(pid) == os.path.realpath(PROGRAM)]

    def end_all(self):
        for pid in self.members():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def wait(self, timeout=120):
        """The exit code (128 plus the number of a signal), stdout and stderr; code None after a time-out, when all of it was ended."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.end_all()
            self.process.wait()
            code = None
        deadline = time.monotonic() + 60
        while self.members():
            if time.monotonic() > deadline:
                self.end_all()
                code = None
            time.sleep(0.02)
        texts = []
        for file in (self.output, self.errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
            file.close()
        shutil.rmtree(self.temporary, ignore_errors=True)
        return (128 - code if code is not None and code < 0 else code), texts[0], texts[1]


def executable(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def run(arguments, folder, ranks=None, environment=None, timeout=120):
    return Child(command(arguments, ranks), folder, environment).wait(timeout)


def command(arguments, ranks=None):
    return (["mpirun", "-n", str(ranks)] if ranks else []) + [PROGRAM, *arguments]


class Training:
    """A small training in a folder, and what it leaves behind."""

    def __init__(self, name, scratch, arguments):
        self.scratch = scratch
        self.path = scratch.at(name)
        self.arguments = [*BASE, *arguments]

    def command(self, *more):
        return ["train", "--out", self.path, *self.arguments, *more]

    def run(self, *more, ranks=None, environment=None, timeout=120):
        return run(self.command(*more), self.scratch.path, ranks, environment, timeout)

    def copied(self, name):
        copy = Training(name, self.scratch, [])
        copy.arguments = self.arguments
        shutil.rmtree(copy.path, ignore_errors=True)
        shutil.copytree(self.path, copy.path)
        return copy

    def names(self):
        try:
            return sorted(os.listdir(os.path.join(self.path, "checkpoints")))
        except OSError:
            return []

    def steps(self):
        return [int(name[5:]) for name in self.names() if name.startswith("step-") and name[5:].isdigit()]

    def set_aside(self):
        return [name for name in self.names() if ".aside" in name]

    def checkpoint(self, step):
        return os.path.join(self.path, "checkpoints", f"step-{step:08d}")

    def bits(self, step=None):
        """SHA-256 of model, optimiser and chains at a step (default: the newest)."""
        steps = self.steps()
        if not steps:
            return {}
        folder = self.checkpoint(steps[-1] if step is None else step)
        return {name: digest(os.path.join(folder, name)) for name in ("model.safetensors", "optimizer.safetensors", "chains.safetensors")}

    def metrics(self):
        """The lines of metrics.jsonl without what depends on time."""
        lines = []
        with open(os.path.join(self.path, "metrics.jsonl"), encoding="utf-8") as file:
            for line in file:
                values = json.loads(line)
                for key in ("seconds", "chainStepsPerSecond", "evaluationsPerSecond"):
                    values.pop(key, None)
                lines.append(values)
        return lines


def digest(path):
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return "absent"


def require(condition, text):
    if not condition:
        sys.exit(text)


def require_program():
    require(os.access(PROGRAM, os.X_OK), f"{PROGRAM} is not there: build it with swift build -c release, or set EBM_DIST")


def table(rows):
    """Columns beside each other; the first row is the head."""
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
        if index == 0:
            print("  ".join("-" * width for width in widths))


def finish(failures, shown=20):
    """Names what went wrong, and ends with 1 where anything did."""
    for failure in failures[:shown]:
        print(f"FAILED: {failure}")
    if len(failures) > shown:
        print(f"... and {len(failures) - shown} more")
    print(f"{len(failures)} failures")
    sys.exit(1 if failures else 0)
