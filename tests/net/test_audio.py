"""`speak` and `listen` of `lantern net`: a tune by RTP into a WAV file that Python's own module reads."""
import array
import re
import wave

import pytest

from conftest import ROOT, lantern, run

TEXT = (ROOT / "sim/topologies/audio.yaml").read_text()
RATE, DELAY, SECONDS = 44100, 2646, 2  # 60 ms


def play(folder, *changes, options=()):
    """(exit status, what was said, the samples of the WAV file) of the example with these changes."""
    text, kept = TEXT.replace("for: 10s", f"for: {SECONDS}s"), folder / "heard.wav"
    text = text[:text.index("expect:")]
    for old, new in [("build/audio.wav", str(kept)), *changes]:
        assert old in text
        text = text.replace(old, new)
    file = folder / "audio.yaml"
    file.write_text(text)
    done = lantern("net", file, *options)
    samples = array.array("h")
    if kept.exists():
        with wave.open(str(kept)) as heard:
            assert (heard.getsampwidth(), heard.getframerate()) == (2, RATE)
            samples.frombytes(heard.readframes(heard.getnframes()))
    return done.returncode, (done.stdout + done.stderr).decode(), samples


def test_tune_without_loss_comes_whole_and_with_loss_differs_only_in_gaps(tmp_path):
    status, said, whole = play(tmp_path, ("lose: 5%", "lose: 0%"))
    assert status == 0 and " 0 gaps" in said, said
    assert not any(whole[:DELAY]) and sum(map(bool, whole[DELAY:DELAY + SECONDS * RATE])) > 0.9 * SECONDS * RATE
    assert max(whole) > 10000
    status, said, lossy = play(tmp_path)
    gaps, missing_ms = re.search(r"(\d+) gaps of ([\d.]+) ms", said).groups()
    wrong = sum(a != b for a, b in zip(whole[:DELAY + SECONDS * RATE], lossy))
    assert status == 0 and int(gaps) > 3
    assert 0 < wrong <= float(missing_ms) * RATE / 1000 + 1


def test_two_channels_are_kept_as_two(tmp_path):
    both = [("at: 5ms", "at: 5ms, channels: 2, packet: 5ms"), ("delay: 60ms", "delay: 60ms, channels: 2, packet: 5ms"),
            ("lose: 5%", "lose: 0%")]
    status, said, heard = play(tmp_path, *both)
    assert status == 0, said
    assert heard[0::2] == heard[1::2] and any(heard)


def test_tshark_sees_the_same_losses_and_understands_the_reports(tmp_path):
    """RFC 3550: RTP and RTCP as somebody else reads them."""
    capture = tmp_path / "audio.pcapng"
    status, said, _ = play(tmp_path, ("duplicate: 1%", "duplicate: 0%"), ("for: 2s", "for: 20s"),
                           options=("--pcap", capture, "--stats"))
    assert status == 0, said
    received = int(re.search(r"rtp_received +(\d+)", said).group(1))
    tshark = ["tshark", "-r", capture, "-d", "udp.port==5004,rtp", "-d", "udp.port==5005,rtcp"]
    streams = run(*tshark, "-q", "-z", "rtp,streams").stdout.decode()
    packets, lost = re.search(r"monaural +(\d+) +(\d+) ", streams).groups()
    assert (int(packets), int(lost)) == (received, 2000 - received), streams
    fields = ["rtcp.pt", "rtcp.ssrc.cum_nr", "rtcp.ssrc.fraction", "rtcp.length_check"]
    reports = run(*tshark, "-Y", "rtcp", "-T", "fields", *(word for name in fields for word in ("-e", name))).stdout
    rows = [line.split("\t") for line in reports.decode().splitlines()]
    assert {row[0] for row in rows} >= {"200,202", "201,202"} and all(row[3] == "1" for row in rows), rows
    told = [int(row[1]) for row in rows if row[0].startswith("201")]
    assert told == sorted(told) and 0 < told[-1] <= int(lost), (told, lost)
    assert f"as told, {told[-1]} packets lost, round trip 4" in said


def test_adaptive_delay_holds_against_jitter_that_the_set_one_does_not(tmp_path):
    bad = [("jitter: 5ms", "jitter: 60ms"), ("delay: 60ms", "delay: 10ms"), ("lose: 5%", "lose: 0%"),
           ("reorder: 2%", "reorder: 0%")]
    late = []
    for more in ([], [("delay: 10ms", "delay: 10ms, delay-max: 300ms")]):
        status, said, _ = play(tmp_path, *bad, *more)
        assert status == 0, said
        late.append(int(re.search(r"(\d+) late", said).group(1)))
    assert late[0] > 20 and late[1] < 10, late


@pytest.mark.parametrize("change, complaint", [
    (("at: 5ms", "packet: 40ms"), "1764 frames of sound do not fit a packet"),
    (("listen: 5004", "listen: 0"), "listen"),
    (("speak: \"10.0.0.2:5004\"", "speak: nobody"), "`nobody' is no address")])
def test_mistake_is_told_with_its_place(tmp_path, change, complaint):
    status, said, _ = play(tmp_path, change)
    assert status != 0 and complaint in said, said


def test_file_that_cannot_be_written_ends_the_run(tmp_path):
    status, said, _ = play(tmp_path, (str(tmp_path / "heard.wav"), "/nowhere/heard.wav"))
    assert status == 1 and "No such file or directory" in said, said
