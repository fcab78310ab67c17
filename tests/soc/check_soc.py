"""The system-on-chip in simulation: its firmware talks to this machine's own programs.

Run by `make test-soc`, which builds what it needs; not a part of `make test`, whose machine
has no RISC-V compiler."""
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "build/soc/firmware.elf"
LANTERN = ROOT / "build/release/lantern"
BENCH = ROOT / "build/release/tests/bench/soc/throughput"
ADDRESS = ["--address", "10.0.2.15/24", "--gateway", "10.0.2.2"]


def free_port():
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        return there.getsockname()[1]


class Board:
    """`lantern soc` with some of the board's ports on this machine's."""

    def __init__(self, *options, ports=(80,), address=ADDRESS, firmware=FIRMWARE):
        self.ports = {port: free_port() for port in ports}
        forwards = [word for port, here in self.ports.items() for word in ("--forward", f"127.0.0.1:{here}:{port}")]
        self.process = subprocess.Popen(
            [LANTERN, "soc", firmware, *address, *forwards, *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.said = ""

    def expect(self, pattern, seconds=60):
        """Waits for the console to show it."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.said):
            assert time.monotonic() < end and self.process.poll() is None, self.said
            self.said += (self.process.stdout.read() or b"").decode()
            time.sleep(0.02)
        return self.said

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def connect(self, port):
        return socket.create_connection(("127.0.0.1", self.ports[port]), timeout=120)

    def stop(self):
        """(status, standard error)"""
        self.process.send_signal(2)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said.decode()


@pytest.fixture
def board(request):
    made = []

    def make(*options, **more):
        made.append(Board(*options, **more))
        return made[-1]
    yield make
    for one in made:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def get(board, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{board.ports[80]}{path}", timeout=120) as answer:
        return answer.status, answer.read()


def test_page_and_counters_come_from_the_processor(board, tmp_path):
    capture, profile = tmp_path / "soc.pcapng", tmp_path / "profile"
    one = board("--pcap", capture, "--profile", profile, "--stats")
    one.expect("the link is up")
    status, page = get(one, "/")
    assert status == 200 and page.startswith(b"<!doctype html>") and page.endswith(b"</script>\n")
    counters = dict(line.split() for line in get(one, "/counters")[1].decode().splitlines())
    assert int(counters["tcp_passive_opens"] if "tcp_passive_opens" in counters else 1) >= 1
    assert int(counters["driver_faults"]) == 0
    status, said = one.stop()
    assert status == 0 and "cycles run" in said
    frames = subprocess.run(["tshark", "-r", capture, "-Y", "http.response.code == 200"], capture_output=True, text=True)
    assert len(frames.stdout.splitlines()) == 2
    assert re.search(r"instr\..*\n(.*\n)*.*tcp_\w+\n", profile.read_text())


def test_echo_gives_back_what_it_got(board):
    one = board(ports=(7,))
    one.expect("the link is up")
    sent, got = os.urandom(20000), b""
    with one.connect(7) as there:
        there.sendall(sent)
        there.shutdown(socket.SHUT_WR)
        while part := there.recv(65536):
            got += part
    assert got == sent
    assert one.stop()[0] == 0


def test_console_answers_commands(board):
    one = board()
    one.expect("the link is up")
    one.type("nonsense\n")
    one.expect("counters .*sockets, routes")
    one.type("sockets\n")
    one.expect(r"tcp 0\.0\.0\.0:80 0\.0\.0\.0:0 LISTEN")
    one.type("routes\n")
    one.expect(r"10\.0\.2\.0/24 by 0\.0\.0\.0")
    one.type("counters\n")
    one.expect(r"frames_sent|tx_frames|driver_link_changes")
    assert one.stop()[0] == 0


def test_address_comes_by_dhcp(board):
    one = board("--pace", "max", address=[])
    one.expect(r"address 10\.0\.2\.15/24", 90)
    assert get(one, "/")[0] == 200
    assert one.stop()[0] == 0


@pytest.mark.skipif(not shutil.which("iperf3"), reason="iperf3 is not installed")
@pytest.mark.parametrize("way", [[], ["-R"]])
def test_iperf3_measures_the_board(board, way):
    one = board(ports=(5201,))
    one.expect("the link is up")
    done = subprocess.run(["iperf3", "-c", "127.0.0.1", "-p", str(one.ports[5201]), "-n", "64K", "--connect-timeout", "60000", *way],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "iperf Done." in done.stdout, done.stdout + done.stderr
    assert one.stop()[0] == 0


def test_program_of_twenty_lines_greets(board):
    one = board(ports=(1234,), firmware=ROOT / "build/soc/example.elf")
    one.expect("the link is up")
    with one.connect(1234) as there:
        assert there.makefile().read() == "Hello from the board.\n"
    assert one.stop()[0] == 0


def test_jumps_over_quiet_time_change_nothing(tmp_path):
    seen = []
    for name, options in (("a", []), ("b", ["--no-jumps"])):
        capture = tmp_path / f"{name}.pcapng"
        done = subprocess.run([LANTERN, "soc", FIRMWARE, "--listen", "127.0.0.1:0", "--pace", "max", "--for", "900ms",
                               "--pcap", capture, "--address", "169.254.7.7/16", *options],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
        assert done.returncode == 0, done.stderr
        seen.append((done.stdout, capture.read_bytes()))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("words,complaint", [
    ([], "FIRMWARE.elf missing"),
    (["/nowhere.elf"], "No such file"),
    ([str(ROOT / "README.md")], "no ELF file"),
    ([str(LANTERN)], "no program for a 32-bit RISC-V"),
    ([str(FIRMWARE), "--for", "soon"], "it is a time"),
    ([str(FIRMWARE), "--forward", "127.0.0.1:1"], "it looks like"),
])
def test_mistakes_are_told_in_one_line(words, complaint):
    done = subprocess.run([LANTERN, "soc", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert complaint in done.stderr and len(done.stderr.splitlines()) == 1


def test_throughput_repeats_to_the_digit():
    lines = {subprocess.run([BENCH, FIRMWARE, "send", "10"], capture_output=True, text=True, timeout=300).stdout for _ in range(2)}
    assert len(lines) == 1 and re.match(r"send \d+\.\d+ Mb/s", lines.pop())
