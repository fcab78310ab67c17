"""TCP with Linux as its peer over a path that loses, delays and reorders, by a seed.

    this namespace: curl, sockets            the path: a thread         the simulated host
          10.77.0.1  tap1 -------------- its file | a raw socket ---------- tap0  10.77.0.2
"""
import fcntl
import heapq
import os
import random
import select
import socket
import struct
import threading
import time

import pytest

from conftest import PEER, US, curl, made_bytes, namespace, receive_all, run, sha256

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
ETH_P_ALL, OUTGOING = 3, 4


class Path(threading.Thread):
    """Takes each frame along, late, unless it is lost."""

    def __init__(self, loss, delay_s, jitter_s, seed):
        super().__init__(daemon=True)
        self.loss, self.delay_s, self.jitter_s = loss, delay_s, jitter_s
        self.random = random.Random(seed)
        self.lost = self.carried = 0
        self.over = False
        self.near = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.near, TUNSETIFF, struct.pack("16sH", b"tap1", IFF_TAP | IFF_NO_PI))
        self.far = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.far.bind(("tap0", 0))
        self.waiting = []

    def take(self, to_far, frame):
        if self.random.random() < self.loss:
            self.lost += 1
            return
        self.carried += 1
        due = time.monotonic() + self.delay_s + self.random.random() * self.jitter_s
        heapq.heappush(self.waiting, (due, self.carried, to_far, frame))

    def give(self):
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, _, to_far, frame = heapq.heappop(self.waiting)
            if to_far:
                self.far.send(frame)
            else:
                os.write(self.near, frame)

    def run(self):
        while not self.over:
            self.give()
            pause = max(0, self.waiting[0][0] - time.monotonic()) if self.waiting else 0.1
            ready, _, _ = select.select([self.near, self.far], [], [], min(pause, 0.1))
            if self.near in ready:
                self.take(True, os.read(self.near, 2048))
            if self.far in ready:
                frame, address = self.far.recvfrom(2048)
                if address[2] != OUTGOING:
                    self.take(False, frame)

    def end(self):
        self.over = True
        self.join(10)
        os.close(self.near)
        self.far.close()


@pytest.fixture
def path(tun):
    """Makes the path, with both of its interfaces up."""
    made = []

    def make(*arguments):
        run("ip", "tuntap", "add", "dev", "tap0", "mode", "tap", check=True)
        run("ip", "link", "set", "tap0", "arp", "off", "up", check=True)
        made.append(Path(*arguments))
        run("ip", "address", "add", f"{US}/24", "dev", "tap1", check=True)
        run("ip", "link", "set", "tap1", "up", check=True)
        made[-1].start()
        return made[-1]

    with namespace():
        yield make
        for one in made:
            one.end()


@pytest.mark.parametrize("adapter", ["rtl", "direct"])
@pytest.mark.parametrize("loss, jitter_s", [(0.03, 0.0), (0.01, 0.005)])
def test_stream_with_linux_over_a_bad_path_is_whole_both_ways(path, start, adapter, loss, jitter_s):
    way = path(loss, 0.005, jitter_s, 7)
    server = start("host", "--tap", "tap0", "--address", f"{PEER}/24", "--adapter", adapter, "--services", "http,echo",
                   "--stats")
    size = 600000
    wanted = made_bytes(size)
    assert sha256(curl(f"http://{PEER}/bytes/{size}").stdout) == sha256(wanted)
    with socket.create_connection((PEER, 7), 60) as stream:
        writer = threading.Thread(target=lambda: (stream.sendall(wanted), stream.shutdown(socket.SHUT_WR)))
        writer.start()
        assert sha256(receive_all(stream, size)) == sha256(wanted)
        writer.join()
    assert server.stop() == 0
    assert way.lost > 0
    # What is lost is sent again, and hardly anything else; nothing waits for RTO that SACK can tell.
    assert 0 < server.counter("tcp_resends") <= 2 * way.lost
    assert server.counter("tcp_timeouts") <= way.lost / 4
    assert server.counter("tcp_drop_timestamps") == server.counter("tcp_drop_checksum") == 0
