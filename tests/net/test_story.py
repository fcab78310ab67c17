"""--story: one page that needs nothing else, opened in a headless Chromium where there is one."""
import re
import shutil

import pytest

from conftest import ROOT, lantern, run

TRIP = ROOT / "sim/topologies/whole-trip.yaml"


def tell(tmp_path):
    page, capture = tmp_path / "story.html", tmp_path / "net.pcapng"
    done = lantern("net", TRIP, "--story", page, "--pcap", capture)
    assert done.returncode == 0, done.stderr.decode()
    frames = int(re.search(r"(\d+) frames", done.stdout.decode()).group(1))
    return page, frames


def test_page_holds_every_frame_and_fetches_nothing(tmp_path):
    page, frames = tell(tmp_path)
    text = page.read_text()
    assert len(re.findall(r"^\[\d+,\d+,\d+,\d+,[01],\"[0-9a-f]+\"\]", text, re.M)) == frames
    own = re.sub(r"<script>!function\(\).*?</script>", "", text, flags=re.S)  # d3 names namespaces
    assert not re.search(r"(src|href)\s*=\s*[\"']?http|@import|fetch\(", own)


@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium here")
def test_page_shows_network_frames_bytes_and_connection(tmp_path):
    page, frames = tell(tmp_path)
    done = run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000",
               f"--user-data-dir={tmp_path}/profile", "--dump-dom", page.as_uri())
    dom = done.stdout.decode()
    assert f"{frames} of {frames}" in dom
    for name in ("reader", "neighbour", "gateway", "provider", "names", "server", "office", "floor", "street", "rack"):
        assert f">{name}</text>" in dom
    assert "Ethernet" in dom and "IPv4" in dom and "CRC-32" in dom  # of the frame that is shown
    assert "SYN ACK seq 0 ack 1" in dom and "FIN" in dom
    assert dom.count("<circle") > 20  # media, and the points of the plots


def test_other_commands_tell_their_story_too(tmp_path):
    page = tmp_path / "get.html"
    assert lantern("get", "http://10.0.2.2:1/", "--story", page).returncode == 1
    assert "this machine" in page.read_text() and "frames:[" in page.read_text()


def test_story_that_cannot_be_written_is_told(tmp_path):
    done = lantern("net", TRIP, "--story", "/nowhere/story.html")
    assert done.returncode == 1 and b"/nowhere/story.html: No such file" in done.stderr
