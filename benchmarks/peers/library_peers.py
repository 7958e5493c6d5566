"""The libraries torchebm and ebmkit with samplers, losses, buffers and loops of their own: see problem.py.

usage: library_peers.py torchebm|ebmkit|discrepancy

torchebm, ebmkit  the first example of training with a sampler in the description of the installed package (torchebm 0.8.9, ebmkit 0.16.0): two moons,
                  with the numbers of the example and the library's defaults for everything that it leaves out
discrepancy       ebmkit's Trainer and loss of energy discrepancy, with the numbers of a configuration of ebm-dist
"""

import sys

import numpy as np
import problem
import torch

TEST_SEED, TEST_ROWS = 1_000_000, 5000


class Library(problem.Peer):
    """A peer whose energy is a module of PyTorch, `energy`."""

    def __init__(self, task):
        super().__init__(task)
        torch.set_num_threads(1)
        torch.manual_seed(task["seed"])

    @torch.no_grad()
    def energies(self, rows):
        return torch.cat([self.energy(part) for part in torch.from_numpy(rows).split(4096)]).numpy()

    def write_rows(self, training, test):
        """The example's rows, and others that no one trains on, of the same function."""
        np.save(training, self.values.numpy())
        np.save(test, self.test_rows().numpy())
        return {}

    def describe(self):
        return {"parameters": sum(parameter.numel() for parameter in self.energy.parameters())}


class TorchEBM(Library):
    """CD-10: 3,000 rows of two moons with noise .05, 2-128-1 SiLU, Langevin steps of .1, batches of 256, Adam 1e-3; 1,000 steps."""

    def __init__(self, task):
        super().__init__(task)
        from torchebm.core import BaseModel
        from torchebm.datasets import TwoMoonsDataset
        from torchebm.losses import ContrastiveDivergence
        from torchebm.samplers import LangevinDynamics

        class Energy(BaseModel):
            def __init__(self):
                super().__init__()
                self.net = torch.nn.Sequential(torch.nn.Linear(2, 128), torch.nn.SiLU(), torch.nn.Linear(128, 1))

            def forward(self, x):
                return self.net(x).squeeze(-1)

        self.moons = lambda count, seed: TwoMoonsDataset(n_samples=count, noise=0.05, seed=seed).get_data()
        self.values, self.energy = self.moons(3000, 0), Energy()
        sampler = LangevinDynamics(model=self.energy, step_size=0.1, noise_scale=1.0)
        self.loss = ContrastiveDivergence(model=self.energy, sampler=sampler, k_steps=10)
        self.optimizer = torch.optim.Adam(self.energy.parameters(), lr=1e-3)

    def step(self):
        loss, _ = self.loss(self.values[torch.randint(len(self.values), (256,))])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def test_rows(self):
        return self.moons(TEST_ROWS, TEST_SEED)


class Trained(Library):
    """By ebmkit's Trainer, which loops by itself."""

    def train(self, steps):
        self.pending = steps
        return super().train(1)

    def step(self):
        self.trainer.fit(self.source, steps=self.pending, batch_size=256, verbose=False)


class EbmKit(Trained):
    """PCD: 8,192 rows of two moons, 2-128-128-1 SiLU, a buffer of 8,192, 60 Langevin steps of .01, batches of 256, Adam 1e-3; 3,000 steps, of which 1,000 are asked for."""

    def __init__(self, task):
        super().__init__(task)
        import ebm

        self.moons = lambda count, seed: ebm.datasets.two_moons(count, generator=torch.Generator().manual_seed(seed))
        self.values = self.source = self.moons(8192, 0)
        self.energy = ebm.nets.MLPEnergy(dim=2, hidden=(128, 128))
        sampler = ebm.LangevinDynamics(step_size=1e-2, steps=60)
        self.trainer = ebm.Trainer(self.energy, ebm.ContrastiveDivergence(sampler, buffer=ebm.ReplayBuffer(8192, (2,))), lr=1e-3, device="cpu")

    def test_rows(self):
        return self.moons(TEST_ROWS, TEST_SEED)


class Discrepancy(Trained):
    # What the library's trainer does: Adam's own settings, no limit of the gradient, a plain average.
    KNOWN = {
        **problem.KNOWN, "objective.kind": ["energyDiscrepancy"], "model.kind": ["mlp"], "optimizer.warmupSteps": [0], "data.source": ["25gaussians"],
        "optimizer.averageWarmup": [False], "optimizer.clipNorm": [None], "optimizer.beta1": [0.9], "optimizer.beta2": [0.999], "optimizer.epsilon": [1e-8],
    }

    def __init__(self, task):
        super().__init__(task)
        import ebm
        from torch_peer import Network

        configuration = task["configuration"]
        problem.check(configuration, self.KNOWN)
        run, objective, optimizer = (configuration[group] for group in ("run", "objective", "optimizer"))
        self.count, self.rows = run["shards"] * run["chainsPerShard"], problem.Rows(task)
        self.energy, self.source = Network(configuration["model"], task["shape"]), self.batches()
        loss = ebm.EnergyDiscrepancy(sigma=objective["noise"], m_particles=objective["samples"], w_stable=objective["stabilization"])
        self.trainer = ebm.Trainer(self.energy, loss, lr=optimizer["learningRate"], device="cpu", ema_decay=optimizer["average"])

    def batches(self):
        centers = torch.from_numpy(self.rows.CENTERS)
        while True:
            yield centers[torch.randint(len(centers), (self.count,))] + self.rows.DEVIATION * torch.randn(self.count, 2)

    def averages(self):
        return {name: parameter.detach().numpy() for name, parameter in self.trainer.ema.module.named_parameters()}


if __name__ == "__main__":
    problem.converse({"torchebm": TorchEBM, "ebmkit": EbmKit, "discrepancy": Discrepancy}[sys.argv[1]])
