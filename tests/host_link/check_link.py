"""`--adapter uart:`: this machine's driver and stack with an adapter at a serial line, which
is the RTL of fpga/host_link behind a pseudo-terminal (board.c). Run by `make test-link`."""
import http.server
import subprocess
import threading
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LANTERN, BOARD = ROOT / "build/release/lantern", ROOT / "build/release/tests/host_link/board"
OURS = ["--address", "10.0.2.15/24", "--gateway", "10.0.2.2"]


@pytest.fixture
def board():
    running = []

    def make(*options):
        running.append(subprocess.Popen([BOARD, *map(str, options)], stdout=subprocess.PIPE, text=True))
        return running[-1].stdout.readline().strip()
    yield make
    for one in running:
        one.terminate()
        one.wait(timeout=30)


def free_port():
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as there:
        return there.server_address[1]


def counters_of(said):
    words = (line.split() for line in said.splitlines())
    return {line[1]: int(line[2]) for line in words if len(line) == 3 and line[2].isdigit()}


@pytest.mark.parametrize("breaks", [0, 2000])
def test_page_is_served_over_the_line(board, breaks):
    port = free_port()
    line = board("--listen", port, *(["--break", breaks] if breaks else []))
    server = subprocess.Popen([LANTERN, "serve", "--adapter", f"uart:{line}", *OURS, "--stats"], stderr=subprocess.PIPE, text=True)
    assert "is ready, by the adapter at" in server.stderr.readline()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/bytes/3000", timeout=120) as answer:
        assert len(answer.read()) == 3000
    server.send_signal(2)
    said = server.communicate(timeout=60)[1]
    assert server.returncode == 0
    counters = counters_of(said)
    assert counters["tx_frames"] > 3 and counters["driver_faults"] == 0
    if breaks:
        assert counters["requests_again"] > 0
    else:
        assert counters["answers_broken"] == 0


def test_page_is_fetched_over_the_line(board):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2000")
            self.end_headers()
            self.wfile.write(bytes(range(200)) * 10)

        def log_message(self, *_):
            pass

    line = board()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as there:
        threading.Thread(target=there.serve_forever, daemon=True).start()
        done = subprocess.run([LANTERN, "get", "--adapter", f"uart:{line}", *OURS, f"http://10.0.2.2:{there.server_address[1]}/"],
                              capture_output=True, timeout=120)
        there.shutdown()
    assert done.returncode == 0, done.stderr
    assert done.stdout == bytes(range(200)) * 10


def test_board_that_is_unplugged_is_told(board, tmp_path):
    line = board()
    server = subprocess.Popen([LANTERN, "host", "--adapter", f"uart:{line}", *OURS], stderr=subprocess.PIPE, text=True)
    assert "is ready" in server.stderr.readline()
    subprocess.run(["pkill", "-f", str(BOARD)], check=True)
    said = server.communicate(timeout=60)[1]
    assert server.returncode == 1 and "does not answer any more" in said


@pytest.mark.parametrize("words,complaint", [
    (["serve", "--adapter", "uart:/dev/null"], "no terminal device"),
    (["serve", "--adapter", "uart:/nowhere"], "No such file"),
    (["serve", "--adapter", "uart:"], "it looks like uart:"),
    (["serve", "--adapter", "uart:/dev/null", "--baud", "7"], "the rate is none of"),
    (["get", "--adapter", "uart:/dev/null"], "URL missing"),
])
def test_mistakes_are_told_in_one_line(words, complaint):
    done = subprocess.run([LANTERN, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode in (1, 2) and complaint in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
