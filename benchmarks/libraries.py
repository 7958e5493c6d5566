"""The libraries' own examples, for benchmarks/compare: trained by the library and by ebm-dist on the same rows, and measured by the log-likelihood of others."""

import math
import os
import shutil
import statistics

import common
import contenders

# The square on which densities are normalized, and its points along a side.
SIDE, POINTS = 8.0, 400


def grid():
    spacing = SIDE / POINTS
    places = [-SIDE / 2 + spacing * (index + 0.5) for index in range(POINTS)]
    return [(x, y) for x in places for y in places]


def log_likelihood(rows, points):
    """Mean log density of rows from the energies of the rows and of the points of the grid, in nats."""
    most = -min(points)
    log_z = most + math.log(sum(math.exp(-energy - most) for energy in points)) + 2 * math.log(SIDE / POINTS)
    return -statistics.fmean(rows) - log_z


def example(library, seed, arguments):
    """One training of a library's example by the library and by ebm-dist, in turn: a result of each."""
    folder = os.path.join(arguments.folder, f"{library}-{seed}")
    os.makedirs(folder, exist_ok=True)
    files = {name: os.path.join(folder, name + ".npy") for name in ("training", "test", "grid", "energies")}
    common.write_floats(files["grid"], grid())
    path = os.path.join(common.ROOT, "benchmarks", "examples", f"{library}.json5")
    peer = contenders.Peer(arguments.peers, contenders.LIBRARIES[library][1], contenders.problem(None, [2], seed=seed))
    peer.ask("write_rows", training=files["training"], test=files["test"])
    values = [f"data.source={files['training']}", f"run.seed={seed}", *(["run.steps=3"] if arguments.quick else [])]
    steps = common.configuration(path, *values)["run"]["steps"]

    def result(program, precision, seconds, energies):
        likelihood = log_likelihood(energies("test"), energies("grid"))
        common.note(f"{library}, seed {seed}: {program} {precision} {seconds:.1f} s, log-likelihood {likelihood:.3f}")
        return {
            "example": library, "program": program, "precision": precision, "seed": seed, "steps": steps, "seconds": seconds,
            "likelihood": likelihood}

    def of_peer(name):
        peer.ask("write_energies", of=files[name], to=files["energies"])
        return common.read_floats(files["energies"])

    results = [result(library, "float", peer.ask("train", steps=steps)["seconds"], of_peer)]
    peer.close()
    for precision in arguments.training_precisions:
        run = os.path.join(folder, precision)
        shutil.rmtree(run, ignore_errors=True)
        contenders.on_one_core("train", path, *values, *contenders.training_values(precision), "--out", run)

        def of_run(name):
            common.run("energy", "--run", run, "--input", files[name], "--out", files["energies"])
            return common.read_floats(files["energies"])

        results.append(result("ebm-dist", precision, common.training_seconds(common.lines(run, "metrics.jsonl")), of_run))
    return results


def table(results):
    rows, cells = [], {}
    for result in results:
        cells.setdefault((result["example"], result["program"], result["precision"]), []).append(result)
    for (name, program, precision), found in cells.items():
        milliseconds = statistics.median(1000 * r["seconds"] / r["steps"] for r in found)
        peer = [1000 * r["seconds"] / r["steps"] for r in results if r["example"] == name and r["program"] != "ebm-dist"]
        ratio = "" if program != "ebm-dist" or not peer else f"{statistics.median(peer) / milliseconds:.1f}"
        rows.append([
            name, program, precision, f"{milliseconds:.2f}", common.spread([r["seconds"] for r in found]), ratio,
            common.spread([r["likelihood"] for r in found], lambda value: f"{value:.3f}")])
    head = ["example of", "trained by", "precision", "ms a step", "seconds", "times as fast", "log-likelihood, nats"]
    return common.table(head, rows, "lll" + "r" * (len(head) - 3))
