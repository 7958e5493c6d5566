"""A Slurm of one machine, made of Debian's packages (slurm-wlm) in a temporary folder: a controller and nodes on free ports of the loopback interface.

Each node has a host name of its own, so that mpirun finds itself in the list of a job's nodes. Whoever starts it owns it: nothing needs root, where the
system lets a person make user name spaces.
"""

import getpass
import os
import re
import shutil
import socket
import subprocess
import time

import harness
from harness import common


KEYS = """run.shards=4 run.chainsPerShard=8 run.threads=1 model.widths=[32] sampler.steps=20 chains.buffer=64 optimizer.warmupSteps=2
    samples.every=0 report.every=1000000 checkpoint.every=1000000""".split()
ENDLESS = "run.steps=100000000"


def wait_for(what, seconds, condition):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise TimeoutError(f"waited {seconds} s for {what}")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def name_space(pid):
    """Of the host name: the processes of a node have one in common."""
    try:
        return os.readlink(f"/proc/{pid}/ns/uts")
    except OSError:
        return None


def require_slurm():
    harness.require(
        all(shutil.which(name) for name in ("slurmctld", "slurmd", "sbatch", "unshare")), "Slurm is missing: apt-get install slurm-wlm")


class Slurm:
    """A controller and `nodes` nodes, n1, n2, ..., with 8 slots each."""

    def __init__(self, folder, nodes=1):
        self.folder, self.nodes, self.daemons = folder, [f"n{index + 1}" for index in range(nodes)], {}
        for name in ("state", "log", *(f"spool/{node}" for node in self.nodes)):
            os.makedirs(os.path.join(folder, name))
        ports = free_ports(1 + nodes)
        self.configuration = os.path.join(folder, "slurm.conf")
        with open(self.configuration, "w") as file:
            file.write(self.text(ports))
        self.environment = dict(os.environ, SLURM_CONF=self.configuration)

    def text(self, ports):
        names = ",".join(self.nodes)
        hosts = "\n".join(
            f"NodeName={node} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs=8 State=UNKNOWN"
            for node, port in zip(self.nodes, ports[1:]))
        return f"""ClusterName=harness
SlurmctldHost=localhost(127.0.0.1)
SlurmUser={getpass.getuser()}
SlurmdUser={getpass.getuser()}
AuthType=auth/none
CredType=cred/none
SlurmctldPort={ports[0]}
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/slurmd.%n.pid
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool/%n
TmpFS={self.folder}/spool/%n
SlurmctldLogFile={self.folder}/log/slurmctld
SlurmdLogFile={self.folder}/log/slurmd.%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=pmix
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=1,sched_min_interval=0
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
KillWait=30
MinJobAge=3600
SlurmdTimeout=10
SlurmctldParameters=preempt_send_user_signal
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
{hosts}
PartitionName=main Nodes={names} Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=30
PartitionName=high Nodes={names} MaxTime=INFINITE State=UP PriorityTier=10
"""

    def start(self):
        self.begin("controller", ["slurmctld", "-D", "-i"])
        for node in self.nodes:
            self.power_on(node)
        wait_for("nodes that are up", 60, lambda: self.run("sinfo", "-h", "-N", "-p", "main", "-o", "%T").split() == ["idle"] * len(self.nodes))

    @property
    def own_name(self):
        """What starts a command that may give its host a name."""
        return ["unshare", "--uts"] if os.geteuid() == 0 else ["unshare", "--user", "--map-current-user", "--keep-caps", "--uts"]

    def begin(self, name, command):
        self.daemons[name] = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def power_on(self, node):
        self.begin(node, [*self.own_name, "sh", "-c", f"hostname {node}; exec slurmd -D -N {node}"])

    def lose(self, node):
        """A machine loses its power: all that runs there dies at once."""
        space = name_space(self.daemons[node].pid)
        found = [int(name) for name in os.listdir("/proc") if name.isdigit() and name_space(name) == space]
        # Those of Slurm first: they would tell of the end of the others.
        harness.end(sorted(found, key=lambda pid: "slurm" not in harness.executable(pid)))
        self.daemons[node].wait()

    def revive(self, node):
        """The machine comes back."""
        self.power_on(node)
        wait_for(f"{node} that is up", 60, lambda: "idle" in self.run("sinfo", "-h", "-n", node, "-p", "main", "-o", "%T"))

    def stop(self):
        self.run("scancel", f"--user={getpass.getuser()}")
        try:
            wait_for("the end of all jobs", 45, lambda: not self.run("squeue", "-h"))
        except TimeoutError as error:
            common.note(error)
        for daemon in reversed(self.daemons.values()):
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        harness.end(harness.marked(f"SLURM_CONF={self.configuration}"))

    def run(self, *command, **variables):
        done = subprocess.run(command, env={**self.environment, **variables}, capture_output=True, text=True, cwd=common.ROOT)
        return done.stdout.strip()

    def job(self, number):
        """What Slurm says about a job: JobState, Restarts, ExitCode and so on."""
        return dict(re.findall(r"(\S+?)=(\S*)", self.run("scontrol", "show", "job", number)))


