"""A run with this machine's programs, recorded, comes again without them: the same capture, the same hash."""
import http.server
import threading

import pytest

from conftest import ROOT, Server, curl, lantern, made_bytes, run


def expect_same(record, capture, again):
    done = lantern("replay", record, "--pcap", again)
    assert done.returncode == 0, done.stderr.decode()
    assert b"replayed: hash" in done.stderr
    assert again.read_bytes() == capture.read_bytes()
    return done


@pytest.mark.parametrize("adapter", ["rtl", "direct"])
def test_served_pages_are_replayed_bit_for_bit(adapter, tmp_path):
    record, capture = tmp_path / "a.run", tmp_path / "a.pcapng"
    server = Server("serve", "--listen", "127.0.0.1:0", "--adapter", adapter, "--record", record, "--pcap", capture)
    try:
        assert curl(server.url + "bytes/100000").stdout == made_bytes(100000)
        assert curl(server.url + "status.json").returncode == 0  # tells of the wall clock, too
    finally:
        assert server.stop() == 0
    expect_same(record, capture, tmp_path / "b.pcapng")


def test_fetched_page_is_replayed_when_the_server_is_gone(tmp_path):
    record, capture, page = tmp_path / "a.run", tmp_path / "a.pcapng", tmp_path / "page"

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "50000")
            self.end_headers()
            self.wfile.write(made_bytes(50000))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as there:
        threading.Thread(target=there.serve_forever, daemon=True).start()
        url = f"http://10.0.2.2:{there.server_address[1]}/"
        done = lantern("get", url, "-o", page, "--record", record, "--pcap", capture)
        assert done.returncode == 0, done.stderr.decode()
        there.shutdown()
    page.unlink()
    expect_same(record, capture, tmp_path / "b.pcapng")
    assert page.read_bytes() == made_bytes(50000)


def test_network_with_a_browser_is_replayed(tmp_path):
    record, capture, file = tmp_path / "a.run", tmp_path / "a.pcapng", tmp_path / "net.yaml"
    text = (ROOT / "sim/topologies/browser.yaml").read_text()
    file.write_text(text.replace("127.0.0.1:8080", "127.0.0.1:0"))
    server = Server("net", file, "--record", record, "--pcap", capture)
    try:
        assert curl(server.url + "bytes/30000").stdout == made_bytes(30000)
    finally:
        assert server.stop() == 0
    expect_same(record, capture, tmp_path / "b.pcapng")
    file.write_text(text)
    done = lantern("replay", record)
    assert done.returncode == 2 and b"is not what it was in that run" in done.stderr


@pytest.mark.parametrize("text,words", [
    (None, b"No such file"),
    ("nonsense\n", b"is no record of a run"),
    ("lantern-run 1\nword serve\n", b"ends too early"),
])
def test_what_is_no_record_is_told_in_one_line(text, words, tmp_path):
    record = tmp_path / "a.run"
    if text is not None:
        record.write_text(text)
    done = lantern("replay", record)
    assert done.returncode == 2 and words in done.stderr and done.stderr.count(b"\n") == 1


def test_replay_that_comes_out_differently_fails(tmp_path):
    record = tmp_path / "a.run"
    done = lantern("get", "http://10.0.2.2:1/", "--record", record)
    assert done.returncode == 1
    record.write_text(record.read_text().replace("result ", "result f"))
    done = lantern("replay", record)
    assert done.returncode == 1 and b"came out differently" in done.stderr


# --- waveforms made afterwards --------------------------------------------------------


def changes(file):
    """[(time, signal, value)] of a wave, by names."""
    vcd = run("fst2vcd", file).stdout.decode()
    head, _, body = vcd.partition("$enddefinitions $end")
    names, scope = {}, []
    for line in head.splitlines():
        words = line.split()
        if words[:1] == ["$scope"]:
            scope.append(words[2])
        elif words[:1] == ["$upscope"]:
            scope.pop()
        elif words[:1] == ["$var"]:
            names.setdefault(words[3], ".".join([*scope, words[4]]))
    found, now = [], 0
    for line in body.splitlines():
        if line.startswith("#"):
            now = int(line[1:])
        elif line[:1] in ("0", "1", "x", "z"):
            found.append((now, names[line[1:]], line[0]))
        elif line.startswith("b"):
            value, name = line[1:].split()
            found.append((now, names[name], value))
    return found


def test_window_made_afterwards_equals_a_run_that_traced_all_along(tmp_path):
    record, full, part = tmp_path / "a.run", tmp_path / "full.fst", tmp_path / "part.fst"
    server = Server("serve", "--listen", "127.0.0.1:0", "--record", record, "--wave", full,
                    "--pcap", tmp_path / "a.pcapng")
    try:
        assert curl(server.url + "bytes/3000").stdout == made_bytes(3000)
    finally:
        assert server.stop() == 0
    done = lantern("wave", record, "--packet", "7", "--around", "40us", "-o", part)
    assert done.returncode == 0, done.stderr.decode()
    traced, made = changes(full), changes(part)
    first, last = made[0][0], made[-1][0]
    assert 35e6 < last - first <= 41e6 and len(made) > 2000
    state, later = {}, []
    for now, name, value in traced:
        if now <= first:
            state[name] = value
        elif now <= last:
            later.append((now, name, value))
    assert {name: value for now, name, value in made if now == first} == state
    assert sorted(change for change in made if change[0] > first) == sorted(later)


@pytest.mark.parametrize("arguments,words", [
    ([], b"RUN missing"),
    (["a.run"], b"--packet or --at missing"),
    (["a.run", "--at", "noon"], b"as 3.2s"),
    (["a.run", "--at", "1s", "--packet", "3"], b"one of them"),
    (["nowhere.run", "--at", "1s"], b"No such file"),
])
def test_wrong_wave_command_is_one_line(arguments, words):
    done = lantern("wave", *arguments)
    assert done.returncode == 2 and words in done.stderr and done.stderr.count(b"\n") == 1


def test_packet_that_is_not_there_is_told(tmp_path):
    record = tmp_path / "a.run"
    assert lantern("get", "http://10.0.2.2:1/", "--record", record).returncode == 1
    done = lantern("wave", record, "--packet", "99999", "-o", tmp_path / "w.fst")
    assert done.returncode == 1 and b"has no packet 99999" in done.stderr
