"""Several hosts on one machine: network name spaces with a cable each to one switch, a host name, shared memory and a /etc/hosts of their own.

The file system and the processes' numbers are those of the machine. Needs root (and iproute2), and leaves nothing behind.
"""

import os
import shutil
import subprocess
import time

import harness


def require_root():
    harness.require(os.geteuid() == 0, "expected root, who may make network name spaces")
    harness.require(all(shutil.which(name) for name in ("ip", "nsenter", "unshare")), "ip is missing: apt-get install iproute2")


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Hosts:
    """`count` hosts h1, h2, ... with addresses 10.77.0.1, 10.77.0.2, ...: a context that ends them."""

    def __init__(self, folder, count):
        # Names of devices are at most 15 characters long.
        self.mark = f"e{os.getpid() % 100000}"
        self.folder, self.names = folder, [f"h{index + 1}" for index in range(count)]
        self.holders = {}

    def space(self, name):
        return f"{self.mark}{name}"

    def __enter__(self):
        file = os.path.join(self.folder, "hosts")
        with open(file, "w", encoding="utf-8") as text:
            text.write("127.0.0.1 localhost\n")
            text.writelines(f"10.77.0.{index + 1} {name}\n" for index, name in enumerate(self.names))
        try:
            run("ip", "link", "add", f"{self.mark}sw", "type", "bridge")
            run("ip", "link", "set", f"{self.mark}sw", "up")
            for index, name in enumerate(self.names):
                self.make(name, f"10.77.0.{index + 1}/24", file)
        except BaseException:
            self.__exit__()
            raise
        return self

    def make(self, name, address, file):
        space = self.space(name)
        run("ip", "netns", "add", space)
        run("ip", "link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space)
        run("ip", "link", "set", space, "master", f"{self.mark}sw", "up")
        for command in (["link", "set", "lo", "up"], ["link", "set", "eth0", "up"], ["addr", "add", address, "dev", "eth0"]):
            run("ip", "-n", space, *command)
        ready = os.path.join(self.folder, f"{name}.ready")
        # A process that holds the other name spaces.
        hold = f"hostname {name}; mount --bind {file} /etc/hosts; mount -t tmpfs -o size=1g tmpfs /dev/shm; touch {ready}; exec sleep infinity"
        self.holders[name] = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{space}", "unshare", "--uts", "--ipc", "--mount", "--propagation", "private", "sh", "-c", hold],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not os.path.exists(ready):
            harness.require(self.holders[name].poll() is None, f"the host {name} cannot be made")
            time.sleep(0.02)

    def __exit__(self, *_):
        for name in self.names:
            found = subprocess.run(["ip", "netns", "pids", self.space(name)], capture_output=True, text=True, check=False)
            harness.end(map(int, found.stdout.split()))
            # The kernel takes its time with the devices of a name space.
            for command in (["link", "del", self.space(name)], ["netns", "del", self.space(name)]):
                subprocess.run(["ip", *command], stderr=subprocess.DEVNULL, check=False)
        for holder in self.holders.values():
            holder.wait()
        subprocess.run(["ip", "link", "del", f"{self.mark}sw"], stderr=subprocess.DEVNULL, check=False)

    def on(self, name, command):
        """A command line that runs on a host."""
        return ["nsenter", "-t", str(self.holders[name].pid), "--net", "--uts", "--ipc", "--mount", "--", *command]

    def agent(self):
        """In place of ssh: a script that runs its arguments on the host that comes first, behind options of ssh (Hydra's -x)."""
        path = os.path.join(self.folder, "agent")
        cases = "\n".join(f"{name}) process={holder.pid} ;;" for name, holder in self.holders.items())
        with open(path, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nwhile case $1 in -*) true ;; *) false ;; esac; do shift; done\n'
                       f'case $1 in\n{cases}\n*) echo "agent: there is no host $1" >&2; exit 255 ;;\nesac\nshift\n'
                       'exec nsenter -t "$process" --net --uts --ipc --mount -- sh -c "$*"\n')
        os.chmod(path, 0o755)
        return path

    def cut(self, name):
        """Pulls the cable: packets are lost in both directions, and nobody is told."""
        run("ip", "link", "set", self.space(name), "down")
