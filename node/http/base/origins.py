"""From where somebody asks, as a mark that tells clients apart and can be kept: to share what is bounded."""

import ipaddress
from hashlib import blake2b

from aiohttp import web

from node.http.base.api import Api


def origin_of(api: Api, request: web.Request) -> bytes:
    """The same for one client, which nobody can turn back into an address without the node's key."""
    secret = blake2b(api.key.seed, person=b"fiado joins").digest()
    network = network_of(api.address(request))
    return blake2b(network.encode(), key=secret, digest_size=8).digest()


def network_of(address: str) -> str:
    """What one client can choose its address from: the /64 of an IPv6 address, else the address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
