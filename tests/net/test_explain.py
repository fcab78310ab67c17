"""`lantern explain`: the trip of a write in words, in the order of the mission's table."""
import re

from conftest import ROOT, lantern

TRIP = ROOT / "sim/topologies/whole-trip.yaml"
STEPS = [
    r"reader +rtl/tx_\* +.*ARP by broadcast: who has 192\.168\.1\.1\? tell 192\.168\.1\.2",
    r"gateway +rtl/rx_\* ",
    r"reader +rtl/tx_\* +.*UDP 192\.168\.1\.2:\d+ to 203\.0\.113\.53:53, TTL 64",
    r"names +rtl/rx_\* +.*UDP 192\.168\.1\.2:\d+ to 203\.0\.113\.53:53, TTL 62",
    r"reader +stack/socket +recvfrom",
    r"reader +stack/tcp +connection \d+: CLOSED to SYN-SENT",
    r"reader +rtl/tx_\* +.*TCP .* SYN sequence number \d+",
    r"server +stack/tcp +connection .*CLOSED to SYN-RECEIVED",
    r"reader +stack/tcp +connection \d+: SYN-SENT to ESTABLISHED",
    r"reader +stack/socket +write\(\d+\) puts \d+ bytes into the send buffer",
    r"reader +driver +copies packets to the adapter's ring",
    r"reader +rtl/tx_\* +.*, with bytes of the write",
    r"gateway +rtl/rx_\* +.*, with bytes of the write",
    r"gateway +rtl/tx_\* +.*TTL 63.*, with bytes of the write",
    r"server +rtl/rx_\* +.*TTL 62.*, with bytes of the write",
    r"server +stack/socket +read\(\d+\) gives \d+ bytes to the program, [\d.]+ us after the write",
    r"rtl/tx_\* +.* FIN ",
    r"TIME-WAIT",
]


def test_steps_of_the_trip_come_in_their_order():
    done = lantern("explain", TRIP)
    assert done.returncode == 0, done.stderr.decode()
    rest = done.stdout.decode()
    for step in STEPS:
        found = re.search(step, rest)
        assert found, f"{step} is not in what follows:\n{rest[:3000]}"
        rest = rest[found.end():]


def test_a_write_that_there_was_not_is_told():
    done = lantern("explain", TRIP, "--write", "9999")
    assert done.returncode == 1 and b"there was no write 9999" in done.stderr


def test_wrong_number_is_told():
    done = lantern("explain", TRIP, "--write", "first")
    assert done.returncode == 2 and b"from 1 on" in done.stderr
