"""What the scripts of benchmarks/ and Tests/Harness/ share: their command lines, the program and what it writes, many runs at once, Markdown tables.

Needs Python's standard library alone, and writes nothing when it is imported.
"""

import sys

NAME = sys.argv[0].rsplit("/", 1)[-1]
# Before anything that an older Python does not know.
if sys.version_info < (3, 9):
    sys.exit("%s: expected Python 3.9 or newer, found %d.%d: start it with a newer one, python3.9 %s" % ((NAME,) + tuple(sys.version_info[:2]) + (sys.argv[0],)))

import argparse  # noqa: E402
import atexit  # noqa: E402
import concurrent.futures  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import shutil  # noqa: E402
import statistics  # noqa: E402
import struct  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = os.path.join(ROOT, ".build", "release", "ebm-dist")
SPECS = os.path.join(ROOT, "benchmarks", "specs")

# Exit codes. That of a training or an evaluation whose values diverged.
DIVERGED = 71
# That of a configuration that cannot be used.
REFUSED = 78


# What a script that measures a claim leaves in its folder.
LEFT = "measures.json"


class Failed(Exception):
    """The program ended in another way than it may."""


def fail(message):
    """Ends the script."""
    sys.exit(f"{NAME}: {message}")


def note(message):
    """What a person should know that is no result."""
    print(f"{NAME}: {message}", file=sys.stderr, flush=True)


# The command line.

def parser(text, **options):
    """An empty parser that shows a script's own description."""
    return argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)


def words(separator=","):
    """The type of an argument that lists words."""
    return lambda text: text.split(separator)


def add_seeds(parser, default=3):
    parser.add_argument("--seeds", type=positive, default=default, help="how often each training is made, with seeds 1, 2, ... (default: %(default)s)")


def add_jobs(parser, default=None):
    parser.add_argument("--jobs", type=positive, default=default or os.cpu_count(), help="how many run at once (default: %(default)s)")


def add_values(parser):
    parser.add_argument("values", nargs="*", metavar="key=value", help="for every training")


def add_output(parser, folder):
    """Where runs and results go."""
    parser.add_argument(
        "--folder", metavar="DIR", default=folder, help=f"where the runs go (default: {folder or 'runs/NAME of the specification'})")
    parser.add_argument("--output", metavar="FILE.md", help="where the table goes")


def positive(text):
    """A whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, found {number}")
    return number


def parse(parser, quick, idle=()):
    """The arguments of a command line, once the program is known to be there. `idle`: arguments that have a script do something without the program.

    Adds --program, and --quick, which puts the values `quick` in the place of the defaults, and runs in a folder that is gone at the end.
    """
    parser.add_argument("--program", default=os.environ.get("EBM_DIST", BUILT), help="the program (default: $EBM_DIST, or .build/release/ebm-dist)")
    parser.add_argument("--quick", action="store_true", help="a small setting that shows in seconds whether the script works; its results mean nothing")
    if "--quick" in sys.argv[1:]:
        parser.set_defaults(**quick)
    arguments = parser.parse_intermixed_args()
    if arguments.quick and getattr(arguments, "folder", "") == parser.get_default("folder"):
        arguments.folder = tempfile.mkdtemp(prefix="ebm-dist-quick-")
        atexit.register(shutil.rmtree, arguments.folder, ignore_errors=True)
    if any(getattr(arguments, name) for name in idle):
        return arguments
    path = os.path.abspath(arguments.program)
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        fail(f"expected the program at {path}: build it with `make build`, or name another with --program or EBM_DIST")
    # For all that is started from here, scripts included.
    os.environ["EBM_DIST"] = path
    return arguments


# The program.

def program():
    """Its path; `parse` has looked that it is there."""
    return os.path.abspath(os.environ.get("EBM_DIST", BUILT))


def run(*arguments, ranks=None, allowed=(0,), before=()):
    """Runs the program to its end, with so many ranks of this machine, and returns what subprocess does. Raises Failed after another exit code than allowed.

    `before`: a command that starts the program.
    """
    launch = [os.path.join(ROOT, "scripts", "launch"), str(ranks)] if ranks else []
    done = subprocess.run([*before, *launch, program(), *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in allowed:
        raise Failed(f"ebm-dist {' '.join(arguments)}\n{problem(done)}")
    return done


def knows(*arguments):
    """Whether the program takes a configuration."""
    return run("config", *arguments, allowed=(0, REFUSED)).returncode == 0


def configuration(*arguments):
    """The resolved configuration of `train` with these arguments, by group and key."""
    text = run("config", *arguments).stdout
    # JSON5 as the program writes it: comments and members on lines of their own, keys without quotation marks, a comma behind the last member too.
    text = re.sub(r"^\s*//.*", "", text, flags=re.MULTILINE)
    text = re.sub(r"^(\s*)(\w+):", r'\1"\2":', text, flags=re.MULTILINE)
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", text))


def succeeds(*arguments):
    """Whether the program came to its end, and not to values that are no numbers; what it says then goes to stderr."""
    done = run(*arguments, allowed=(0, DIVERGED))
    if done.returncode != 0:
        print(problem(done), file=sys.stderr)
    return done.returncode == 0


def problem(done):
    """What a process that has failed said about it."""
    return (done.stderr or done.stdout).strip()


def train(folder, *arguments):
    """Trains in a folder unless that came to its end before. Returns whether it has."""
    done = os.path.join(folder, "done")
    if not os.path.exists(done):
        if not succeeds("train", *arguments, "--out", folder):
            return False
        with open(done, "w", encoding="utf-8"):
            pass
    return True


def measured(output, *arguments):
    """What `evaluate` with these arguments writes into a file, now or before; None where values were no numbers."""
    if not os.path.exists(output) and not succeeds("evaluate", *arguments, "--out", output):
        return None
    return read(output)


def read(path):
    """A JSON file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(path, value):
    """A JSON file."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def leave(folder, measures):
    """Leaves {title: {variant: [value of each seed, None where its training ended early]}} for `evidence`."""
    write(os.path.join(folder, LEFT), measures)


def lines(folder, name):
    """The lines of metrics.jsonl or evaluation.jsonl of a run; empty where there is no such file."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def training_seconds(lines):
    """Seconds of training in lines of metrics.jsonl by the clock on the wall, without checkpoints and reports."""
    return sum(line["wallSeconds"] - line["seconds"]["checkpoint"] - line["seconds"]["report"] for line in lines)


