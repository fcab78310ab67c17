"""`lantern get`: the web client on the simulated adapter, against python's http.server."""
import http.server
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from conftest import LANTERN, PEER, US, Resolver, assert_clean, lantern, made_bytes, namespace, run, steady

MEGABYTE = 1 << 20


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/bytes/"):
            self.answer(200, made_bytes(int(self.path[7:])))
        elif self.path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in (b"one ", b"two ", b"three"):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/here":
            self.answer(302, b"not this", Location="/there")
        elif self.path == "/there":
            self.answer(200, b"there")
        elif self.path == "/circle":
            self.answer(302, b"", Location="/circle")
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"short")
            self.close_connection = True
        else:
            self.answer(404, b"no such page")

    def answer(self, status, body, **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def pages():
    """Starts the server of pages at an address; the port."""
    servers = []

    def make(address):
        server = http.server.ThreadingHTTPServer((address, 0), Pages)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server.server_address[1]

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def slirp(pages):
    """`lantern get` of a path by the user-mode network."""
    port = pages("127.0.0.1")
    return lambda path, *arguments: lantern("get", f"http://10.0.2.2:{port}{path}", *arguments)


@pytest.fixture
def by_tap(pages, tap):
    port = pages(US)
    return lambda path, *arguments: lantern("get", f"http://{US}:{port}{path}", "--tap", tap, "--address",
                                            f"{PEER}/24", *arguments)


@pytest.mark.parametrize("adapter", ["rtl", "direct"])
@pytest.mark.parametrize("size", [0, 1, MEGABYTE])
def test_page_goes_to_standard_output_unchanged(slirp, size, adapter):
    done = slirp(f"/bytes/{size}", "--adapter", adapter)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == made_bytes(size)


@pytest.mark.parametrize("adapter", ["rtl", "direct"])
def test_page_by_tap_arrives_unchanged(by_tap, adapter):
    done = by_tap(f"/bytes/{MEGABYTE}", "--adapter", adapter)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == made_bytes(MEGABYTE)


def test_page_goes_to_the_file_named(slirp, tmp_path):
    done = slirp("/bytes/10000", "-o", tmp_path / "page")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "page").read_bytes() == made_bytes(10000)


def test_chunks_and_redirects_are_followed(slirp):
    assert slirp("/chunked").stdout == b"one two three"
    assert slirp("/here").stdout == b"there"


@pytest.mark.parametrize("path,words", [("/absent", "404"), ("/circle", "redirects"), ("/cut", "closed")])
def test_answer_that_is_no_page_is_status_1_and_one_line(slirp, path, words):
    done = slirp(path)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 1 and len(lines) == 1
    assert lines[0].startswith("lantern: get: ") and words in lines[0]


def test_body_of_an_error_is_shown(slirp):
    assert slirp("/absent").stdout == b"no such page"


def test_nobody_listening_is_connection_refused(tap):
    done = lantern("get", f"http://{US}:1/", "--tap", tap, "--address", f"{PEER}/24")
    assert done.returncode == 1
    assert b"refused" in done.stderr


def test_file_that_cannot_be_written_is_said(slirp):
    done = slirp("/there", "-o", "/nowhere/page")
    assert done.returncode == 1 and b"/nowhere/page" in done.stderr
    done = slirp("/bytes/100000", "-o", "/dev/full")
    assert done.returncode == 1 and b"No space left" in done.stderr


def test_name_is_asked_at_the_name_server_given(pages, tap):
    port, resolver = pages(US), Resolver(US, {"www.lantern.test": US})
    options = ["--tap", tap, "--address", f"{PEER}/24", "--dns", US]
    done = lantern("get", f"http://www.lantern.test:{port}/here", *options)  # a redirect: the name is known then
    assert (done.returncode, done.stdout, done.stderr) == (0, b"there", b"")
    done = lantern("get", f"http://nowhere.lantern.test:{port}/there", *options)
    assert done.returncode == 1 and b"nowhere.lantern.test" in done.stderr
    assert resolver.asked == ["www.lantern.test", "nowhere.lantern.test"]
    resolver.close()


def test_answer_that_lies_there_when_a_stall_ends_comes_before_the_timer(pages, tap):
    """Stopped for longer than the resolver's patience (1 s), we find the answer and do not ask again."""
    port, resolver = pages(US), Resolver(US, {"www.lantern.test": US}, delay_s=0.3)
    process = subprocess.Popen([LANTERN, "get", f"http://www.lantern.test:{port}/there", "--tap", tap, "--address",
                                f"{PEER}/24", "--dns", US], stdout=subprocess.PIPE)
    while not resolver.asked:
        time.sleep(0.001)
    process.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    process.send_signal(signal.SIGCONT)
    assert process.communicate(timeout=60)[0] == b"there"
    assert resolver.asked == ["www.lantern.test"]
    resolver.close()


def test_name_is_asked_by_the_user_mode_network(pages):
    """10.0.2.3 stands for the name server of /etc/resolv.conf: in a namespace of our own, that is us."""
    servers = [line.split()[1] for line in Path("/etc/resolv.conf").read_text().splitlines()
               if line.startswith("nameserver ") and ":" not in line]
    if not servers:
        pytest.skip("/etc/resolv.conf names no IPv4 name server, so libslirp has none")
    with namespace():
        if not servers[0].startswith("127."):
            assert run("ip", "address", "add", f"{servers[0]}/32", "dev", "lo").returncode == 0
        resolver = Resolver(servers[0], {"www.lantern.test": "10.0.2.2"})
        port = pages("127.0.0.1")
        done = lantern("get", f"http://www.lantern.test:{port}/there")
        resolver.close()
    assert (done.returncode, done.stdout, done.stderr) == (0, b"there", b"")


def test_name_without_a_name_server_is_said_with_the_fix(tap):
    done = lantern("get", "http://www.lantern.test/", "--tap", tap, "--address", f"{PEER}/24")
    assert done.returncode == 1 and b"--dns" in done.stderr


@steady
def test_capture_is_clean(by_tap, tmp_path):
    done = by_tap(f"/bytes/{MEGABYTE}", "--stats", "--pcap", tmp_path / "get.pcapng")
    assert done.returncode == 0
    assert_clean(tmp_path / "get.pcapng", done.stderr.decode().splitlines())


def test_reader_that_leaves_early_ends_it(pages):
    port = pages("127.0.0.1")
    process = subprocess.Popen([LANTERN, "get", f"http://10.0.2.2:{port}/bytes/{MEGABYTE}"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.wait(60) == 1
    assert b"Broken pipe" in process.stderr.read()
    process.stderr.close()


def test_same_seed_asks_with_the_same_numbers(by_tap, tmp_path):
    """What comes from outside keeps its own time; what we choose does not: the first SYN is the same.
    (The second run's meets the first connection in Linux' TIME_WAIT, so it is sent again.)"""
    syns = []
    for name in ("a", "b"):
        assert by_tap("/there", "--seed", "7", "--pcap", tmp_path / name).returncode == 0
        syns.append(run("tshark", "-r", tmp_path / name, "-Y", "tcp.flags.syn == 1 && tcp.flags.ack == 0", "-T",
                        "fields", "-e", "tcp.srcport", "-e", "tcp.seq_raw").stdout.splitlines()[:1])
    assert syns[0] and syns[0] == syns[1]
