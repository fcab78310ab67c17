"""`lantern serve`: real curl, by the user-mode network, to the HTTP server on the simulated adapter."""
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import LONG, assert_clean, curl, frames, fst_blocks, lantern, made_bytes, run, steady

MEGABYTE = 1 << 20
DIRECT = ("--adapter", "direct")


def fetch(url, *arguments):
    done = curl(*arguments, url)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("adapter", [(), DIRECT], ids=["rtl", "direct"])
@pytest.mark.parametrize("size", [0, 1, 1459, 1460, 1461, MEGABYTE, 10 * MEGABYTE])
def test_bytes_of_any_size_arrive_unchanged(serve, adapter, size):
    server = serve(*adapter)
    assert fetch(f"{server.url}bytes/{size}") == made_bytes(size)


def test_slow_link_carries_the_same_bytes(serve):
    server = serve("--rate", "10")
    assert fetch(f"{server.url}bytes/100000") == made_bytes(100000)


def test_page_and_status_tell_of_the_adapter(serve):
    server = serve()
    assert b"<html" in fetch(server.url).lower()
    status = json.loads(fetch(f"{server.url}status.json"))
    assert status["adapter"]["kind"] == "rtl"
    assert status["adapter"]["address"] == "10.0.2.15"
    assert status["adapter"]["link"] is True
    assert status["frames_received"] > 0 and status["frames_sent"] > 0
    assert status["time"]["cycles"] > 0
    assert status["counters"]["http"]["requests"] == 2
    assert any(socket_["state"] == "ESTABLISHED" for socket_ in status["sockets"])


def test_status_of_the_direct_adapter_has_no_cycles(serve):
    status = json.loads(fetch(f"{serve(*DIRECT).url}status.json"))
    assert status["adapter"]["kind"] == "direct"


def test_files_of_the_root_are_served_and_nothing_beside_it(serve, tmp_path):
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "a file.txt").write_text("hello")
    (root / "sub/index.html").write_text("<p>sub")
    (root / "empty").write_bytes(b"")
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to("../secret")
    (root / "outside").symlink_to("..")
    os.mkfifo(root / "pipe")
    server = serve("--root", root)
    assert fetch(f"{server.url}a%20file.txt") == b"hello"
    assert fetch(f"{server.url}empty") == b""
    assert fetch(f"{server.url}sub/") == fetch(f"{server.url}sub") == b"<p>sub"
    for path in ("../secret", "%2e%2e/secret", "sub/../../secret", "..%2fsecret", "link", "outside/secret", "pipe",
                 "absent", "x" * 300, "a%20file.txt/more", "%00"):
        done = curl("--path-as-is", "-w", "%{http_code}", f"{server.url}{path}")
        assert done.returncode == 22, path
        assert done.stdout[-3:] in (b"400", b"403", b"404"), (path, done.stdout)


def test_file_that_curl_has_is_not_sent_again(serve, tmp_path):
    (tmp_path / "root").mkdir()
    file, tag = tmp_path / "root/file", tmp_path / "tag"
    file.write_bytes(made_bytes(5000))
    server = serve("--root", tmp_path / "root")
    assert curl("--etag-save", tag, f"{server.url}file").stdout == made_bytes(5000)
    again = curl("--etag-compare", tag, "-w", "%{http_code}", f"{server.url}file")
    assert again.stdout == b"304"
    file.write_bytes(made_bytes(6000))
    assert curl("--etag-compare", tag, f"{server.url}file").stdout == made_bytes(6000)


def test_file_that_broke_off_goes_on_where_it_was(serve, tmp_path):
    (tmp_path / "root").mkdir()
    file, tag = tmp_path / "root/file", tmp_path / "tag"
    file.write_bytes(made_bytes(5000))
    server = serve("--root", tmp_path / "root")
    curl("--etag-save", tag, f"{server.url}file")
    rest = ["-H", "Range: bytes=3000-", "-H", f"If-Range: {tag.read_text().strip()}", f"{server.url}file"]
    assert curl(*rest).stdout == made_bytes(5000)[3000:]
    file.write_bytes(made_bytes(6000))
    assert curl(*rest).stdout == made_bytes(6000)


def test_one_connection_carries_many_requests(serve):
    server = serve("--stats")
    done = curl(*[f"{server.url}bytes/{n}" for n in range(50)])
    assert done.stdout == b"".join(made_bytes(n) for n in range(50))
    assert server.stop() == 0
    assert server.counter("requests") == 50
    assert server.counter("connections") == 1


def test_parallel_curls_each_get_their_own(serve):
    server = serve()
    sizes = [100000 + 1000 * n for n in range(16)]
    with ThreadPoolExecutor(len(sizes)) as pool:
        pages = list(pool.map(lambda size: fetch(f"{server.url}bytes/{size}"), sizes))
    for size, page in zip(sizes, pages):
        assert page == made_bytes(size)


