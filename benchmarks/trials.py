"""Trainings of variants, of grids of settings and on several data, with several seeds, and tables of what came out: for `variants` and `evidence`.

A specification: {"configuration": "configs/x.json5", "arguments": ["run.steps=100", ...], "every": 50,
                  "data": {"name": ["data.source=moons"], ...},
                  "measures": {"KL": "plane.fit.divergence", ...}, "evaluate": ["--count", "1024"],
                  "variants": {"name": ["key=value", ...], ...}, "choose": "KL"}
A measure is a path in the lines of evaluation.jsonl; below "metrics" in those of metrics.jsonl; below "evaluate" in what `evaluate` with those
options says about the checkpoint of the same step. A variant may be {"configuration": ..., "arguments": [...], "grid": {"key": [value, ...], ...}}: each
cell of the grid is trained with the first seed, and with all seeds the one whose measure "choose" is least at the last step, or with "highest": true
greatest. "data" may be left out.
A training whose folder is there is continued or used.
"""

import functools
import itertools
import os
import resource

import common


class Trials:
    """The trainings of a specification, one by one or `jobs` at once. `kept`: only those that are in the folder already, as far as they came."""

    def __init__(self, spec, folder, seeds, values=(), jobs=1, kept=False):
        self.spec, self.folder, self.seeds = spec, folder, range(1, seeds + 1)
        self.values, self.jobs, self.kept = list(values), jobs, kept
        self.data = spec.get("data", {"": []})
        self.variants = {name: variant if isinstance(variant, dict) else {"arguments": variant} for name, variant in spec["variants"].items()}
        self.results, self.chosen = {}, {}

    def run(self, told=None):
        """Trains what is missing, and chooses the cells of grids."""
        clock = None if self.kept else functools.partial(add_seconds, self.folder, *spent(self.folder))

        def learned(cell, result):
            if clock:
                clock()
            if told:
                told(cell, result)

        def learn(cells):
            self.results |= common.each([cell for cell in cells if cell not in self.results], self.learn, self.jobs, learned)

        plain = []
        for data, name in itertools.product(self.data, self.variants):
            settings = self.settings(name)
            if len(settings) > 1:
                learn([(data, name, setting, self.seeds[0]) for setting in settings])
            self.chosen[data, name] = best = self.best(data, name)
            cells = [] if best is None else [(data, name, best, seed) for seed in self.seeds]
            if len(settings) > 1:
                learn(cells)
            else:
                plain += cells
        learn(sorted(plain, key=lambda cell: cell[-1]))
        if not self.kept and not any(lines for lines, _ in self.results.values()):
            raise common.Failed(f"no run in {self.folder} left an evaluation")

    def tell(self, cell, result):
        """Says what a training has come to."""
        data, name, setting, seed = cell
        lines, problem = result
        last = lines[-1] if lines else {}
        found = [f"{title} {common.spread([value(last, path)])}" for title, path in self.spec["measures"].items()]
        print(*filter(None, [data, name, *setting, seed, *found, problem]), flush=True)

    def settings(self, name):
        """The cells of a variant's grid, as key=value."""
        grid = self.variants[name].get("grid", {})
        return [tuple(f"{key}={value}" for key, value in zip(grid, values)) for values in itertools.product(*grid.values())]

    def best(self, data, name):
        """The cell of a grid that is trained with all seeds; None while the grid is not done."""
        settings, ends = self.settings(name), []
        if len(settings) == 1:
            return settings[0]
        path = self.spec["measures"][self.spec["choose"]]
        for setting in settings:
            lines, problem = self.results[data, name, setting, self.seeds[0]]
            if not problem and (not lines or lines[-1]["step"] < self.last(data, name)):
                return None
            found = None if problem else value(lines[-1], path)
            if found is not None:
                ends.append((-found if self.spec.get("highest") else found, setting))
        return min(ends)[1] if ends else settings[0]

    def last(self, data, name):
        """The last step of a variant that some training of it has come to, none behind the one that is wanted: trainings may have been longer before."""
        wanted = self.wanted(data, name)
        steps = [line["step"] for (own, variant, *_), (lines, _) in self.results.items() if (own, variant) == (data, name) for line in lines]
        return max((step for step in steps if wanted is None or step <= wanted), default=0)

    def wanted(self, data, name):
        """The last step of a variant as the specification has it; None where that is the configuration's."""
        variant = self.variants[name]
        arguments = [*self.spec.get("arguments", []), *self.data[data], *variant.get("arguments", []), *self.values]
        return next((int(word.split("=")[1]) for word in reversed(arguments) if word.startswith("run.steps=")), None)

    def is_complete(self):
        """Whether all trainings that the tables want have been made."""
        ends = [
            problem or (lines and lines[-1]["step"] >= (self.wanted(data, name) or self.last(data, name)))
            for (data, name), setting in self.chosen.items() for seed in self.seeds
            for lines, problem in [self.results.get((data, name, setting, seed), ([], None))]]
        return all(ends)

    def learn(self, data, name, setting, seed):
        """Makes one training. Returns the lines of evaluation.jsonl with what else the measures want, and the sentence with which it ended early."""
        variant, spec = self.variants[name], self.spec
        folder = os.path.join(self.folder, common.slug(*filter(None, [data, name, *setting, seed])))
        ended = os.path.join(folder, "diverged.json")
        if not self.kept:
            reached, wanted = max((line["step"] for line in common.lines(folder, "evaluation.jsonl")), default=0), self.wanted(data, name)
            # A training can only be made longer: one that has been is asked for as far as it is, so that its other settings are compared all the same.
            longer = [f"run.steps={reached}"] if wanted and reached > wanted else []
            done = common.run(
                "train", os.path.join(common.ROOT, variant.get("configuration", spec.get("configuration"))), "--out", folder, f"run.seed={seed}",
                "run.threads=1", f"evaluate.every={spec['every']}", *spec.get("arguments", []), *self.data[data], *variant.get("arguments", []),
                *setting, *self.values, *longer, allowed=(0, common.DIVERGED))
            if done.returncode != 0:
                common.write(ended, common.problem(done).split("\n")[-1])
        problem = common.read(ended) if os.path.exists(ended) else None
        metrics = {line["step"]: line for line in common.lines(folder, "metrics.jsonl")}
        evaluated = any(path.startswith("evaluate.") for path in spec["measures"].values())
        return [{
            **line, "metrics": metrics.get(line["step"]), "evaluate": self.evaluate(folder, line["step"]) if evaluated else None
        } for line in common.lines(folder, "evaluation.jsonl")], problem

    def evaluate(self, folder, step):
        """What `evaluate` says about a checkpoint, now or before; None where there is none."""
        output = os.path.join(folder, f"evaluate-{step}.json")
        if self.kept or not os.path.isdir(os.path.join(folder, "checkpoints", f"step-{step:08}")):
            return common.read(output) if os.path.exists(output) else None
        return common.measured(output, "--run", folder, "--step", str(step), *self.spec.get("evaluate", []))

    def values_of(self, title, data, name, step):
        """A measure at a step, the last where it is None, of every seed that has it."""
        path, setting, step = self.spec["measures"][title], self.chosen.get((data, name)), step or self.last(data, name)
        lines = [line for seed in self.seeds for line in self.results.get((data, name, setting, seed), ([], None))[0] if line["step"] == step]
        return [found for found in (value(line, path) for line in lines) if found is not None]

    def ended(self, data, name):
        """How many seeds' trainings ended before their last step."""
        return sum(1 for seed in self.seeds if self.results.get((data, name, self.chosen.get((data, name)), seed), ([], None))[1])

    def title(self, data, name):
        """A variant, with the cell of its grid."""
        setting = self.chosen.get((data, name)) or ()
        return f"{name} ({', '.join(setting)})" if setting else name

    def table(self, title, data):
        path = self.spec["measures"][title]
        steps = sorted({
            line["step"] for (own, *_), (lines, _) in self.results.items() if own == data for line in lines if value(line, path) is not None})
        rows = [
            [self.title(data, name), *(text(self.values_of(title, data, name, step), len(self.seeds)) for step in steps)]
            for name in self.variants if self.chosen.get((data, name)) is not None]
        head = ["variant", *(f"step {step:,}" for step in steps)]
        what = f"{title}, {data}" if data else title
        return "\n".join([f"{what}, median (least to most) of {len(self.seeds)} seed(s):", "", *common.table(head, rows)])

    def grid(self, data):
        """All cells of all grids at their last step, with the first seed."""
        rows = []
        for name in self.variants:
            for setting in filter(None, self.settings(name)):
                lines, problem = self.results.get((data, name, setting, self.seeds[0]), ([], None))
                if lines or problem:
                    last = [value(lines[-1], path) if lines else None for path in self.spec["measures"].values()]
                    rows.append([name, *(common.spread([one]) for one in last), ", ".join(setting), "ended early" if problem else ""])
        head = ["variant", *self.spec["measures"], "cell", ""]
        where = f", {data}" if data else ""
        return "\n".join([
            f"The cells that were tried{where}, seed {self.seeds[0]}, last step:", "",
            *common.table(head, rows, "l" + "r" * len(self.spec["measures"]) + "ll")])

    def cost(self):
        rows = []
        for name in self.variants:
            mine = [result for (_, own, *_), result in self.results.items() if own == name]
            last, problems = [lines[-1] for lines, _ in mine if lines], [problem for _, problem in mine if problem]
            rows.append([
                name, common.spread([line["energyEvaluations"] / line["step"] for line in last]),
                common.spread([1000 * line["trainingSeconds"] / line["step"] for line in last]), f"{len(problems)} of {len(mine)}"])
        head = ["variant", "energy evaluations", "milliseconds", "ended early"]
        return "\n".join(["Cost of a training step:", "", *common.table(head, rows, "lrrr")])

    def report(self):
        """All tables."""
        parts = []
        for data in self.data:
            parts += [self.table(title, data) for title in self.spec["measures"]]
            parts += [self.grid(data)] if any(len(self.settings(name)) > 1 for name in self.variants) else []
        return "\n\n".join([*parts, self.cost()]) + "\n"


