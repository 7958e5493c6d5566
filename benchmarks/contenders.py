"""What benchmarks/compare and benchmarks/time-to-quality share: the virtual environment of the peers, conversations with them, and what stands above a table.

The peers are the scripts of benchmarks/peers; problem.py there describes the conversation.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import common

SCRIPTS = os.path.join(common.ROOT, "benchmarks", "peers")
REQUIREMENTS = os.path.join(SCRIPTS, "requirements.txt")
PACKAGES = ["torch", "jax", "torchebm", "ebmkit"]
# The peers that train what a configuration describes: package, script with its arguments, precisions.
TRAINERS = {"PyTorch": ("torch", ["torch_peer.py"], ("float", "bfloat16")), "JAX": ("jax", ["jax_peer.py"], ("float",))}
LIBRARIES = {"torchebm": ("torchebm", ["library_peers.py", "torchebm"]), "ebmkit": ("ebmkit", ["library_peers.py", "ebmkit"])}


# The environment.

def add_peers(parser):
    parser.add_argument(
        "--peers", metavar="DIR", default=os.environ.get("EBM_DIST_PEERS", os.path.join(common.ROOT, ".build", "peers")),
        help="the virtual environment of the peers (default: $EBM_DIST_PEERS, or .build/peers)")


def add_results(parser, measured):
    """Where results are stored, and their tables from there."""
    parser.add_argument("--json", metavar="FILE", help="where the results go")
    parser.add_argument("--from", dest="stored", metavar="FILE", help=f"print the tables of results that --json has stored, and {measured} nothing")


def python(folder):
    """The interpreter of the environment in a folder."""
    return os.path.join(os.path.abspath(folder), "bin", "python")


def install(folder, requirements=REQUIREMENTS):
    """Makes the environment, or completes it. Several gigabytes where pip knows no CPU build of PyTorch."""
    for command in ([sys.executable, "-m", "venv", folder], [python(folder), "-m", "pip", "install", "-r", requirements]):
        if subprocess.run(command, check=False).returncode != 0:
            common.fail(f"{' '.join(command)} failed: what it says stands above")


def versions(folder, packages=PACKAGES, script="benchmarks/compare"):
    """{package: version} of the peers that the environment has; said where it has none."""
    code = (
        "import importlib.metadata as m, json, sys\nfound = {}\nfor p in sys.argv[1:]:\n  try: found[p] = m.version(p)\n"
        "  except m.PackageNotFoundError: pass\nprint(json.dumps(found))")
    try:
        done = subprocess.run([python(folder), "-c", code, *packages], capture_output=True, text=True, check=False)
        found = json.loads(done.stdout) if done.returncode == 0 else {}
    except OSError:
        found = {}
    missing = [package for package in packages if package not in found]
    if missing:
        common.note(f"{', '.join(missing)}: not in {folder}, left out; `{script} --install` installs the peers")
    return found


# The machine.

def need_taskset():
    if shutil.which("taskset") is None:
        common.fail("taskset is missing (package util-linux)")


def cores(count):
    """The first cores that this process may use, as taskset takes them; None where there are fewer."""
    found = sorted(os.sched_getaffinity(0))
    return ",".join(map(str, found[:count])) if len(found) >= count else None


def processor():
    try:
        with open("/proc/cpuinfo", encoding="ascii") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


def setting(found):
    """What results depend on: to be stored with them. `found`: the versions of the peers."""
    return {
        "date": time.strftime("%Y-%m-%d"), "processor": processor(), "cores": len(os.sched_getaffinity(0)),
        "program": common.run("--version").stdout.split("\n")[0], "versions": found,
        "command": " ".join(["benchmarks/" + common.NAME, *sys.argv[1:]])}


def setting_text(setting, loads):
    """`loads`: of the machine, measured beside the results."""
    peers = ", ".join(f"{name} {version}" for name, version in setting["versions"].items()) or "no peers"
    return (
        f"Measured {setting['date']} by `{setting['command']}`: {setting['processor']}, {setting['cores']} cores; {setting['program']}; {peers}; "
        f"load of the machine meanwhile {min(loads):.1f} to {max(loads):.1f}.")


# The program.

def on_one_core(*arguments):
    """Runs the program to its end on the first core."""
    return common.run(*arguments, before=["taskset", "-c", cores(1)])


# ebm-dist in a precision: options of `bench`, and key=value of a training. The first of each says what the chains read, the second what parameters learn from.
OPTIONS = {
    "float": ([], []), "bfloat16": (["--precision"], ["sampler.precision"]),
    "bfloat16, gradients too": (["--precision", "--gradient-precision"], ["sampler.precision", "gradient.precision"])}


def bench_options(precision):
    """The options of `bench` for a precision, or None where the program lacks one."""
    options, known = OPTIONS[precision][0], common.run("bench", "--help").stdout.split()
    return [word for option in options for word in (option, "bfloat16")] if all(option in known for option in options) else None


def training_values(precision):
    """The key=value of a training of a precision, or None where the program lacks one."""
    values = [f"{key}=bfloat16" for key in OPTIONS[precision][1]]
    return values if not values or common.knows(*values) else None


def training_precisions():
    """Those in which the program trains; said where it lacks one."""
    found = [precision for precision in OPTIONS if training_values(precision) is not None]
    if len(found) < len(OPTIONS):
        common.note(f"this program does not train in {', '.join(p for p in OPTIONS if p not in found)}: left out")
    return found


# The peers.

class PeerFailed(Exception):
    """A peer could not do what it was asked for."""


class Peer:
    """A peer's process, which has read its problem."""

    def __init__(self, folder, script, problem, ranks=1):
        self.said = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            ["taskset", "-c", cores(ranks), python(folder), os.path.join(SCRIPTS, script[0]), *script[1:]], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.said, text=True, env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"})
        self.ask_line({**problem, "ranks": ranks})

    def ask_line(self, message):
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.close()
            self.said.seek(0)
            raise PeerFailed((self.said.read().strip() or "it ended").split("\n")[-1])
        answer = json.loads(line)
        if "error" in answer:
            self.close()
            raise PeerFailed(answer["error"].split("\n")[0])
        return answer

    def ask(self, do, **arguments):
        return self.ask_line({"do": do, **arguments})

    def close(self):
        """Ends the process by ending its input."""
        if self.process.poll() is None:
            try:
                self.process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()


