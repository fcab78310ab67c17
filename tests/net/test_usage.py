"""Mistakes on the command line and in the surroundings: one clear line each, and the right status."""
import os
import socket

import pytest

from conftest import LANTERN, lantern, namespace, run

USAGE = [
    ([], "no command"),
    (["fly"], "unknown command fly"),
    (["serve", "--nonsense"], "--nonsense"),
    (["serve", "extra"], "extra"),
    (["serve", "--listen", "nowhere"], "127.0.0.1:8080"),
    (["serve", "--listen", "127.0.0.1:70000"], "127.0.0.1:8080"),
    (["serve", "--rate", "1000"], "10 or 100"),
    (["serve", "--rate", "-10"], "10 or 100"),
    (["serve", "--duplex", "both"], "half or full"),
    (["serve", "--adapter", "direct", "--duplex", "half"], "--adapter rtl"),
    (["serve", "--adapter", "usb"], "rtl or direct"),
    (["serve", "--seed", "dice"], "number"),
    (["serve", "--pace", "slow"], "wall or max"),
    (["serve", "--pcap"], "--pcap"),
    (["serve", "--adapter", "direct", "--wave", "x.fst"], "--adapter rtl"),
    (["get"], "URL"),
    (["get", "http://10.0.2.2/", "http://10.0.2.2/"], "one URL"),
    (["get", "ftp://10.0.2.2/"], "http://"),
    (["get", "http://"], "http://"),
    (["get", "http://10.0.2.2:99999/"], "port"),
    (["get", "http://10.0.2.2/", "--tap", "tap0"], "--address"),
    (["get", "http://10.0.2.2/", "--gateway", "10.0.0.1"], "--tap"),
    (["get", "http://10.0.2.2/", "--tap", "tap0", "--dhcp", "--address", "10.0.0.2/24"], "--dhcp"),
    (["net"], "TOPOLOGY-FILE"),
    (["net", "a.yaml", "b.yaml"], "one topology"),
    (["net", "a.yaml", "--duplex", "half"], "media decide"),
    (["net", "a.yaml", "--for", "ever"], "20ms"),
    (["host"], "--tap"),
    (["host", "--tap", "tap0"], "--address"),
    (["host", "--tap", "tap0", "--address", "10.0.0.2"], "10.0.0.2/24"),
    (["host", "--tap", "tap0", "--address", "10.0.0.0/24"], "10.0.0.2/24"),
    (["host", "--tap", "tap0", "--address", "10.0.0.255/24"], "10.0.0.2/24"),
    (["host", "--tap", "tap0", "--address", "10.0.0.2/33"], "10.0.0.2/24"),
    (["host", "--tap", "a-very-long-interface-name", "--address", "10.0.0.2/24"], "15"),
    (["host", "--tap", "tap0", "--address", "10.0.0.2/24", "--mac", "01:00:5e:00:00:01"], "group"),
    (["host", "--tap", "tap0", "--address", "10.0.0.2/24", "--mac", "02:4c:41"], "02:4c"),
    (["host", "--tap", "tap0", "--address", "10.0.0.2/24", "--services", "echo,ssh"], "chargen"),
    (["host", "--tap", "tap0", "--address", "10.0.0.2/24", "--services", ""], "chargen"),
    (["host", "--tap", "tap0", "--address", "10.0.0.2/24", "--control", "0"], "65535"),
]


def failed_with_one_line(done, status, *words):
    lines = done.stderr.decode().splitlines()
    assert done.returncode == status, (done.returncode, lines)
    assert len(lines) == 1 and lines[0].startswith("lantern: "), lines
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize("arguments,word", USAGE, ids=[" ".join(a) or "(nothing)" for a, _ in USAGE])
def test_wrong_command_line_is_one_line_and_status_2(arguments, word):
    failed_with_one_line(lantern(*arguments), 2, word)


@pytest.mark.parametrize("arguments,word", [
    (["--help"], "lantern COMMAND"), (["--version"], "lantern 0"), (["serve", "--help"], "--listen"),
    (["get", "--help"], "--output"), (["host", "--help"], "--control"), (["serve", "--version"], "lantern 0"),
])
def test_help_and_version_go_to_standard_output_with_status_0(arguments, word):
    done = lantern(*arguments)
    assert (done.returncode, done.stderr) == (0, b"")
    assert word in done.stdout.decode()


def test_port_in_use_is_said_with_the_fix():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        failed_with_one_line(lantern("serve", "--listen", f"127.0.0.1:{port}"), 1, str(port), "in use", "127.0.0.1:0")


def test_listening_on_an_address_of_another_machine_is_said():
    failed_with_one_line(lantern("serve", "--listen", "192.0.2.1:8080"), 1, "192.0.2.1:8080")


def test_root_that_is_no_directory_is_said():
    failed_with_one_line(lantern("serve", "--listen", "127.0.0.1:0", "--root", "/nowhere"), 1, "/nowhere", "directory")


@pytest.mark.parametrize("option", ["--pcap", "--wave", "--timeline"])
def test_file_that_cannot_be_made_is_said(option):
    failed_with_one_line(lantern("serve", "--listen", "127.0.0.1:0", option, "/nowhere/file"), 1, "/nowhere/file")


def test_tap_that_is_not_there_is_said_with_the_fix():
    with namespace():
        done = lantern("host", "--tap", "tap9", "--address", "10.0.0.2/24")
    failed_with_one_line(done, 1, "tap9", "ip tuntap add tap9")


def test_interface_that_is_no_tap_is_said(tun):
    with namespace():
        run("ip", "link", "add", "veth0", "type", "veth", "peer", "name", "veth1", check=True)
        done = lantern("host", "--tap", "veth0", "--address", "10.0.0.2/24")
    failed_with_one_line(done, 1, "veth0", "TAP")


def test_tap_that_another_program_has_is_said(host, tap):
    host()
    done = lantern("host", "--tap", tap, "--address", "10.77.0.3/24")
    failed_with_one_line(done, 1, tap, "another program")


def test_tap_without_permission_is_said(tap):
    if not os.path.exists("/usr/bin/setpriv"):
        pytest.skip("no setpriv")
    command = ["setpriv", "--reuid", "65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
    done = run(*command, LANTERN, "host", "--tap", tap,
               "--address", "10.77.0.2/24")
    failed_with_one_line(done, 1, "ermission" if os.stat("/dev/net/tun").st_mode & 0o002 == 0 else "not yours")
