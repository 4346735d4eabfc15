"""Where a webhook may go: a public address, by https, unless the operator allows more.

A name can lead anywhere, and elsewhere a moment later. So the address itself is checked, at the moment
when a socket is made for it, and that socket connects to exactly this address. Redirects are not followed.
"""

import re
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

from yarl import URL

from node.merchant.refusals import MerchantRefusal, NotDone

LONGEST_URL: Final = 512

_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST_NAME: Final = 253

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""Where the last four bytes are an IPv4 address, RFC 6052."""
_GLOBAL_IPV6: Final = IPv6Network("2000::/3")
"""All that is given out of IPv6. Whatever else there is or will be is somebody's own, or of no use."""
_SPECIAL: Final = tuple(
    ip_network(each)
    for each in (
        # RFC 6890 and the registries of special addresses; what a version of Python knows of them differs.
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "3fff::/20"),
    )
)
_ISATAP: Final = (0x00005EFE, 0x02005EFE)
"""Before the last four bytes: they are an IPv4 address of whoever's network it is, RFC 5214."""


class AddressRefused(OSError):
    """The name leads to an address at which webhooks are not to arrive."""


def is_public(text: str) -> bool:
    """Whether the address is one of the open internet, whatever it is wrapped in."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(address)
    if inner is not None and not _is_global(inner):
        return False
    return _is_global(address) or (inner is not None and not _is_isatap(address))


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    is_given_out = isinstance(address, IPv4Address) or address in _GLOBAL_IPV6
    # In the networks of the other version no address is.
    return is_given_out and not any(address in network for network in _SPECIAL)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address to which an IPv6 address leads."""
    if isinstance(address, IPv4Address):
        return None
    if address in _TRANSLATED or _is_isatap(address):
        return IPv4Address(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def _is_isatap(address: IPv4Address | IPv6Address) -> bool:
    return address.version == 6 and int.from_bytes(address.packed[8:12], "big") in _ISATAP


def check_url(text: str, *, allow_private: bool) -> str:
    """The address of a webhook, in its plain form. Raises `MerchantRefusal`."""
    pointer = "/url"
    try:
        # Each of these may raise: the host is decoded only when it is asked for, also by the resolver.
        url = URL(text)
        host, port = url.host, url.port
    except ValueError as error:
        raise MerchantRefusal(
            NotDone.WEBHOOK_URL_REFUSED, "It can't be read.", pointer=pointer
        ) from error
    schemes = ("https", "http") if allow_private else ("https",)
    problem = None
    if len(text) > LONGEST_URL or not text.isascii() or not text.isprintable() or " " in text:
        problem = f"It must have at most {LONGEST_URL} plain characters."
    elif url.scheme not in schemes:
        problem = f"It must begin with {' or '.join(schemes)}://."
    elif not host or not port or url.user is not None or url.password is not None:
        problem = "It must have a host, and neither user nor password."
    elif not _is_host(url.raw_host or ""):
        problem = "It must have the name of a host, or its address."
    elif url.fragment:
        problem = "It must not have a part after #."
    elif not allow_private and _is_private_host(host):
        problem = "It leads to a private address."
    if problem is not None:
        raise MerchantRefusal(NotDone.WEBHOOK_URL_REFUSED, problem, pointer=pointer)
    return str(url)


def _is_host(host: str) -> bool:
    """Whether it is an address, or a name that can be asked for: RFC 1035, with `_` as many have it."""
    try:
        ip_address(host)
    except ValueError:
        name = host.removesuffix(".")
        labels = name.split(".")
        return len(name) <= _LONGEST_NAME and all(_LABEL.fullmatch(each) for each in labels)
    return True


def _is_private_host(host: str) -> bool:
    """Whether the host is written as a private address. (A name is looked at when it is used.)"""
    host = host.removesuffix(".")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        ip_address(host)
    except ValueError:
        # A number or a name of numbers is an address in disguise: 127.1, 2130706433, 0x7f.0.0.1.
        last = host.rpartition(".")[2]
        return last.isdigit() or last.startswith("0x")
    return not is_public(host)


def guarded_sockets(*, allow_private: bool) -> Callable[[Any], socket.socket]:
    """What makes sockets for connections to merchants' servers; raises `AddressRefused`."""

    def make(address_info: Any) -> socket.socket:
        family, kind, protocol, _, address = address_info
        if not allow_private and not is_public(address[0]):
            # Which one it is stays here: what names in the node's own network lead to is nobody's business.
            raise AddressRefused("the name leads to an address that is not public")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    return make