def test_curls_one_after_the_other_never_stall(serve):
    """10,000 in `make test-long`: the client's ports come round again within TIME_WAIT."""
    count = 10000 if LONG else 200
    server = serve("--stats")
    script = f'i=0; while [ $i -lt {count} ]; do curl -sS --fail --max-time 5 {server.url}bytes/100 || exit 1; i=$((i+1)); done'
    done = run("sh", "-c", script, limit_s=3000)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) == 100 * count
    assert server.stop() == 0
    assert server.counter("requests") == count


def test_client_that_goes_away_in_the_middle_harms_nobody(serve):
    server = serve()
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", int(server.url.split(":")[2].strip("/"))), 30) as connection:
            connection.sendall(b"GET /bytes/100000000 HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(1000)
    assert fetch(f"{server.url}bytes/1000") == made_bytes(1000)


@pytest.mark.parametrize("adapter", [(), DIRECT], ids=["rtl", "direct"])
@steady
def test_capture_of_a_transfer_is_clean(serve, tmp_path, adapter):
    capture = tmp_path / "serve.pcapng"
    server = serve("--stats", "--pcap", capture, *adapter)
    assert fetch(f"{server.url}bytes/{MEGABYTE}") == made_bytes(MEGABYTE)
    time.sleep(0.5)  # libslirp sends its FIN twice when ours crosses it
    assert server.stop() == 0
    assert len(frames(capture)) > MEGABYTE / 1460
    assert frames(capture, "http.response.code == 200")
    assert_clean(capture, server.lines)
    assert not frames(capture, "eth.fcs.status == 0")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_in_a_transfer_leaves_whole_files(serve, tmp_path, number):
    capture, wave, timeline = (tmp_path / name for name in ("x.pcapng", "x.fst", "x.json"))
    server = serve("--pcap", capture, "--wave", wave, "--timeline", timeline)
    client = subprocess.Popen(["curl", "-sS", "--max-time", "60", f"{server.url}bytes/100000000"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert client.stdout.read(100000)
        assert server.stop(number) == 0
    finally:
        client.kill()
        client.stdout.close()
        client.wait()
    assert len(frames(capture)) > 60
    assert 0 in fst_blocks(wave) and len(fst_blocks(wave)) > 2
    assert not list(tmp_path.glob("*.hier"))
    events = json.loads(timeline.read_text())
    events = events["traceEvents"] if isinstance(events, dict) else events
    assert len(events) > 60


def test_second_start_on_the_same_port_works_at_once(start):
    first = start("serve", "--listen", "127.0.0.1:0")
    address = first.url.split("/")[2]
    fetch(f"{first.url}bytes/1000")
    assert first.stop() == 0
    second = start("serve", "--listen", address)
    assert fetch(f"{second.url}bytes/1000") == made_bytes(1000)


def test_stats_name_counters_of_adapter_driver_and_stack(serve):
    server = serve("--stats")
    fetch(f"{server.url}bytes/{MEGABYTE}")
    assert server.stop() == 0
    assert server.counter("rx_delivered") > 0
    assert server.counter("driver_faults") == 0
    assert server.counter("answers_ok") == 1


def test_without_a_terminal_there_is_one_line_and_no_more(serve):
    server = serve()
    fetch(f"{server.url}bytes/{MEGABYTE}")
    assert server.stop() == 0
    assert len(server.lines) == 1 and server.lines[0].startswith(f"lantern: {server.url} "), server.lines


def test_on_a_terminal_a_status_line_tells_how_it_does(tmp_path):
    try:
        os.close(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
    except OSError as error:
        pytest.skip(f"no pseudo-terminal here: {error.strerror}")
    if not shutil.which("script"):
        pytest.skip("no script(1)")
    log = tmp_path / "typescript"
    import conftest
    with open(os.devnull) as nothing:
        shell = subprocess.Popen(["script", "-qec", f"exec {conftest.LANTERN} serve --listen 127.0.0.1:0", log],
                                 stdin=nothing, stdout=subprocess.PIPE, start_new_session=True)
    try:
        text = b""
        while b"M cycles/s" not in text:
            piece = shell.stdout.read1()
            assert piece, text
            text += piece
    finally:
        os.killpg(shell.pid, signal.SIGTERM)
        shell.wait(60)
        shell.stdout.close()
    assert b"simulated" in text and b"Mb/s" in text


def test_capture_on_a_full_disk_ends_with_one_line(serve):
    done = lantern("serve", "--listen", "127.0.0.1:0", "--pcap", "/dev/full")
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert "/dev/full" in lines[-1] and "No space left" in lines[-1]
