"""`lantern host`: one more host on a Linux TAP, with Linux as its peer."""
import re
import socket
import subprocess
import threading
import time

import pytest

from conftest import LONG, PEER, US, Resolver, assert_clean, curl, frames, made_bytes, receive_all, run, steady

MEGABYTE = 1 << 20
ADAPTERS = pytest.mark.parametrize("adapter", ["rtl", "direct"])


def connect(port):
    return socket.create_connection((PEER, port), 60)


def ask(data, port, answers=True, limit_s=10):
    """A datagram there; what comes back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(limit_s)
        datagrams.sendto(data, (PEER, port))
        return datagrams.recv(65535) if answers else None


# --- ping --------------------------------------------------------------------------


@ADAPTERS
def test_ping_is_answered(host, adapter):
    host("--adapter", adapter)
    done = run("ping", "-c", "3", "-i", "0.2", "-W", "5", PEER)
    assert done.returncode == 0 and b" 0% packet loss" in done.stdout, done.stdout


@pytest.mark.parametrize("size", [0, 1, 17, 18, 19, 55, 56, 57, 1471, 1472])
def test_ping_of_any_size_comes_back_unchanged(host, size):
    host()
    done = run("ping", "-c", "2", "-i", "0.2", "-W", "5", "-M", "do", "-s", size, PEER)
    assert done.returncode == 0 and b" 0% packet loss" in done.stdout, done.stdout
    assert b"wrong data" not in done.stdout and b"corrupt" not in done.stdout


def test_flood_of_pings_loses_none(host):
    count = 100000 if LONG else 2000
    server = host("--stats")
    done = run("ping", "-f", "-q", "-c", count, "-w", "600", PEER, limit_s=700)
    assert f"{count} packets transmitted, {count} received".encode() in done.stdout, done.stdout
    assert server.stop() == 0
    assert server.counter("rx_fcs_errors") == 0


def test_stats_under_load_are_those_of_the_last_moment(host):
    """Ctrl-C in the middle of a flood: adapter and stack must tell of the same frames."""
    server = host("--stats")
    flood = subprocess.Popen(["ping", "-f", "-q", "-w", "20", PEER], stdout=subprocess.DEVNULL)
    time.sleep(0.3)
    status = server.stop()
    flood.kill()
    flood.wait()
    assert status == 0
    assert server.counter("rx_delivered") == server.counter("ether_frames_received") > 0


# --- echo, discard, chargen ----------------------------------------------------------


@ADAPTERS
def test_tcp_echo_gives_back_every_byte(host, adapter):
    host("--adapter", adapter)
    data = made_bytes(MEGABYTE)
    with connect(7) as connection:
        sender = threading.Thread(target=lambda: (connection.sendall(data), connection.shutdown(socket.SHUT_WR)))
        sender.start()
        assert receive_all(connection, len(data) + 1) == data
        sender.join(60)


@ADAPTERS
def test_udp_echo_gives_back_every_size(host, adapter):
    host("--adapter", adapter)
    for size in (0, 1, 18, 512, 1000, 1471, 1472):
        assert ask(made_bytes(size), 7) == made_bytes(size), size


def test_udp_echo_does_not_answer_a_service(host):
    """Or two echo services would talk for ever."""
    host()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind((US, 7))
        datagrams.settimeout(1)
        datagrams.sendto(b"ping-pong", (PEER, 7))
        with pytest.raises(TimeoutError):
            datagrams.recv(100)


def test_discard_takes_all_and_says_nothing(host):
    host()
    with connect(9) as connection:
        connection.sendall(made_bytes(MEGABYTE))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    ask(b"x" * 1000, 9, answers=False)


def test_chargen_makes_the_lines_of_rfc_864(host):
    host()
    with connect(19) as connection:
        data = receive_all(connection, 74 * 200)
    lines = data.split(b"\r\n")
    assert lines[0] == bytes(range(32, 104))
    assert all(len(line) == 72 for line in lines[:200])
    for n, line in enumerate(lines[:200]):
        assert line == bytes(32 + (n + column) % 95 for column in range(72))
    answer = ask(b"", 19)
    assert 0 < len(answer) <= 512 and answer[:72] == lines[0]


def test_services_that_were_not_asked_for_are_closed(host):
    host("--services", "echo")
    connect(7).close()
    for port in (9, 19, 80):
        with pytest.raises(ConnectionRefusedError):
            connect(port)
    with pytest.raises(ConnectionRefusedError):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.connect((PEER, 9))
            datagrams.settimeout(10)
            datagrams.send(b"?")
            datagrams.recv(10)  # an ICMP port unreachable comes


def test_forty_connections_at_once_are_all_echoed(host):
    """More than the service serves at once (32): the others wait, and none is lost."""
    host()
    connections = [connect(7) for _ in range(40)]
    for n, connection in enumerate(connections):
        connection.sendall(b"%d" % n)
    for n, connection in enumerate(connections):
        assert connection.recv(10) == b"%d" % n
        connection.close()


# --- http ------------------------------------------------------------------------------


@ADAPTERS
@pytest.mark.parametrize("size", [0, 1, MEGABYTE, 10 * MEGABYTE])
def test_page_by_tap_arrives_unchanged(host, size, adapter):
    host("--adapter", adapter)
    done = curl(f"http://{PEER}/bytes/{size}")
    assert done.returncode == 0, done.stderr
    assert done.stdout == made_bytes(size)


@steady
def test_capture_of_it_all_is_clean(host, tmp_path):
    capture = tmp_path / "host.pcapng"
    server = host("--stats", "--pcap", capture)
    assert curl(f"http://{PEER}/bytes/{MEGABYTE}").stdout == made_bytes(MEGABYTE)
    assert ask(b"hello", 7) == b"hello"
    assert run("ping", "-c", "1", PEER).returncode == 0
    time.sleep(0.5)  # the connection's end
    assert server.stop() == 0
    assert frames(capture, "arp") and frames(capture, "icmp") and frames(capture, "udp.port == 7")
    assert_clean(capture, server.lines)


# --- the control port -------------------------------------------------------------------


@pytest.mark.parametrize("line_end", [b"", b"\n"])
def test_control_c_connects_and_echoes(host, line_end):
    host("--control", "5000")
    with socket.create_server((US, 0)) as listener:
        listener.settimeout(10)
        ask(b"C %s %d" % (US.encode(), listener.getsockname()[1]) + line_end, 5000, answers=False)
        connection, peer = listener.accept()
        with connection:
            assert peer[0] == PEER
            connection.settimeout(10)
            connection.sendall(b"come back")
            assert receive_all(connection, 9) == b"come back"
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b""


def test_control_d_resolves_a_name(host):
    host("--control", "5000")
    resolver = Resolver(US, {"www.lantern.test": "192.0.2.80"})
    assert ask(b"D %s www.lantern.test" % US.encode(), 5000) == b"A 192.0.2.80"
    assert ask(b"D %s nowhere.lantern.test\n" % US.encode(), 5000) == b"E"
    resolver.close()


def test_control_d_with_a_silent_server_is_e_in_the_end(host):
    host("--control", "5000")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((US, 53))
        assert ask(b"D %s www.lantern.test" % US.encode(), 5000, limit_s=60) == b"E"


@pytest.mark.parametrize("line", [b"", b"X", b"C", b"C 10.77.0.1", b"C 10.77.0.1 0", b"C 10.77.0.1 65536",
                                  b"C 10.77.0.256 80", b"C 10.77.0.1 80 80", b"D", b"D 10.77.0.1", b"D x y",
                                  b"D 10.77.0.1 a..b", b"\x00\xff", b"D " + b"9" * 1000])
def test_control_line_that_makes_no_sense_is_answered_e(host, line):
    host("--control", "5000")
    assert ask(line, 5000) == b"E"


# --- the rest -----------------------------------------------------------------------------


def test_own_mac_address_is_the_one_given(host):
    host("--mac", "02:00:00:aa:bb:cc")
    assert run("ping", "-c", "1", PEER).returncode == 0
    assert re.search(rb"lladdr 02:00:00:aa:bb:cc", run("ip", "neighbour", "show", PEER).stdout)


def test_gateway_is_the_way_to_everywhere_else(host, tap):
    """A request from behind the router is answered by the router."""
    host("--gateway", US)
    run("ip", "address", "add", "198.51.100.1/32", "dev", "lo", check=True)
    done = run("ping", "-c", "2", "-i", "0.2", "-I", "198.51.100.1", PEER)
    assert done.returncode == 0, done.stdout


def test_interface_that_goes_away_ends_the_host_with_status_1(host, tap):
    server = host()
    run("ip", "link", "delete", tap, check=True)
    assert server.process.wait(60) == 1
    server.reader.join(60)
    assert any(tap in line and "gone" in line for line in server.lines), server.lines
    server.process.returncode = 1
