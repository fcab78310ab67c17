"""Adapters that are reset, hosts that are booted again, and clocks that drift, in a network (docs/topology.md)."""
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LANTERN = os.environ.get("LANTERN", str(ROOT / "build/release/lantern"))
NETWORK = """
seed: 3
limit: 5min
media: {net: {kind: switch, rate: 100}}
hosts:
  server: {on: net, address: 10.0.0.1/24, %s runs: [{serve: [echo, http]}]}
  a: {on: net, address: 10.0.0.2/24, runs: [{stream: "10.0.0.1:7", bytes: 400000, tries: %d, at: 5ms}]}
  b: {on: net, address: 10.0.0.3/24, adapter: direct,
      runs: [{get: "http://10.0.0.1/bytes/400000", tries: %d, at: 5ms}]}
faults: [{at: 20ms, %s: %s}]
"""


def net(tmp_path, event, target="server", tries=5, of_server="", *more):
    file = tmp_path / "net.yaml"
    file.write_text(NETWORK % (of_server, tries, tries, event, target))
    return subprocess.run([LANTERN, "net", str(file), *more], capture_output=True, text=True, timeout=100)


@pytest.mark.parametrize("kind", ["", "adapter: direct,"])
def test_connections_to_a_host_that_is_booted_again_break_and_new_ones_work(tmp_path, kind):
    done = net(tmp_path, "reboot", of_server=kind)
    assert done.returncode == 0 and "400000 bytes in" in done.stdout, done.stdout + done.stderr


def test_a_connection_to_a_host_that_is_booted_again_is_reset(tmp_path):
    """RFC 9293 section 3.5.2: a segment for a connection that is not there is answered by RST."""
    done = net(tmp_path, "reboot", tries=1)
    assert done.returncode == 1 and "failed: connection reset" in done.stdout.lower(), done.stdout


def test_a_client_that_is_booted_again_begins_anew(tmp_path):
    done = net(tmp_path, "reboot", "a")
    assert done.returncode == 0, done.stdout + done.stderr


def test_streams_outlive_a_reset_of_the_adapter(tmp_path):
    """The driver sees that it enables nothing any more, and starts it anew after LAN_NIC_RETRY_MS."""
    done = net(tmp_path, "reset", tries=1)
    assert done.returncode == 0, done.stdout + done.stderr
    assert 1000 < float(re.search(r"stream .* in ([\d.]+) ms", done.stdout)[1]) < 3000


@pytest.mark.parametrize("event", ["reset", "reboot"])
def test_it_is_the_same_bit_for_bit_without_jumps(tmp_path, event):
    ends = [net(tmp_path, event, "server", 5, "drift: -100ppm,", "--for", "30ms", *more).stdout.splitlines()[-1]
            for more in ([], ["--no-jumps"])]
    assert "hash" in ends[0] and ends[0] == ends[1]


def test_a_host_whose_clock_drifts_counts_other_milliseconds(tmp_path):
    """10 s of a clock that is 1000 ppm too fast are 9.99 s of the world's."""
    file = tmp_path / "net.yaml"
    file.write_text('{seed: 1, media: {net: {kind: cable}}, hosts: {a: {on: net, address: 10.0.0.1/24, drift: 1000ppm, '
                    'runs: [{ask: 10.0.0.2, count: 1, at: 10s}]}, '
                    'b: {on: net, address: 10.0.0.2/24, runs: [{serve: echo}]}}}')
    done = subprocess.run([LANTERN, "net", str(file)], capture_output=True, text=True, timeout=100)
    end_s = float(re.search(r"done: ([\d.]+) s simulated", done.stdout)[1])
    assert 9.98 < end_s < 9.9999, done.stdout


@pytest.mark.parametrize("line, why", [("reset: nobody", "no host `nobody'"), ("reboot: net", "no host `net'")])
def test_a_reset_of_who_is_no_host_is_told_by_line_and_column(tmp_path, line, why):
    event, target = line.split(": ")
    done = net(tmp_path, event, target)
    assert done.returncode == 2 and why in done.stderr and "net.yaml:10:" in done.stderr, done.stderr


def test_a_drift_beyond_1000_ppm_is_refused(tmp_path):
    done = net(tmp_path, "reset", of_server="drift: 2000ppm,")
    assert done.returncode == 2 and "-50ppm" in done.stderr
