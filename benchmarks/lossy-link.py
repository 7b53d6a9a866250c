"""Runs a command on two hosts that a slow and lossy network joins: two network namespaces of Linux, each with an interface (TUN), between which this program hands
each packet on after a delay, or drops it. It needs root, /dev/net/tun, ip (iproute2) and Open MPI.

  python3 benchmarks/lossy-link.py --delay 2 --loss 1 -- dotnet train.dll

starts the command on two ranks, one a host. The delay is that of one way, in milliseconds; the loss that of packets, in percent."""
import argparse
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import tempfile
import threading
import time

HOSTS = ("lossy1", "lossy2")
ADDRESSES = ("10.87.0.1", "10.87.0.2")
TUNSETIFF, IFF_TUN_NO_PI = 0x400454CA, 0x1001


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def tunnel(host, address):
    """Makes an interface in a namespace of its own; packets to it are read from what this returns."""
    ip("netns", "add", host)
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH", host.encode(), IFF_TUN_NO_PI))
    ip("link", "set", host, "netns", host)
    ip("-n", host, "addr", "add", f"{address}/24", "dev", host)
    ip("-n", host, "link", "set", host, "up")
    ip("-n", host, "link", "set", "lo", "up")
    return file


def relay(files, delay, loss, counts):
    chance, queue, number = random.Random(1), [], 0
    while True:
        wait = max(0, queue[0][0] - time.monotonic()) if queue else 1
        for file in select.select(files, [], [], wait)[0]:
            try:
                packet = os.read(file, 65536)
            except OSError:
                continue
            counts["packets"] += 1
            if chance.random() < loss:
                counts["lost"] += 1
                continue
            number += 1
            heapq.heappush(queue, (time.monotonic() + delay, number, files[1 - files.index(file)], packet))
        while queue and queue[0][0] <= time.monotonic():
            _, _, file, packet = heapq.heappop(queue)
            try:
                os.write(file, packet)
            except OSError:
                counts["lost"] += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--delay", type=float, default=2, help="of one way, in milliseconds")
    parser.add_argument("--loss", type=float, default=1, help="of packets, in percent")
    parser.add_argument("--export", action="append", default=[], help="a variable of the environment that both ranks get")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    counts = {"packets": 0, "lost": 0}
    agent = tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False)
    try:
        files = [tunnel(host, address) for host, address in zip(HOSTS, ADDRESSES)]
        threading.Thread(target=relay, args=(files, options.delay / 1000, options.loss / 100, counts), daemon=True).start()
        with agent:
            # In place of ssh: the launcher's daemon on the second host, with a name of its own.
            agent.write(f"#!/bin/sh\nshift\nexec ip netns exec {HOSTS[1]} unshare -u sh -c \"hostname {HOSTS[1]}; $*\"\n")
        os.chmod(agent.name, 0o755)
        began = time.monotonic()
        code = subprocess.run(
            ["ip", "netns", "exec", HOSTS[0], "unshare", "-u", "sh", "-c", f'hostname {HOSTS[0]}; exec "$@"', "sh", "mpirun.openmpi", "--allow-run-as-root",
             "-n", "2", "-H", ",".join(f"{address}:1" for address in ADDRESSES), "--mca", "plm_rsh_agent", agent.name, "--mca", "btl", "self,tcp",
             "--mca", "btl_tcp_if_include", "10.87.0.0/24", "--mca", "oob_tcp_if_include", "10.87.0.0/24", "-x", "OMP_NUM_THREADS=1",
             *(word for name in options.export for word in ("-x", name)), *options.command]).returncode
        print(f"{counts['packets']} packets, {counts['lost']} of them lost, {time.monotonic() - began:.1f} s", file=sys.stderr)
        return code
    finally:
        os.unlink(agent.name)
        for host in HOSTS:
            subprocess.run(["ip", "netns", "del", host])


if __name__ == "__main__":
    sys.exit(main())
