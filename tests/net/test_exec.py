"""`lantern exec`: Linux programs, unmodified, with their sockets on the simulated adapter.

    program -- library -- lantern: stack, adapter -- user-mode network -- this machine: 10.0.2.2
"""
import contextlib
import http.server
import json
import signal
import socket
import socketserver
import struct
import subprocess
import sys
import threading

import pytest

from conftest import LANTERN, PEER, ROOT, US, Resolver, lantern, made_bytes, run

MEGABYTE = 1 << 20
LIMIT_S = 60


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(made_bytes(int(self.path[7:])))

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def pages():
    """A web server on this machine's loopback, as the program sees it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://10.0.2.2:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def execute(*words, options=("--adapter", "direct"), **more):
    return lantern("exec", *options, "--", *words, limit_s=LIMIT_S, **more)


def free_port(address="127.0.0.1"):
    with socket.create_server((address, 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("adapter", ["rtl", "direct"])
def test_curl_fetches_a_page_unchanged(pages, adapter):
    done = execute("curl", "-sS", f"{pages}/bytes/{MEGABYTE}", options=("--adapter", adapter, "--stats"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == made_bytes(MEGABYTE)
    assert b"program_connections                  1" in done.stderr


def test_curl_sends_a_megabyte_and_gets_it_back(pages, tmp_path):
    (tmp_path / "bytes").write_bytes(made_bytes(MEGABYTE))
    done = execute("curl", "-sS", "--data-binary", f"@{tmp_path / 'bytes'}", f"{pages}/")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == made_bytes(MEGABYTE)


def test_curl_fetches_eight_pages_at_once(pages):
    done = execute("curl", "-sS", "--parallel", "--parallel-immediate",
                   *[f"{pages}/bytes/{100000 + i}" for i in range(8)])
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) == 8 * 100000 + 28


def test_wget_fetches_a_page_unchanged(pages):
    done = execute("wget", "-q", "-O", "-", f"{pages}/bytes/{MEGABYTE}")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == made_bytes(MEGABYTE)


def test_port_that_nobody_listens_on_is_refused_to_curl():
    done = execute("curl", "-sS", f"http://10.0.2.2:{free_port()}/")
    assert done.returncode == 7 and b"connect" in done.stderr


def test_exit_status_is_the_programs():
    assert execute("sh", "-c", "exit 7").returncode == 7
    assert execute("sh", "-c", "kill -TERM $$").returncode == 128 + 15


def test_program_that_is_not_there_is_said():
    done = execute("no-such-program")
    assert done.returncode == 127 and b"no such program" in done.stderr


def test_program_that_cannot_be_preloaded_is_said_with_the_way_out(tmp_path):
    (tmp_path / "empty.c").write_text("int main(void) { return 0; }")
    run("gcc", "-static", tmp_path / "empty.c", "-o", tmp_path / "fixed", check=True)
    done = execute(tmp_path / "fixed")
    assert done.returncode == 126 and b"statically" in done.stderr and b"lantern host" in done.stderr


def test_loopback_stays_the_kernels(pages):
    done = execute("curl", "-sS", f"{pages.replace('10.0.2.2', '127.0.0.1')}/bytes/1000", options=("--stats",))
    assert done.stdout == made_bytes(1000)
    assert b"program_connections                  0" in done.stderr


def test_name_is_resolved_by_the_stack(pages):
    done = execute("curl", "-sS", "http://nosuch.invalid/")
    assert done.returncode == 6 and b"nosuch.invalid" in done.stderr


def test_name_is_asked_at_the_name_server_given(tap):
    resolver = Resolver(US, {"www.lantern.test": US})
    server = http.server.ThreadingHTTPServer((US, 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    done = execute("curl", "-sS", f"http://www.lantern.test:{server.server_address[1]}/bytes/1000",
                   options=("--tap", tap, "--address", f"{PEER}/24", "--dns", US))
    assert (done.stdout, done.stderr) == (made_bytes(1000), b"")
    server.shutdown()
    server.server_close()
    resolver.close()


# --- iperf3 and nc --------------------------------------------------------------------------


@contextlib.contextmanager
def running(*command, **more):
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    try:
        yield process
    finally:
        process.terminate()  # lantern hands it on
        try:
            process.communicate(timeout=LIMIT_S)
        finally:
            process.kill()


def await_line(stream, words):
    """The program says that it listens."""
    for line in stream:
        if words in line:
            return
    raise AssertionError(f"it ended and never said: {words}")


@contextlib.contextmanager
def serving(*program, guest_port, says, adapter="direct"):
    """A server on the stack; its process and its port on this machine. nc says it on standard error."""
    port = free_port()
    with running(LANTERN, "exec", "--adapter", adapter, "--listen", f"127.0.0.1:{port}:{guest_port}", "--",
                 *program) as process:
        await_line(process.stderr if program[0] == "nc" else process.stdout, says)
        yield process, port


def iperf(*words):
    return ["iperf3", "--forceflush", "-t", "1", "-J", *words]


IPERF_WAYS = [(), ("-R",), ("-u", "-b", "4M"), ("-u", "-b", "4M", "-R")]


def assert_bytes_came(done):
    end = json.loads(done.stdout)["end"]
    assert done.returncode == 0
    assert end.get("sum_received", end.get("sum"))["bytes"] > 100000


@pytest.mark.parametrize("way", IPERF_WAYS, ids=" ".join)
def test_iperf3_client_measures(way):
    port = free_port()
    with running("iperf3", "-s", "-1", "--forceflush", "-p", port, "-B", "127.0.0.1") as server:
        await_line(server.stdout, b"listening")
        assert_bytes_came(execute(*iperf("-c", "10.0.2.2", "-p", port, *way)))


@pytest.mark.parametrize("way", IPERF_WAYS, ids=" ".join)
def test_iperf3_server_is_measured(way):
    with serving("iperf3", "-s", "-1", "--forceflush", guest_port=5201, says=b"listening") as (process, port):
        assert_bytes_came(run(*iperf("-c", "127.0.0.1", "-p", port, *way), limit_s=LIMIT_S))
        assert process.wait(LIMIT_S) == 0


def test_nc_sends_a_megabyte_and_ends():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with running(LANTERN, "exec", "--adapter", "direct", "--", "nc", "-N", "10.0.2.2", server.getsockname()[1],
                     stdin=subprocess.PIPE) as nc:
            threading.Thread(target=lambda: (nc.stdin.write(made_bytes(MEGABYTE)), nc.stdin.close())).start()
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as file:
                assert file.read() == made_bytes(MEGABYTE)
            nc.stdin = None
            assert nc.wait(LIMIT_S) == 0


def test_nc_listens_and_receives_a_megabyte():
    with serving("nc", "-v", "-l", "99", guest_port=99, says=b"Listening") as (nc, port):
        with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) as connection:
            sender = threading.Thread(target=lambda: (connection.sendall(made_bytes(MEGABYTE)),
                                                      connection.shutdown(socket.SHUT_WR)))
            sender.start()
            assert nc.stdout.read() == made_bytes(MEGABYTE)
            sender.join()
        assert nc.wait(LIMIT_S) == 0


def test_nc_exchanges_datagrams():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(LIMIT_S)
        with running(LANTERN, "exec", "--adapter", "direct", "--", "nc", "-u", "10.0.2.2", server.getsockname()[1],
                     stdin=subprocess.PIPE) as nc:
            nc.stdin.write(b"question\n")
            nc.stdin.flush()
            data, source = server.recvfrom(100)
            server.sendto(b"answer\n", source)
            assert (data, nc.stdout.readline()) == (b"question\n", b"answer\n")


# --- Python's server --------------------------------------------------------------------------


@pytest.mark.parametrize("adapter", ["rtl", "direct"])
def test_python_serves_files_until_ctrl_c(tmp_path, adapter):
    (tmp_path / "page").write_bytes(made_bytes(MEGABYTE))
    with serving(sys.executable, "-u", "-m", "http.server", "80", "-d", tmp_path, guest_port=80,
                 says=b"Serving", adapter=adapter) as (process, port):
        done = run("curl", "-sS", f"http://127.0.0.1:{port}/page", limit_s=LIMIT_S)
        assert done.stdout == made_bytes(MEGABYTE), done.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT_S) == 0
        assert b"Keyboard interrupt received, exiting." in process.stdout.read()


def test_forty_clients_at_once_are_all_served(tmp_path):
    (tmp_path / "page").write_bytes(made_bytes(50000))
    with serving(sys.executable, "-u", "-m", "http.server", "80", "-d", tmp_path, guest_port=80,
                 says=b"Serving") as (_, port):
        done = run("curl", "-sS", "--no-progress-meter", "--parallel", "--parallel-immediate", "--parallel-max", "40",
                   *[f"http://127.0.0.1:{port}/page"] * 40, limit_s=LIMIT_S)
        assert (done.returncode, done.stderr) == (0, b"")
        assert len(done.stdout) == 40 * 50000


FOUR_HUNDRED = """
import socket, sys
for i in range(400):
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
        connection.sendall(b"GET /bytes/10 HTTP/1.0\\r\\n\\r\\n")
        while connection.recv(1000):
            pass