class Job:
    """A job of a batch script, two ranks a node, and its run folder: an endless training unless `keys` say otherwise."""

    def __init__(self, slurm, name, options=(), script="train", nodes=1, keys=(ENDLESS,), **variables):
        self.slurm = slurm
        self.log = os.path.join(slurm.folder, name + ".log")
        self.out = os.path.join(slurm.folder, name)
        self.configuration = os.path.join(slurm.folder, "configuration.json5")
        with open(self.configuration, "w") as file:
            file.write("{}\n")
        self.number = slurm.run(
            "sbatch", "--parsable", f"--nodes={nodes}", "--ntasks-per-node=2", f"--output={self.log}", *options, f"slurm/{script}.sbatch",
            self.configuration, self.out, *KEYS, *keys, EBM_DIST=common.program(), OMPI_MCA_mpi_yield_when_idle="1",
            OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", **variables)
        harness.require(self.number, "sbatch gave no job number")

    @property
    def text(self):
        """Its log."""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    @property
    def state(self):
        return self.slurm.job(self.number)

    def wait_for_start(self):
        wait_for(f"the start of job {self.number}", 120, lambda: os.path.exists(self.log))

    def wait_for_requeue(self, seconds=180):
        """Until it has gone back to the queue; one that has lost a machine may have left it again by itself."""
        wait_for(f"a requeue of job {self.number}", seconds,
                 lambda: self.state.get("Restarts") == "1" and self.state.get("JobState") in ("PENDING", "RUNNING"))

    def start_now(self):
        """Slurm lets a job that went back to the queue wait for two minutes."""
        wait_for(f"job {self.number} in the queue", 120, lambda: self.state.get("JobState") in ("PENDING", "RUNNING"))
        # A job that starts within a second of its end meets Slurm's own "credential revoked".
        time.sleep(2)
        if self.state.get("JobState") == "PENDING":
            self.slurm.run("scontrol", "update", f"jobid={self.number}", "StartTime=now")

    def stop(self):
        """Stops the run by a file STOP; Slurm's view of the job then."""
        open(os.path.join(self.out, "STOP"), "w").close()
        return self.wait_for_end("PENDING", "RUNNING", "COMPLETING", "SIGNALING")

    def wait_for_end(self, *states):
        """Slurm's view of the job once it is in none of these states."""

        def ended():
            state = self.state
            return state if state.get("JobState") not in states else None

        return wait_for(f"an end of job {self.number}", 120, ended)

    def steps(self, count):
        """Waits until its log says that it trains."""
        wait_for("training", 120, lambda: len(re.findall("^(starting|continuing)", self.text, re.M)) >= count)

    @property
    def reached(self):
        folder = os.path.join(self.out, "checkpoints")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return max([int(name[5:]) for name in names if re.fullmatch(r"step-\d+", name)], default=0)

    def has_the_bits_of_a_reference(self):
        """Whether the same training in one process that nobody asks for anything has the same bits."""
        out = self.out + "-reference"
        common.run("train", self.configuration, "--out", out, *KEYS, f"run.steps={self.reached}")
        return harness.bits(self.out, self.reached) == harness.bits(out, self.reached)
