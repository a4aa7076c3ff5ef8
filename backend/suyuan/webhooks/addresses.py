"""Where webhooks may go: https, a name that is one, a port that is ours to use, and a public address.

A webhook makes us send requests to where somebody else says, from inside the operator's network. So the
address is read by one strict form instead of by a lenient parser whose reading may differ from that of the
library that connects; and what a name leads to is looked at again at each delivery, and connected to by the
very address that was looked at (research: SSRF and DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from suyuan.kernel.errors import Fault

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 1_000

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_URL = re.compile(
    rf"https://(?P<host>(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"  # the last label is no number
    r"|(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})"  # four decimal numbers, nothing shorter, no octal
    r"|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>[1-9]\d{0,4}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
    r"(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)

#: Besides everything that the registries of special addresses list: what is a metadata service in a cloud,
#: and what only carries another address inside.
_NEVER = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba Cloud's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's metadata service, a public address
        "169.254.0.0/16",  # link-local; metadata services of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF; Oracle's metadata service
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # unspecified, loopback, IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo and others
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",  # unique local; AWS's metadata service
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint's address in parts; `host` as it stands in SNI, an IPv6 address without brackets."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"

    @property
    def literal(self) -> str | None:
        """The IP address, where the endpoint is named by one."""
        return self.host if _ip(self.host) else None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator allows besides public addresses; `ports` as pairs of first and last."""

    networks: tuple[Network, ...] = ()
    ports: tuple[tuple[int, int], ...] = ((443, 443), (1024, 65535))

    def port(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.ports)

    def address(self, text: str) -> bool:
        """Whether something may be sent to this IP address."""
        found = _ip(text)
        if found is None:
            return False
        if any(found.version == each.version and found in each for each in self.networks):
            return True
        is_special = any(found.version == each.version and found in each for each in _NEVER)
        return not is_special and found.is_global and not found.is_multicast


def read_url(text: str, allowed: Allowed) -> tuple[Target | None, list[Fault]]:
    """The target that an address names, or what is wrong with it. Resolves nothing."""
    found = _URL.fullmatch(text) if len(text) <= MAX_URL else None
    if found is None:
        fix = "give https://, a full name in small letters (xn-- for others), a path; no user, no fragment"
        return None, [Fault("/url", "webhook.url", "this is no address that webhooks are sent to", fix)]
    host, port = found["host"].strip("[]"), int(found["port"] or 443)
    if not allowed.port(port):
        listed = ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in allowed.ports)
        message = f"port {port} is not allowed"
        return None, [Fault("/url", "webhook.port", message, f"use one of these ports: {listed}")]
    is_number = ":" in host or host.rpartition(".")[2].isdigit()
    if is_number and not allowed.address(host):
        return None, [not_public(host)]
    return Target(host, port, (found["path"] or "/") + (found["query"] or "")), []


def host_of(url: str) -> str:
    """The host that an address names, for records that others read: its path is often a secret."""
    found = _URL.fullmatch(url)
    return found["host"] if found else ""


def not_public(address: str) -> Fault:
    """The fault of an address that nothing is sent to."""
    message = f"{address} is no public address"
    return Fault("/url", "webhook.address", message, "give a server that can be reached from the internet")


def judge(addresses: Sequence[str], allowed: Allowed) -> str | None:
    """The first address to which nothing may be sent; None when all are good. One bad one is enough: which of
    them is taken is not for the owner of the name to play with.
    """
    return next((each for each in addresses if not allowed.address(each)), None)


def _ip(text: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def read_networks(text: str) -> tuple[Network, ...]:
    """`10.1.0.0/16, fd00::/8` as networks. Raises ValueError."""
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())


def read_ports(text: str) -> tuple[tuple[int, int], ...]:
    """`443,1024-65535` as pairs. Raises ValueError."""
    found = []
    for each in text.split(","):
        first, _, last = each.strip().partition("-")
        pair = (int(first), int(last or first))
        if not 1 <= pair[0] <= pair[1] <= 65_535:
            raise ValueError(f"{each.strip()} are no ports")
        found.append(pair)
    return tuple(found)