def write_floats(path, rows, shape=None):
    """Rows of as many numbers each as a NumPy file; `shape`: of a row, where it is not a list."""
    size = len(rows[0])
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({', '.join(map(str, [len(rows), *(shape or [size])]))}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack(f"<{len(rows) * size}f", *(value for row in rows for value in row)))


def read_floats(path):
    """The numbers of a NumPy file of little-endian 32-bit floats."""
    with open(path, "rb") as file:
        content = file.read()
    start = 10 + struct.unpack("<H", content[8:10])[0]
    if b"'<f4'" not in content[:start]:
        raise Failed(f"{path}: expected 32-bit floats, found {content[10:start].decode().strip()}")
    return struct.unpack(f"<{(len(content) - start) // 4}f", content[start:])


def slug(*parts):
    """Parts of a name as the name of a folder."""
    return "-".join("".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in str(part)) for part in parts)


def each(cells, work, jobs, told=None):
    """{cell: work(*cell)}, computed `jobs` at a time. `told(cell, result)` as they come; the first failure ends the script."""
    results = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(work, *cell): cell for cell in cells}
        for future in concurrent.futures.as_completed(waiting):
            cell = waiting[future]
            try:
                results[cell] = future.result()
            except Failed as error:
                pool.shutdown(cancel_futures=True)
                fail(error)
            if told:
                told(cell, results[cell])
    return results


# What comes out.

def number(value):
    return f"{float(value):.3g}"


def spread(values, text=number, none="-"):
    """The median of values, and where there are several the least and the most."""
    values = [value for value in values if value is not None]
    if not values:
        return none
    middle = text(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({text(min(values))} to {text(max(values))})"


def table(head, rows, columns=None):
    """The lines of a Markdown table. `columns`: a letter for each, l or r (default: the first to the left, the others to the right)."""
    columns = columns or "l" + "r" * (len(head) - 1)
    return [row(head), "|" + "".join(" ---: |" if side == "r" else " --- |" for side in columns), *map(row, rows)]


def row(cells):
    """A line of a Markdown table."""
    return "|" + "".join(f" {cell} |" if str(cell) else " |" for cell in cells)


def report(text, output=None):
    """Prints a text, and writes it where a file is wanted."""
    print(text)
    if output:
        with open(output, "w", encoding="utf-8") as file:
            file.write(text)


def main(work):
    """Runs a script: a program that failed ends it with what that said, Ctrl-C without a trace."""
    try:
        work()
    except Failed as error:
        fail(error)
    except KeyboardInterrupt:
        sys.exit(130)
