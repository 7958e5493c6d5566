"""What the harnesses share: the program as a child process that can be ended whole, small trainings, their bits, and tables.

The scripts beside this file try the program for longer than the tests do; Documentation/Reliability.md says what came out. They leave nothing behind
but what --keep asks for.
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

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "benchmarks"))
import common  # noqa: E402

# The exit codes of the README; 0 and these are ends in order.
CODES = {0, 64, 65, 66, 69, 71, 73, 74, 75, 76, 77, 78}

# More ranks than cores are wanted here, in memory that they share, and containers run as root.
VARIABLES = {
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_pml": "ob1",
    "OMPI_MCA_btl": "self,vader",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
}

# 12 shards, so that 1, 2, 3, 4 and 8 ranks share them, evenly or not.
BASE = [
    "run.shards=12", "run.chainsPerShard=8", "run.threads=1", "model.widths=[32]", "sampler.steps=4", "chains.buffer=192",
    "chains.restartProbability=0.2", "optimizer.warmupSteps=2", "optimizer.average=0.9", "samples.every=100000", "samples.count=16",
]


class Scratch:
    """A temporary folder that is gone at the end, unless it is to be kept. Its path is short: Open MPI puts sockets below it."""

    def __init__(self, name, keep=None):
        self.keep = keep is not None
        self.path = os.path.abspath(keep) if keep else tempfile.mkdtemp(prefix=f"ebm-{name}-", dir="/tmp")
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
        # What killed ranks leave in shared memory goes away with the folder.
        own = {"OMPI_MCA_btl_vader_backing_directory": self.temporary, "TMPDIR": self.temporary}
        variables = {**os.environ, **VARIABLES, **own, **(environment or {})}
        self.process = subprocess.Popen(
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.errors, start_new_session=True)

    @property
    def has_ended(self):
        return self.process.poll() is not None

    def members(self):
        """All processes that this one started and that still run, also when it is gone itself."""
        return marked(f"TMPDIR={self.temporary}")

    def ranks(self):
        return [pid for pid in self.members() if executable(pid) == os.path.realpath(common.program())]

    def end_all(self):
        end(self.members())

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


def marked(variable):
    """The processes that have a variable, NAME=VALUE, in their environment: also those that have left the session of whoever started them."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if f"{variable}\0".encode() in file.read() + b"\0" and int(name) != os.getpid():
                    found.append(int(name))
        except OSError:
            pass
    return found


def end(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def executable(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def run(arguments, folder, ranks=None, environment=None, timeout=120):
    return Child(command(arguments, ranks), folder, environment).wait(timeout)


def command(arguments, ranks=None):
    return (["mpirun", "-n", str(ranks)] if ranks else []) + [common.program(), *arguments]


class Training:
    """A small training in a folder, and what it leaves behind."""

    def __init__(self, name, scratch, arguments):
        self.scratch = scratch
        self.path = scratch.at(name)
        self.arguments = list(arguments)
        # A file, over which arguments may switch choices: a key without effect is refused beside them.
        self.base = scratch.at("base.json5")
        groups = {}
        for key, value in (argument.split("=", 1) for argument in BASE):
            group, name = key.split(".")
            groups.setdefault(group, {})[name] = json.loads(value)
        with open(self.base, "w", encoding="utf-8") as file:
            json.dump(groups, file)

    def command(self, *more):
        return ["train", self.base, "--out", self.path, *self.arguments, *more]

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
        return bits(self.path, steps[-1] if step is None else step) if steps else {}

    def metrics(self):
        """The lines of metrics.jsonl without what depends on time."""
        timed = ("seconds", "wallSeconds", "rankSeconds", "chainStepsPerSecond", "evaluationsPerSecond")
        return [{key: value for key, value in line.items() if key not in timed} for line in common.lines(self.path, "metrics.jsonl")]


def bits(run, step):
    """SHA-256 of model, optimiser and chains of a run folder at a step."""
    folder = os.path.join(run, "checkpoints", f"step-{step:08d}")
    return {name: digest(os.path.join(folder, name)) for name in ("model.safetensors", "optimizer.safetensors", "chains.safetensors")}


def digest(path):
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return "absent"


def require(condition, text):
    if not condition:
        common.fail(text)


def fault_library(scratch):
    """Builds fault.c; returns its path."""
    library = scratch.at("fault.so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fault.c")
    if shutil.which("clang") is None:
        common.fail("expected clang, which comes with Swift")
    subprocess.run(["clang", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def fault(library, **values):
    """The variables under which a program meets a fault; fault.c says what they mean. Those that are None are left out."""
    return {"LD_PRELOAD": library, **{f"FAULT_{name.upper()}": str(value) for name, value in values.items() if value is not None}}


def parser(text, *names):
    """A parser with the arguments that several harnesses have."""
    parser = common.parser(text)
    if "jobs" in names:
        common.add_jobs(parser, 2)
    if "seed" in names:
        parser.add_argument("--seed", type=int, default=1, help="of what is chosen at random (default: %(default)s)")
    if "keep" in names:
        parser.add_argument("--keep", metavar="DIR", help="work in this folder, and leave it there")
    return parser


def finish(failures, shown=20):
    """Names what went wrong, and ends with 1 where anything did."""
    for failure in failures[:shown]:
        print(f"FAILED: {failure}")
    if len(failures) > shown:
        print(f"... and {len(failures) - shown} more")
    print(f"{len(failures)} failures")
    sys.exit(1 if failures else 0)
