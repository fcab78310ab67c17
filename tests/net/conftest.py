"""What the tests of the `lantern` command share.

The command is that of $LANTERN (tests/run sets it), else build/release/lantern.
A test that takes the fixture `tap` runs in a network namespace of its own:

    this namespace: curl, ping, python    the simulated host
          10.77.0.1  tap0 ----------------- 10.77.0.2

Without root everything runs in `unshare -Urn`.
"""
import contextlib
import ctypes
import functools
import hashlib
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LANTERN = os.environ.get("LANTERN", str(ROOT / "build/release/lantern"))
LONG = os.environ.get("LANTERN_LONG") == "1"
LIMIT_S = 240  # of any one command
US, PEER = "10.77.0.1", "10.77.0.2"
CLONE_NEWNET = 0x40000000


def pytest_configure(config):
    """Starts over in a user and network namespace when we are not root."""
    if os.geteuid() == 0:
        return
    config.pluginmanager.getplugin("capturemanager").suspend_global_capture(in_=True)
    command = 'ip link set lo up && exec "$@"'
    os.execvp("unshare", ["unshare", "-Urn", "sh", "-c", command, "sh", sys.executable, "-m", "pytest",
                          *map(str, config.invocation_params.args)])


def made_bytes(size):
    """What /bytes/N serves (sim/lantern/made_bytes.h)."""
    mask = (1 << 64) - 1
    words = []
    for counter in range((size + 7) // 8):
        word = (counter + 1) * 0x9E3779B97F4A7C15 & mask
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & mask
        word = (word ^ word >> 27) * 0x94D049BB133111EB & mask
        words.append(word ^ word >> 31)
    return struct.pack(f"<{len(words)}Q", *words)[:size]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def run(*command, limit_s=LIMIT_S, **more):
    """A command to its end; never for ever."""
    return subprocess.run([str(word) for word in command], capture_output=True, timeout=limit_s, **more)


def lantern(*arguments, **more):
    return run(LANTERN, *arguments, **more)


def curl(*arguments, **more):
    return run("curl", "--silent", "--show-error", "--fail", "--max-time", str(LIMIT_S), *arguments, **more)


def counter(lines, name):
    """As --stats printed it at the end."""
    values = [int(line.split()[-1]) for line in lines if line.split()[-2:-1] == [name]]
    assert len(values) == 1, f"{len(values)} counters {name}"
    return values[0]


class Server:
    """A `lantern serve` or `lantern host` that is ready."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([LANTERN, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = []
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        ready = self.ready.wait(60)
        assert ready and self.lines and self.process.poll() is None, f"it did not start: {self.lines}"
        self.url = re.search(r"http://[\d.:]+/", self.lines[-1])
        self.url = self.url and self.url.group()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.decode().rstrip("\n"))
            if "ready" in self.lines[-1]:
                self.ready.set()
        self.ready.set()

    def stop(self, number=signal.SIGINT):
        """Its exit status; all it said is then in `lines`."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(60)
        finally:
            self.process.kill()
        self.reader.join(60)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def counter(self, name):
        return counter(self.lines, name)


@pytest.fixture
def start():
    """Starts a server, and ends it cleanly: status 0 is part of every test."""
    servers = []

    def make(*arguments):
        servers.append(Server(*arguments))
        return servers[-1]

    yield make
    for server in servers:
        if server.process.returncode is None:
            assert server.stop() == 0, server.lines


@pytest.fixture
def serve(start):
    return lambda *arguments: start("serve", "--listen", "127.0.0.1:0", *arguments)


@contextlib.contextmanager
def namespace():
    """The calling thread, and what it starts, in a network of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    if libc.unshare(CLONE_NEWNET) != 0:
        pytest.skip(f"no network namespace: {os.strerror(ctypes.get_errno())}")
    try:
        for setting in ("all", "default"):
            Path(f"/proc/sys/net/ipv6/conf/{setting}/disable_ipv6").write_text("1")
        run("ip", "link", "set", "lo", "up", check=True)
        yield
    finally:
        assert libc.setns(home, CLONE_NEWNET) == 0
        os.close(home)


@pytest.fixture
def tun():
    """Where TAP interfaces are not to be had, there is nothing to test."""
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        pytest.skip("/dev/net/tun is closed to us")


@pytest.fixture
def tap(tun):
    """A namespace with tap0; its name."""
    with namespace():
        run("ip", "tuntap", "add", "dev", "tap0", "mode", "tap", check=True)
        run("ip", "address", "add", f"{US}/24", "dev", "tap0", check=True)
        run("ip", "link", "set", "tap0", "up", check=True)
        yield "tap0"


@pytest.fixture
def host(start, tap):
    """A `lantern host` on the TAP."""
    return lambda *arguments: start("host", "--tap", tap, "--address", f"{PEER}/24", *arguments)


TAIL_PROBE_US = 2048  # the soonest a probe goes out: TCP_TAIL_PROBE_MIN_TICKS of stack/limits.h


class Stalled(AssertionError):
    """The capture is not clean, and this machine let the simulation wait meanwhile."""


def steady(test):
    """For tests of clean captures. The other end lives by the wall clock: where this machine stalls
    us for 200 ms, Linux sends a segment again, and where it stalls either for two, our tail loss probe
    does; a D-SACK says that the other end had it all and was only late. Such a run, and only such, is
    tried again, twice."""
    @functools.wraps(test)
    def up_to_three_times(*arguments, **fixtures):
        for attempt in range(3):
            try:
                return test(*arguments, **fixtures)
            except Stalled:
                if attempt == 2:
                    raise
    return up_to_three_times


def assert_clean(capture, lines):
    """No warning of tshark's expert and no retransmission; `lines` are those of --stats."""
    done = run("tshark", "-r", capture, "-q", "-z", "expert,warn")
    again = run("tshark", "-r", capture, "-Y", "tcp.analysis.retransmission")
    assert done.returncode == 0 and again.returncode == 0, done.stderr + again.stderr
    complaints = (done.stdout + again.stdout).decode().strip()
    late = counter(lines, "outside_longest_absence_us") > TAIL_PROBE_US or "D-SACK" in complaints
    if complaints and late:
        raise Stalled(complaints)
    assert complaints == ""


def frames(capture, display_filter=""):
    done = run("tshark", "-r", capture, *(["-Y", display_filter] if display_filter else []))
    assert done.returncode == 0 and b"Warn" not in done.stderr, done.stderr
    return done.stdout.decode().splitlines()


def fst_blocks(path):
    """The kinds of an FST's blocks; fails if they do not fill the file exactly."""
    data = Path(path).read_bytes()
    kinds, at = [], 0
    while at < len(data):
        kinds.append(data[at])
        at += 1 + int.from_bytes(data[at + 1 : at + 9], "big")
    assert at == len(data) and kinds, "the FST is cut off"
    return kinds


class Resolver(threading.Thread):
    """A small name server: answers A questions from a table, others with "no such name"."""

    def __init__(self, address, names, port=53, delay_s=0):
        super().__init__(daemon=True)
        self.names, self.asked, self.delay_s = names, [], delay_s
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.start()

    def run(self):
        while True:
            try:
                query, asker = self.socket.recvfrom(512)
            except OSError:
                return
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1 : at + 1 + query[at]].decode())
                at += 1 + query[at]
            name = ".".join(labels).lower()
            self.asked.append(name)
            time.sleep(self.delay_s)
            question = query[12 : at + 5]
            address = self.names.get(name)
            head = struct.pack(">2sHHHHH", query[:2], 0x8180 if address else 0x8183, 1, 1 if address else 0, 0, 0)
            answer = struct.pack(">HHHIH4s", 0xC00C, 1, 1, 60, 4, socket.inet_aton(address)) if address else b""
            self.socket.sendto(head + question + answer, asker)

    def close(self):
        self.socket.close()


def receive_all(connection, size):
    data = bytearray()
    while len(data) < size:
        piece = connection.recv(min(65536, size - len(data)))
        if not piece:
            break
        data += piece
    return bytes(data)
