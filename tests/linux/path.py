"""TCP transfers by this machine's kernel, through a bandwidth cap and a delay, told as a line of JSON. Has no opinion
on them. Needs root, `ip` and `tc`; `--check` says what is missing.

Three network namespaces: the client's, which sends; the router's, with the cap (`tbf`) on a TUN device; the server's,
with another TUN device. Between these two a process holds each packet for the delay, since `netem` is not in every
kernel. The namespaces have no names: they end with the processes that use them, however these end.

`iperf3 -n` is no help here: it ends when the last byte is in the sender's buffer, not when it arrived.
"""

import argparse
import collections
import ctypes
import fcntl
import json
import mmap
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

CLONE_NEWNET = 0x4000_0000
PR_SET_PDEATHSIG = 1
PR_SET_TIMERSLACK = 29
TUNSETIFF = 0x4004_54CA
IFF_TUN_NO_PI = 0x1001
TCP_WINDOW_CLAMP = 10
# Where `struct tcp_info` has the count of segments sent again, in bytes.
TOTAL_RETRANS = 100
PORT = 5001
SERVER = "10.2.0.2"
PACKET_MAX = 2048
# A transfer in which a packet was held longer than asked for by more than this does not count: the machine was busy.
LATE_MAX_NS = 4_000_000
# Larger than anything that waits in a case. Metrics of one connection must not be the start of the next, and without
# timestamps a segment has a payload of 1460 bytes.
SYSCTLS = {
    "tcp_rmem": "4096 12000000 33554432",
    "tcp_wmem": "4096 12000000 33554432",
    "tcp_no_metrics_save": "1",
    "tcp_timestamps": "0",
    "tcp_sack": "1",
    "tcp_ecn": "0",
    "ip_forward": "1",
}
LIBC = ctypes.CDLL(None, use_errno=True)


def system(name, *arguments):
    """A call of the C library that this Python has no name for."""
    if getattr(LIBC, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def enter_new():
    """Moves this process into a new namespace and answers a path that names it."""
    system("unshare", CLONE_NEWNET)
    for name, value in SYSCTLS.items():
        with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
            file.write(value)
    ip("link set lo up")
    return f"/proc/{os.getpid()}/fd/{os.open('/proc/self/ns/net', os.O_RDONLY)}"


def enter(path):
    file = os.open(path, os.O_RDONLY)
    system("setns", file, CLONE_NEWNET)
    os.close(file)


def command(line):
    done = subprocess.run(line.split(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{line}: {done.stderr.strip()}")


def ip(line):
    command(f"ip {line}")


def tun(name):
    """A TUN device in the current namespace: what is sent into it is read from the answered file."""
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_NO_PI))
    return file


def build(path):
    """Makes the namespaces; answers the sockets of server and client, and the two ends of the delay."""
    server = enter_new()
    far = tun("far")
    ip(f"address add {SERVER}/24 dev far")
    ip("link set far up txqueuelen 10000")
    ip("route add default dev far")
    listener = socket.create_server((SERVER, PORT))
    client = enter_new()
    router = enter_new()
    near = tun("near")
    ip("link set near up txqueuelen 10000")
    ip("route add 10.2.0.0/24 dev near")
    # Segments of at most one packet each, as they are on the wire, so that the cap sees what it would see there.
    ip(f"link add in gso_max_segs 1 type veth peer name out gso_max_segs 1 netns {client}")
    ip("address add 10.1.0.1/24 dev in")
    ip("link set in up")
    command(f"tc qdisc add dev near root tbf rate {path.mbps}mbit burst {path.burst} limit {path.queue}")
    enter(client)
    ip("address add 10.1.0.2/24 dev out")
    ip("link set out up")
    ip("route add default via 10.1.0.1")
    del server
    return listener, near, far


def hold(near, far, delay_ns, late):
    """Passes packets from either end to the other, each after the delay, and notes how late one was. Never returns."""
    ways = [(near, far, collections.deque()), (far, near, collections.deque())]
    system("prctl", PR_SET_TIMERSLACK, 1, 0, 0, 0)
    while True:
        now = time.monotonic_ns()
        wait = None
        for _, to, held in ways:
            while held and held[0][0] <= now:
                due, packet = held.popleft()
                os.write(to, packet)
                late[0] = max(late[0], now - due)
            if held:
                wait = min(wait or held[0][0], held[0][0])
        timeout = None if wait is None else max(0, wait - time.monotonic_ns()) / 1e9
        ready = select.select([near, far], [], [], timeout)[0]
        for end, _, held in ways:
            while end in ready:
                try:
                    packet = os.read(end, PACKET_MAX)
                except BlockingIOError:
                    break
                held.append((time.monotonic_ns() + delay_ns, packet))


def serve(listener, ends):
    """Takes one transfer to its end, and notes when that was."""
    connection = listener.accept()[0]
    buffer = bytearray(1 << 20)
    while connection.recv_into(buffer) > 0:
        pass
    ends.append(time.monotonic_ns())
    connection.close()


def transfer(listener, path):
    """One transfer: how long it took until all of it had arrived, and how many segments were sent again."""
    ends = []
    receiver = threading.Thread(target=serve, args=(listener, ends), daemon=True)
    receiver.start()
    client = socket.socket()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, path.congestion.encode())
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.settimeout(60)
    payload = bytes(path.size)
    begin = time.monotonic_ns()
    client.connect((SERVER, PORT))
    client.sendall(payload)
    client.shutdown(socket.SHUT_WR)
    client.recv(1)
    told = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TOTAL_RETRANS + 4)
    client.close()
    receiver.join()
    return {"took_ns": ends[0] - begin, "again": struct.unpack_from("=I", told, TOTAL_RETRANS)[0]}


def punctual(listener, path, late):
    """As many transfers as asked for, unless the machine is too busy for them."""
    told = []
    for _ in range(2 * path.runs):
        if len(told) < path.runs:
            late[0] = 0
            one = transfer(listener, path)
            told += [one] if late[0] <= LATE_MAX_NS else []
    return told


def missing():
    """What is missing here for a transfer, or nothing."""
    if os.geteuid() != 0:
        return "root"
    for tool in ("ip", "tc"):
        if shutil.which(tool) is None:
            return tool
    try:
        build(argparse.Namespace(mbps=10, burst=10_000, queue=10_000))
        for algorithm in (b"reno", b"cubic"):
            socket.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, algorithm)
    except OSError as error:
        return str(error)
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--congestion", default="cubic")
    for name in ("mbps", "burst", "queue", "delay-us", "size", "window", "runs"):
        parser.add_argument(f"--{name}", type=int, default=0)
    path = parser.parse_args()
    if path.check:
        print(missing())
        return
    listener, near, far = build(path)
    if path.window > 0:
        listener.setsockopt(socket.IPPROTO_TCP, TCP_WINDOW_CLAMP, path.window)
    late = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("q")
    holder = os.fork()
    if holder == 0:
        system("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        hold(near, far, path.delay_us * 1000, late)
    try:
        print(json.dumps(punctual(listener, path, late)))
    finally:
        os.kill(holder, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