class Timed:
    """A peer that is asked for its speed alone. It has made a step: the first one allocates, and may compile."""

    def __init__(self, folder, script, problem, variant, ranks=1):
        self.variant = variant
        self.peer = Peer(folder, script, {**problem, "variant": variant}, ranks)
        self.peer.ask("train", steps=1)

    def train(self, steps):
        found = self.peer.ask("train", steps=steps)
        return {"trainingSteps": steps / found["seconds"], "mebibytes": found["mebibytes"]}

    def close(self):
        self.peer.close()


def problem(configuration, shape, precision="float", variant=None, rows=None, seed=1):
    """What problem.py reads, but for the ranks."""
    return {"configuration": configuration, "shape": shape, "rows": rows, "seed": seed, "precision": precision, "variant": variant or {}}


IMAGE_LAYOUTS = [{"layout": "contiguous"}, {"layout": "channelsLast"}]
# Of JAX: its default, and the one it has for speed.
GENERATORS = [{"generator": "threefry2x32"}, {"generator": "unsafe_rbg"}]


def variants(name, precision, configuration, compiled=False):
    """The ways in which a peer can compute a problem; the fastest one counts."""
    if name == "JAX":
        return GENERATORS
    if name != "PyTorch":
        return [{}]
    layouts = IMAGE_LAYOUTS if configuration["model"]["kind"] == "convolution" else [{}]
    if precision == "float":
        found = layouts
    else:
        found = [
            {**layouts[-1], "sampler": sampler, "gradient": gradient} for sampler in ("copy", "autocast") for gradient in ("float", "autocast")]
    return found + ([{**found[-1], "compile": True}] if compiled else [])


def variant_text(variant):
    words = {
        "contiguous": "contiguous images", "channelsLast": "channels last", "copy": "the sampler on a copy of the network in bfloat16",
        "autocast": "autocast", "float": "float"}
    parts = []
    for key, value in variant.items():
        if key == "gradient":
            parts.append(f"parameter gradients by {words[value]}" if value == "autocast" else "parameter gradients in float")
        elif key == "sampler" and value == "autocast":
            parts.append("the sampler by autocast")
        elif key == "generator":
            parts.append(f"random numbers by {value}")
        else:
            parts.append("torch.compile" if key == "compile" else words[value])
    return ", ".join(parts) or "as it stands"


# Tries of each way to compute, in turn; steps of a try at least.
TRIES, LEAST_STEPS = 3, 3


def fastest(make, ways, seconds, quick=False):
    """The contender that is fastest among ways to make it, by the median of some tries in turn, and how many steps it makes in so many seconds."""
    least = 1 if quick else LEAST_STEPS
    field = [make(way) for way in ways]
    steps = [max(least, round(seconds / 4 * contender.train(least)["trainingSteps"])) for contender in field]
    rates = [[] for _ in field]
    for _ in range(TRIES if len(field) > 1 else 1):
        for contender, count, found in zip(field, steps, rates):
            found.append(contender.train(count)["trainingSteps"])
    medians = [statistics.median(found) for found in rates]
    best = medians.index(max(medians))
    for contender in field:
        if contender is not field[best]:
            contender.close()
    return field[best], max(least, round(seconds * medians[best]))
