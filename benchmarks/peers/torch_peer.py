"""Persistent contrastive divergence in PyTorch: see problem.py. One thread a process; on two ranks a second process, and gloo sums the gradients.

Variants (of bfloat16 the first three, of both precisions `layout`):
  sampler   "copy": a copy of the network in bfloat16, refreshed once a step; "autocast": PyTorch casts
  gradient  "autocast", or "float": the gradient of the parameters
  compile   true: torch.compile
  layout    "channelsLast" or "contiguous", of images
"""

import copy
import datetime
import math
import os
import tempfile

import problem
import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
from torch import nn

ACTIVATIONS = {"silu": lambda slope: nn.SiLU(), "leakyReLU": nn.LeakyReLU, "softplus": lambda slope: nn.Softplus()}


def module(layer):
    kind, *sizes = layer
    if kind == "activation":
        return ACTIVATIONS[sizes[0]](sizes[1])
    if kind == "convolution":
        return nn.Conv2d(*sizes)
    return nn.Linear(*sizes) if kind == "dense" else nn.Flatten()


class Network(nn.Module):
    """An energy. Its parameters have PyTorch's default initial values, as ebm-dist's have, times `initialScale`."""

    def __init__(self, model, shape):
        super().__init__()
        self.layers = nn.Sequential(*map(module, problem.layers(model, shape)))
        with torch.no_grad():
            for parameter in self.parameters():
                parameter *= model["initialScale"]

    def forward(self, x):
        return self.layers(x).squeeze(-1)