def text(values, seeds):
    """The median and spread of a measure, and of how many seeds where some are missing."""
    missing = f", {len(values)} of {seeds} seeds" if 0 < len(values) < seeds else ""
    return common.spread(values) + missing


def value(line, path):
    """A number at a path such as plane.fit.divergence or denoising.levels.0.score; None where there is none."""
    for key in path.split("."):
        if isinstance(line, list):
            line = line[int(key)] if int(key) < len(line) else None
        else:
            line = line.get(key) if isinstance(line, dict) else None
    return None if line is None else float(line)


def quick(spec):
    """A specification of two steps, two variants, two cells of a grid and one data set."""
    def small(variant):
        if not isinstance(variant, dict):
            return variant
        return {**variant, "grid": {key: values[:2] for key, values in list(variant.get("grid", {}).items())[:1]}}

    def first(members, count):
        return dict(list(members.items())[:count])

    options = spec.get("evaluate", [])
    others = [option for place, option in enumerate(options) if "--count" not in options[max(0, place - 1) : place + 1]]
    few = {"every": 2, "evaluate": [*others, "--count", "16"], "data": first(spec.get("data", {"": []}), 1)}
    return {**spec, **few, "variants": {name: small(variant) for name, variant in first(spec["variants"], 2).items()}}


def add_seconds(folder, before, start):
    """Adds the processor time of the programs that have ended since `start` to what the folder says."""
    os.makedirs(folder, exist_ok=True)
    common.write(os.path.join(folder, "core-seconds.json"), round(before + processor() - start, 1))


def spent(folder):
    """The processor time that trainings in a folder have taken, and that of all programs of this script so far."""
    path = os.path.join(folder, "core-seconds.json")
    return (common.read(path) if os.path.exists(path) else 0.0), processor()


def processor():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
