"""Where webhooks may go, and every way that we know of to have them go elsewhere."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.webhooks.addresses import Allowed, judge, read_networks, read_ports, read_url

PUBLIC = Allowed()

GOOD = {
    "https://erp.example.com": ("erp.example.com", 443, "/"),
    "https://erp.example.com/": ("erp.example.com", 443, "/"),
    "https://erp.example.com:8443/in/suyuan?key=a%20b&x=1": (
        "erp.example.com",
        8443,
        "/in/suyuan?key=a%20b&x=1",
    ),
    "https://xn--fiqs8s.xn--55qx5d/hook": ("xn--fiqs8s.xn--55qx5d", 443, "/hook"),
    "https://a-b.c-1.example.com/~x": ("a-b.c-1.example.com", 443, "/~x"),
    "https://93.184.215.14/x": ("93.184.215.14", 443, "/x"),
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:9443/": (
        "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
        9443,
        "/",
    ),
    "https://1.example.com/": ("1.example.com", 443, "/"),
    "https://erp.example.com?x=1": ("erp.example.com", 443, "/?x=1"),
}

BAD = [
    "",
    "erp.example.com",
    "//erp.example.com/",
    "http://erp.example.com/",
    "HTTPS://erp.example.com/",
    "ftp://erp.example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_SET",
    "javascript:alert(1)",
    "https:///x",
    "https://",
    "https:erp.example.com",
    # users, fragments, backslashes, blanks: what readers disagree about
    "https://user@erp.example.com/",
    "https://user:pass@erp.example.com/",
    "https://erp.example.com@127.0.0.1/",
    "https://127.0.0.1#@erp.example.com/",
    "https://127.0.0.1\\@erp.example.com/",
    "https://erp.example.com\\.127.0.0.1/",
    "https://erp.example.com/#fragment",
    "https://erp.example.com /",
    " https://erp.example.com/",
    "https://erp.example.com/\n",
    "https://erp.example.com/\r\nHost: other",
    "https://erp.example.com/ HTTP/1.1",
    "https://erp.exa\tmple.com/",
    "https://erp.example.com%2f@127.0.0.1/",
    "https://127.0.0.1%00.example.com/",
    "https://%31%32%37.0.0.1/",
    # names that are none
    "https://localhost/",
    "https://LOCALHOST/",
    "https://erp/",
    "https://erp.example.com./",
    "https://127.0.0.1./",
    "https://.example.com/",
    "https://erp..example.com/",
    "https://-erp.example.com/",
    "https://erp-.example.com/",
    "https://erp_1.example.com/",
    "https://Erp.Example.com/",
    "https://例子.公司/",
    "https://１２７.０.０.１/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://ⓛocalhost.example.com/",
    f"https://{'a' * 64}.example.com/",
    f"https://erp.example.com/{'x' * 1000}",
    # other ways to write an IPv4 address
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0x7f.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.0.0.01/",
    "https://127.000.000.001/",
    "https://1.2.3.4.5/",
    "https://256.1.1.1/",
    "https://0/",
    # IPv6 with a zone, without brackets, half open
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1%1]/",
    "https://::1/",
    "https://[::1/",
    "https://[::1]x/",
    "https://[v1.fe80::a]/",
    "https://[]/",
    # ports
    "https://erp.example.com:0/",
    "https://erp.example.com:22/",
    "https://erp.example.com:80/",
    "https://erp.example.com:0443/",
    "https://erp.example.com:65536/",
    "https://erp.example.com:99999/",
    "https://erp.example.com:-1/",
    "https://erp.example.com:８４４３/",
    "https://erp.example.com:/",
]

#: Nothing is sent there, whichever way it is reached.
SPECIAL = [
    "0.0.0.0",  # noqa: S104 - the point
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:a9fe:a9fe",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:53aa:64c::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "fc00::1",
    "fd00:ec2::254",
    "fdff::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "not an address",
    "",
]


@pytest.mark.parametrize("url", GOOD)
def test_an_address_is_read_in_its_parts(url):
    target, faults = read_url(url, PUBLIC)
    assert faults == []
    assert (target.host, target.port, target.path) == GOOD[url]


@pytest.mark.parametrize("url", BAD)
def test_what_could_be_read_in_two_ways_is_not_read_at_all(url):
    target, (fault,) = read_url(url, PUBLIC)
    assert target is None
    assert fault.pointer == "/url"
    assert fault.fix


@pytest.mark.parametrize("address", SPECIAL)
def test_nothing_is_sent_to_a_special_address(address):
    assert not PUBLIC.address(address)
    assert judge(["93.184.215.14", address], PUBLIC) == address


@pytest.mark.parametrize("address", [each for each in SPECIAL if each and " " not in each])
def test_no_endpoint_is_registered_at_a_special_address(address):
    url = f"https://[{address}]/" if ":" in address else f"https://{address}/"
    target, (fault,) = read_url(url, PUBLIC)
    assert target is None
    assert fault.code in {"webhook.address", "webhook.url"}


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1", "172.32.0.1"])
def test_public_addresses_are_good(address):
    assert PUBLIC.address(address)
    assert judge([address], PUBLIC) is None


@given(st.ip_addresses())
def test_whatever_python_knows_as_not_global_is_never_good(address):
    if not address.is_global or address.is_multicast or address.is_private or address.is_link_local:
        assert not PUBLIC.address(str(address))


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_never_good(address):
    number = int(address)
    for stem in ("::ffff:0:0", "64:ff9b::", "::"):
        assert not PUBLIC.address(str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(stem)) + number)))
    assert not PUBLIC.address(str(ipaddress.IPv6Address((0x2002 << 112) + (number << 80))))


@given(st.text(max_size=60))
def test_no_text_is_read_into_what_it_does_not_say(text):
    target, faults = read_url("https://" + text, PUBLIC)
    assert (target is None) is bool(faults)
    if target:
        assert target.host in text
        assert "@" not in target.host


def test_the_operator_allows_networks_of_his_own_by_name():
    own = Allowed(networks=read_networks("10.1.0.0/16, fd12::/16,127.0.0.1/32"))
    assert own.address("10.1.2.3")
    assert own.address("fd12::7")
    assert read_url("https://127.0.0.1:9443/in", own)[0].literal == "127.0.0.1"
    assert not own.address("10.2.0.1")
    assert not own.address("127.0.0.2")
    assert not own.address("::ffff:10.1.2.3")


def test_the_operator_chooses_the_ports():
    own = Allowed(ports=read_ports("443, 8000-8999"))
    assert read_url("https://erp.example.com:8443/", own)[0].port == 8443
    _, (fault,) = read_url("https://erp.example.com:9443/", own)
    assert fault.code == "webhook.port"
    assert "443, 8000 to 8999" in fault.fix


@pytest.mark.parametrize("text", ["", "0", "70000", "9-1", "a", "443;8443"])
def test_ports_that_are_none_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        read_ports(text)


def test_an_authority_names_the_port_where_it_is_unusual():
    assert read_url("https://erp.example.com/", PUBLIC)[0].authority == "erp.example.com"
    assert read_url("https://erp.example.com:8443/", PUBLIC)[0].authority == "erp.example.com:8443"
    assert read_url("https://[2606:2800::1]:8443/", PUBLIC)[0].authority == "[2606:2800::1]:8443"
