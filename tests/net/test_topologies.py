"""`lantern net`: every example topology runs, meets its expectations and repeats bit for bit; a mistake in
a file is told with its line and column."""
import os
import re

import pytest

from conftest import ROOT, Server, curl, lantern, made_bytes, run

TOPOLOGIES = ROOT / "sim/topologies"
CLOSED = sorted(path.stem for path in TOPOLOGIES.glob("*.yaml") if "\noutside:" not in path.read_text())
RELEASE = os.environ.get("LANTERN_VARIANT", "release") == "release"


def net(name, *arguments):
    return lantern("net", TOPOLOGIES / f"{name}.yaml", *arguments)


def hash_of(done):
    return re.search(r"hash ([0-9a-f]{16})", done.stdout.decode()).group(1)


@pytest.mark.parametrize("name", CLOSED)
def test_example_does_what_its_file_expects_and_tools_read_its_capture(name, tmp_path):
    capture = tmp_path / "net.pcapng"
    done = net(name, "--pcap", capture)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert b"NO, it is" not in done.stdout and b"failed" not in done.stdout
    # Each frame is there once for each medium, so tshark must not put streams and packets together.
    read = run("tshark", "-o", "ip.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE", "-r", capture,
               "-Y", "_ws.malformed")
    complaints = [line for line in read.stderr.decode().splitlines() if not line.startswith("Running as user")]
    assert read.returncode == 0 and read.stdout == b"" and complaints == []
    assert b"Strict time order:   True" in run("capinfos", "-o", capture).stdout


@pytest.mark.parametrize("name", CLOSED)
def test_same_seed_gives_the_same_capture_with_jumps_and_without(name, tmp_path):
    results = []
    for index, more in enumerate([[], [], ["--no-jumps"]] if RELEASE else [[], []]):
        capture = tmp_path / f"{index}.pcapng"
        done = net(name, "--seed", "7", "--for", "12ms", "--pcap", capture, *more)
        assert done.returncode == 0, done.stderr.decode()
        results.append((hash_of(done), capture.read_bytes()))
    assert all(result == results[0] for result in results)


def test_another_seed_gives_another_run():
    assert hash_of(net("five-on-a-hub", "--for", "12ms", "--seed", "1")) != \
        hash_of(net("five-on-a-hub", "--for", "12ms", "--seed", "2"))


def test_page_comes_to_this_machine_from_behind_two_routers(tmp_path):
    file = tmp_path / "browser.yaml"
    text = (TOPOLOGIES / "browser.yaml").read_text()
    file.write_text(text.replace("127.0.0.1:8080", "127.0.0.1:0"))
    server = Server("net", file)
    try:
        page = curl(server.url + "bytes/100000")
        assert page.returncode == 0 and page.stdout == made_bytes(100000)
        assert b"<html" in curl(server.url).stdout
    finally:
        status = server.stop()
    assert status == 0, server.lines


HEAD = "media: {wire: {kind: cable}}\n"
HOSTS = "hosts:\n  a: {on: wire, address: 10.0.0.1/24}\n  b: {on: wire, address: 10.0.0.2/24}\n"
MISTAKES = [
    ("", "is empty"),
    ("hosts: [", "2:1: did not find"),
    ("media: {m: {kind: tube}}\n" + HOSTS, "1:19: `tube' is no kind of medium"),
    ("media: {m: {kind: hub, colour: red}}\n" + HOSTS, "`colour' is not known here"),
    (HEAD, "there are no hosts"),
    (HEAD + "hosts:\n  a: {on: air, address: 10.0.0.1/24}\n", "3:11: there is no medium `air'"),
    (HEAD + "hosts:\n  a: {on: wire, address: 10.0.0.0/24}\n", "`10.0.0.0/24' is no host's address"),
    (HEAD + "hosts:\n  a: {on: wire, address: 10.0.0.1/24}\n", "`wire' joins two, here it is 1"),
    (HEAD + HOSTS.replace("  b:", "  wire:"), "`wire' is the name of something else already"),
    (HEAD + HOSTS + "faults: [{at: soon, cut: wire}]\n", "`soon' is no time"),
    (HEAD + HOSTS + "faults: [{at: 1s, cut: rope}]\n", "there is no medium `rope'"),
    (HEAD + HOSTS + "expect: [wire is good]\n", "it looks like `hub.collisions > 0'"),
    (HEAD + HOSTS.replace("24}\n  b", "24, runs: [{bake: bread}]}\n  b"), "`bake' is not known here"),
    (HEAD + HOSTS.replace("24}\n  b", "24, runs: [{serve: tea}]}\n  b"), "services are echo"),
    (HEAD + HOSTS.replace("24}\n  b", "24, routes: [{to: 10.9.0.0/16, via: 10.8.0.1}]}\n  b"), "no adapter of this"),
    ("media: {l: {kind: link, lose: 200%}}\n" + HOSTS.replace("wire", "l"), "`200%' is no share"),
    ("media: {l: {kind: link, script: ['0 lose']}}\n" + HOSTS.replace("wire", "l"), "it looks like `0:7 lose'"),
]


@pytest.mark.parametrize("text,words", MISTAKES, ids=[words for _, words in MISTAKES])
def test_mistake_in_the_file_is_told_with_its_place(text, words, tmp_path):
    file = tmp_path / "t.yaml"
    file.write_text(text)
    done = lantern("net", file)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 2, lines
    assert lines and all(line.startswith(f"lantern: {file}") for line in lines)
    assert any(words in line for line in lines), lines


def test_no_such_file_is_one_line():
    done = lantern("net", "nowhere.yaml")
    assert done.returncode == 2 and done.stderr.decode() == "lantern: nowhere.yaml: No such file or directory\n"


def test_unmet_expectation_fails_with_its_place_and_how_to_replay_it(tmp_path):
    file = tmp_path / "t.yaml"
    file.write_text(HEAD + HOSTS.replace("2/24}", "2/24, runs: [{ask: 10.0.0.1, count: 1}]}") +
                    "seed: 5\nexpect:\n  - wire.collisions > 3\n")
    done = lantern("net", file)
    text = done.stderr.decode()
    assert done.returncode == 1
    assert f"{file}:7:5: wire.collisions is 0" in text and f"lantern net --seed 5 {file}" in text


def test_faults_happen_at_their_time(tmp_path):
    file = tmp_path / "t.yaml"
    file.write_text("""
seed: 3
limit: 20s
media:
  link: {kind: link, delay: 1ms, script: ["0:3 lose", "1:4 corrupt"]}
hosts:
  a: {on: link, address: 10.0.0.1/24, runs: [{ask: 10.0.0.2, count: 100, interval: 10ms, at: 5ms}]}
  b: {on: link, address: 10.0.0.2/24, runs: [{serve: echo}]}
faults:
  - {at: 200ms, cut: link}
  - {at: 400ms, mend: link}
expect:
  - link.cut > 15
  - link.lost = 1
  - link.corrupted = 1
  - a.rx_fcs_errors = 1
""")
    done = lantern("net", file)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    answered = int(re.search(r"(\d+) of 100 answers", done.stdout.decode()).group(1))
    assert 70 <= answered <= 81
