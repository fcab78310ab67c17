"""`lantern exec`: Linux programs, unmodified, with their sockets on the simulated adapter.

    program -- library -- lantern: stack, adapter -- user-mode network -- this machine: 10.0.2.2
"""
import http.server
import socket
import threading

import pytest

from conftest import lantern, made_bytes

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


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
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
