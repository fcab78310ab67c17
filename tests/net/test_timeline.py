"""The timeline: for a write one finds, by its flow, the register accesses, the frames on the wire and the reads of
the peer that got its bytes."""
import json

import pytest

from conftest import ROOT, lantern

TOPOLOGIES = ROOT / "sim/topologies"


def flows_of(events):
    """{flow: [(phase, host, track, time in us)]} in the order of time."""
    names = {(e["pid"], e["tid"] if e["name"] == "thread_name" else 0): e["args"]["name"]
             for e in events if e["ph"] == "M" and e["name"] in ("process_name", "thread_name")}
    flows = {}
    for event in events:
        if event["ph"] in "stf":
            place = (event["ph"], names[event["pid"], 0], names[event["pid"], event["tid"]], event["ts"])
            flows.setdefault(event["id"], []).append(place)
    return {flow: sorted(steps, key=lambda step: (step[3], "stf".index(step[0]))) for flow, steps in flows.items()}


@pytest.mark.parametrize("name,client,server", [
    ("switch-learning", "client", "server"),
    ("transatlantic", "lisbon", "boston"),
])
def test_each_write_leads_to_its_frames_and_to_the_peers_reads(name, client, server, tmp_path):
    file = tmp_path / "t.json"
    done = lantern("net", TOPOLOGIES / f"{name}.yaml", "--timeline", file)
    assert done.returncode == 0, done.stderr.decode()
    flows = flows_of(json.loads(file.read_text()))
    assert len(flows) > 50 or name == "transatlantic"
    for steps in flows.values():
        phase, writer, track, begun = steps[0]
        reader = server if writer == client else client
        assert (phase, track) == ("s", "socket calls")
        on = {(host, track) for _, host, track, _ in steps}
        assert {(writer, "bus"), (writer, "sent"), (reader, "received"), (reader, "socket calls")} <= on
        first = {place: min(ts for _, h, t, ts in steps if (h, t) == place) for place in on}
        assert begun < first[writer, "sent"] < first[reader, "received"] + 0.6 < first[reader, "socket calls"] + 0.6
        assert steps[-1][0] == "f" or any(step[0] == "f" for step in steps)


def test_slices_that_flows_join_are_there(tmp_path):
    """Each end of a flow lies within a slice of its track, as the format wants."""
    file = tmp_path / "t.json"
    assert lantern("net", TOPOLOGIES / "switch-learning.yaml", "--timeline", file).returncode == 0
    events = json.loads(file.read_text())
    slices = {}
    for event in events:
        if event["ph"] == "X":
            slices.setdefault((event["pid"], event["tid"]), []).append((event["ts"], event["ts"] + event["dur"]))
    for event in events:
        if event["ph"] in "stf":
            around = slices[event["pid"], event["tid"]]
            assert any(start - 1e-6 <= event["ts"] <= end + 1e-6 for start, end in around), event