class TorchPeer(problem.Peer):
    def __init__(self, task, rank=0, meeting=None):
        super().__init__(task)
        configuration = task["configuration"]
        problem.check(configuration, problem.KNOWN)
        self.configuration, self.shape, self.variant, self.ranks = configuration, tuple(task["shape"]), task["variant"], task["ranks"]
        self.rank, self.follower = rank, None
        torch.set_num_threads(1)
        torch.manual_seed(1000 * task["seed"])
        if self.ranks > 1:
            self.meet(meeting)
        self.layout = torch.channels_last if self.variant.get("layout") == "channelsLast" and len(self.shape) == 3 else torch.contiguous_format
        self.network = Network(configuration["model"], self.shape).to(memory_format=self.layout)
        torch.manual_seed(1000 * task["seed"] + rank)
        self.parameters = list(self.network.parameters())
        self.copy = copy.deepcopy(self.network).bfloat16().requires_grad_(False) if self.variant.get("sampler") == "copy" else None
        compiled = torch.compile if self.variant.get("compile") else lambda network: network
        self.run, self.run_copy = compiled(self.network), self.copy and compiled(self.copy)
        self.prepare()

    def prepare(self):
        """Rows, chains, optimizer, average."""
        run, chains, optimizer = (self.configuration[group] for group in ("run", "chains", "optimizer"))
        self.rows = problem.Rows(self.problem)
        self.values = None if self.rows.values is None else self.laid(torch.from_numpy(self.rows.values))
        self.centers = torch.from_numpy(problem.Rows.CENTERS)
        self.count = run["shards"] * run["chainsPerShard"] // self.ranks
        self.buffer = self.laid(self.fresh(chains["buffer"] // self.ranks))
        self.rates = problem.Rates(optimizer)
        self.optimizer = torch.optim.Adam(
            self.parameters, betas=(optimizer["beta1"], optimizer["beta2"]), eps=optimizer["epsilon"], fused=True)
        self.average = [parameter.detach().clone() for parameter in self.parameters]

    def laid(self, x):
        return x.contiguous(memory_format=self.layout) if x.dim() == 4 else x

    def autocast(self, wanted):
        return torch.autocast("cpu", torch.bfloat16, enabled=wanted)

    # Rows and chains.

    def draw(self, count):
        if self.values is None:
            return self.centers[torch.randint(len(self.centers), (count,))] + self.rows.DEVIATION * torch.randn(count, 2)
        x = self.laid(self.values[torch.randint(len(self.values), (count,))])
        if self.rows.cell:
            x = x.add_(torch.rand_like(x), alpha=self.rows.cell)
        return x.add_(torch.randn_like(x), alpha=self.rows.noise) if self.rows.noise else x

    def fresh(self, count):
        """Chains that begin."""
        chains = self.configuration["chains"]
        if chains["restartFrom"] == "data":
            return self.draw(count)
        return torch.empty(count, *self.shape).uniform_(chains["noiseLow"], chains["noiseHigh"])

    def sample(self):
        """The chains of a step at their ends, stored in the buffer."""
        sampler = self.configuration["sampler"]
        step, noise = sampler["stepSize"], sampler["noise"]
        noise = math.sqrt(2 * step) if noise is None else noise
        places = torch.randint(len(self.buffer), (self.count,))
        x = self.laid(self.buffer[places])
        restarts = torch.rand(self.count) < self.configuration["chains"]["restartProbability"]
        if restarts.any():
            x[restarts] = self.fresh(int(restarts.sum()))
        if self.copy is not None:
            torch._foreach_copy_(list(self.copy.parameters()), self.parameters)
        self.network.requires_grad_(False)
        for _ in range(sampler["steps"]):
            x.requires_grad_(True)
            (slope,) = torch.autograd.grad(self.sampler_energies(x).sum(), x)
            x = x.detach().sub_(slope, alpha=step).add_(torch.randn_like(x), alpha=noise)
        self.network.requires_grad_(True)
        self.buffer[places] = x
        return x

    def sampler_energies(self, x):
        if self.copy is not None:
            return self.run_copy(x.bfloat16()).float()
        with self.autocast(self.variant.get("sampler") == "autocast"):
            return self.run(x).float()

    # A training step.

    def step(self):
        x, rows = self.sample(), self.draw(self.count)
        with self.autocast(self.variant.get("gradient") == "autocast"):
            energies = self.run(torch.cat([rows, x])).float()
        loss = energies[:self.count].mean() - energies[self.count:].mean()
        alpha = self.configuration["objective"]["energyRegularization"]
        if alpha:
            loss = loss + 2 * alpha * energies.square().mean()
        self.optimizer.zero_grad()
        loss.backward()
        if self.ranks > 1:
            self.sum_gradients()
        limit = self.configuration["optimizer"]["clipNorm"]
        if limit is not None:
            nn.utils.clip_grad_norm_(self.parameters, limit)
        self.optimizer.param_groups[0]["lr"] = self.rates.rate(self.made)
        self.optimizer.step()
        if self.rates.limit is not None:
            torch._foreach_lerp_(self.average, [parameter.detach() for parameter in self.parameters], 1 - self.rates.decay(self.made))

    def averages(self):
        names = [name for name, _ in self.network.named_parameters()]
        source = self.average if self.rates.limit is not None else [parameter.detach() for parameter in self.parameters]
        return {name: values.numpy() for name, values in zip(names, source)}

    def chains(self):
        return self.buffer.numpy()

    @torch.no_grad()
    def energies(self, rows):
        return self.network(torch.from_numpy(rows)).numpy()

    def describe(self):
        return {"parameters": sum(parameter.numel() for parameter in self.parameters)}

    # Two ranks: rank 0 has the conversation and says to the other what to do.

    def meet(self, meeting):
        if self.rank == 0:
            meeting = os.path.join(tempfile.mkdtemp(prefix="ebm-dist-peer-"), "meeting")
            self.follower = multiprocessing.get_context("spawn").Process(target=follow, args=(self.problem, meeting), daemon=True)
            self.follower.start()
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[self.rank % len(cores)]})
        distributed.init_process_group(
            "gloo", init_method=f"file://{meeting}", rank=self.rank, world_size=self.ranks, timeout=datetime.timedelta(hours=1))

    def train(self, steps):
        if self.ranks > 1:
            if self.rank == 0:
                distributed.broadcast(torch.tensor(steps), 0)
            distributed.barrier()
        return super().train(steps)

    def finish(self):
        if self.ranks > 1:
            distributed.barrier()

    def sum_gradients(self):
        """Means over the ranks."""
        flat = torch.cat([parameter.grad.reshape(-1) for parameter in self.parameters])
        distributed.all_reduce(flat)
        for parameter, part in zip(self.parameters, (flat / self.ranks).split([parameter.numel() for parameter in self.parameters])):
            parameter.grad.copy_(part.view(parameter.shape))


def follow(task, meeting):
    """The second rank."""
    peer = TorchPeer(task, rank=1, meeting=meeting)
    while True:
        steps = torch.tensor(0)
        distributed.broadcast(steps, 0)
        peer.train(int(steps))


if __name__ == "__main__":
    problem.converse(TorchPeer)