for i in range(400):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    socket.socket().close()
"""


def test_hundreds_of_sockets_one_after_the_other_leave_nothing_behind(pages):
    done = execute(sys.executable, "-c", FOUR_HUNDRED, *pages.removeprefix("http://").split(":"))
    assert (done.returncode, done.stderr) == (0, b"")


# --- what calls say ---------------------------------------------------------------------------


class CallsPeer(socketserver.ThreadingTCPServer):
    """As tests/net/exec/calls.c wants it; connects to `own`."""
    allow_reuse_address = True
    daemon_threads = True


class CallsAnswer(socketserver.BaseRequestHandler):
    def handle(self):
        what = self.request.recv(1)
        with contextlib.suppress(ConnectionError):
            self.answer(what)

    def answer(self, what):
        if what == b"e":
            while data := self.request.recv(65536):
                self.request.sendall(data)
        elif what == b"h":
            size = 0
            while data := self.request.recv(65536):
                size += len(data)
            self.request.sendall(b"%d" % size)
        elif what in (b"r", b"d"):
            if what == b"d":
                self.request.sendall(bytes(5000))
                self.request.recv(1)
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.request.close()
        elif what == b"q":
            self.request.recv(1)
        elif what == b"c":
            with socket.create_connection(self.server.own, timeout=LIMIT_S) as connection:
                connection.sendall(b"!")
                self.request.recv(1)


class Calls:
    """The peer at an address, with an echo of datagrams at the same port; and the program."""

    def __init__(self, program, address):
        self.address = address
        self.server = CallsPeer((address, 0), CallsAnswer)
        self.port = self.server.server_address[1]
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind((address, self.port))
        self.program = program
        self.threads = [threading.Thread(target=serve) for serve in (self.echo, self.server.serve_forever)]
        for thread in self.threads:
            thread.start()

    def echo(self):
        while True:
            data, source = self.datagrams.recvfrom(65536)
            if data == b"end":
                return
            self.datagrams.sendto(data, source)

    def on_kernel(self, *more):
        self.server.own = self.address, free_port(self.address)
        done = run(self.program, self.address, self.port, free_port(self.address), self.server.own[1], *more,
                   limit_s=LIMIT_S)
        assert done.returncode == 0
        return done.stdout.decode()

    def on_stack(self, address, own, *more, options):
        self.server.own = own
        done = execute(self.program, address, self.port, free_port(self.address), 7777, *more, options=options)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    def close(self):
        self.datagrams.sendto(b"end", self.datagrams.getsockname())
        self.server.shutdown()
        for thread in self.threads:
            thread.join()
        self.datagrams.close()
        self.server.server_close()


@pytest.fixture
def calls(tmp_path):
    opened = []
    program = tmp_path / "calls"
    source = ROOT / "tests/net/exec/calls.c"
    run("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", source, "-o", program, check=True)

    def make(address):
        opened.append(Calls(program, address))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def test_calls_say_the_same_on_the_kernel_and_on_the_stack(calls):
    peer, own = calls("127.0.0.1"), ("127.0.0.1", free_port())
    ours = peer.on_stack("10.0.2.2", own, options=("--adapter", "direct", "--listen", f"127.0.0.1:{own[1]}:7777"))
    assert ours == peer.on_kernel()


def test_calls_say_the_same_on_the_kernel_and_by_tap(calls, tap):
    peer = calls(US)
    ours = peer.on_stack(US, (PEER, 7777), "icmp", options=("--tap", tap, "--address", f"{PEER}/24"))
    assert ours == peer.on_kernel("icmp")
