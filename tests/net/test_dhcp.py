"""`--dhcp`: addresses by DHCP (RFC 2131) from dnsmasq on a TAP and from the user-mode network, and
link-local ones (RFC 3927) where nobody answers."""
import http.server
import re
import socket
import subprocess
import threading
import time

import pytest

from conftest import LONG, US, curl, frames, lantern, made_bytes, run

FIRST, LAST, RENEW_S = "10.77.0.50", "10.77.0.52", 9
GIVEN = re.compile(r"(10\.77\.0\.5[0-2])/24 by DHCP from 10\.77\.0\.1 for 120 s")


class Dnsmasq:
    """Leases of two minutes, the shortest it gives, to be renewed after RENEW_S; names, too."""

    def __init__(self, folder, *more):
        self.log = folder / "dnsmasq.log"
        self.process = subprocess.Popen(
            ["/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--group=root",
             "--interface=tap0", "--bind-interfaces", "--except-interface=lo", "--no-resolv", "--no-hosts", "--no-ping",
             f"--pid-file={folder}/pid", f"--dhcp-leasefile={folder}/leases", f"--dhcp-range={FIRST},{LAST},2m",
             f"--dhcp-option=option:T1,{RENEW_S}", "--dhcp-authoritative", f"--address=/pages.test/{US}",
             "--log-dhcp", f"--log-facility={self.log}", *more], stderr=subprocess.PIPE)
        self.said("DHCP, ", 10)

    def said(self, words, limit_s):
        """The lines of its log with these words, as soon as there is one."""
        until = time.monotonic() + limit_s
        while True:
            assert self.process.poll() is None, self.process.stderr.read()
            lines = self.log.read_text().splitlines() if self.log.exists() else []
            found = [line for line in lines if words in line]
            if found or time.monotonic() > until:
                assert found, f"no {words}: {lines}"
                return found
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stderr.close()


@pytest.fixture
def dnsmasq(tap, tmp_path):
    server = Dnsmasq(tmp_path)
    yield server
    server.stop()


def address_given(server):
    given = [found.group(1) for found in map(GIVEN.search, server.lines) if found]
    assert len(given) == 1, server.lines
    return given[0]


def echoed(address, data):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(10)
        datagrams.sendto(data, (address, 7))
        return datagrams.recv(2048)


def test_host_has_its_address_from_dnsmasq_renews_it_and_gives_it_back(start, tap, dnsmasq, tmp_path):
    """RFC 2131 sections 3.1, 4.4.5 and 4.4.6, over the cycle-accurate adapter."""
    capture = tmp_path / "dhcp.pcapng"
    server = start("host", "--tap", tap, "--dhcp", "--stats", "--pcap", capture)
    address = address_given(server)
    assert echoed(address, b"by this address") == b"by this address"
    requests = [line for line in dnsmasq.said("DHCPREQUEST", 1) if address in line]
    assert len(requests) == 1
    deadline = time.monotonic() + RENEW_S + 10
    while len(dnsmasq.said("DHCPACK", 1)) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert echoed(address, b"and still") == b"and still"
    assert server.stop() == 0
    assert address in dnsmasq.said("DHCPRELEASE", 5)[-1]
    assert server.counter("dhcp_bound") == 1 and server.counter("dhcp_renewed") >= 1
    assert not [line for line in server.lines if re.match(r"dhcp +dhcp_drop_\w+ +[1-9]", line)]

    # By unicast, from the address; and tshark finds nothing malformed.
    assert frames(capture, f"dhcp.option.dhcp == 3 && ip.src == {address} && ip.dst == {US}")
    assert not frames(capture, "_ws.malformed")


def test_get_has_gateway_and_name_server_from_dnsmasq(tap, dnsmasq):
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"page\n")

        def log_message(self, *_):
            pass

    pages = http.server.HTTPServer((US, 8000), Page)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    try:
        done = lantern("get", "--tap", tap, "--dhcp", "--adapter", "direct", "http://pages.test:8000/")
    finally:
        pages.shutdown()
        pages.server_close()
    assert done.returncode == 0 and done.stdout == b"page\n", done.stderr


@pytest.mark.skipif(not LONG, reason="30 s: LANTERN_LONG=1; tests/stack has the same in virtual time")
def test_address_that_linux_has_is_declined_for_the_next_one(start, tap, dnsmasq):
    """RFC 2131 section 3.1.5: the server's table is wrong, and the client finds it out by ARP."""
    for address in (FIRST, "10.77.0.51"):
        run("ip", "address", "add", f"{address}/24", "dev", tap, check=True)
    server = start("host", "--tap", tap, "--dhcp", "--adapter", "direct", "--stats")
    assert address_given(server) == LAST
    assert dnsmasq.said("DHCPDECLINE", 1)
    assert echoed(LAST, b"the one that was free") == b"the one that was free"
    assert server.stop() == 0
    assert 1 <= server.counter("dhcp_declined") <= 2


def test_host_without_a_server_takes_a_link_local_address(start, tap):
    """RFC 3927: Linux reaches it on the same link."""
    run("ip", "address", "add", "169.254.255.1/16", "dev", tap, check=True)
    server = start("host", "--tap", tap, "--dhcp", "--adapter", "direct")
    found = re.search(r"(169\.254\.\d+\.\d+) is a link-local address", "\n".join(server.lines))
    assert found, server.lines
    assert echoed(found.group(1), b"no server at all") == b"no server at all"


def test_get_by_dhcp_of_the_user_mode_network(start):
    """The whole way over the cycle-accurate adapter, without privileges."""
    server = start("serve", "--listen", "127.0.0.1:0", "--adapter", "direct")
    port = server.url.split(":")[2].rstrip("/")
    done = lantern("get", "--dhcp", f"http://10.0.2.2:{port}/bytes/100000")
    assert done.returncode == 0 and done.stdout == made_bytes(100000), done.stderr
    assert b"10.0.2.15/24 by DHCP from 10.0.2.2" in done.stderr


def test_serve_by_dhcp_is_reached_as_ever(serve):
    server = serve("--dhcp", "--stats")
    done = curl(server.url + "bytes/100000")
    assert done.stdout == made_bytes(100000), done.stderr
    assert server.stop() == 0
    assert server.counter("dhcp_bound") == 1
