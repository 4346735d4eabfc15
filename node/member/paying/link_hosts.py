"""Whom a payment link may make a wallet ask, and for which federation it is.

One rule for the program and the browser's wallet, as examples in `tests/vectors/payment_links.json`:

1. A link that says its federation says the first 16 to 64 hex digits of its id. One that says another's is
   refused.
2. A link leads to the node whose bill it names; a page's link that names no bill and does not say its
   federation leads to the node whose page it is; any other leads nowhere.
3. A wallet goes only where it knows the way: to its own node, and where the charter's cooperatives say that
   theirs answer (PROTOCOL 10.6). Elsewhere its owner is shown the address and asked first.

So nobody's link makes a wallet tell a stranger that its owner is there, and nobody is led to a page that
looks like their cooperative's and asks for the words of a wallet.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from node.member.client import NodeError
from node.member.links import PaymentRequest
from node.member.membership import Membership
from node.member.moves import known_addresses, learn_addresses
from node.member.paying.invoices import InvoiceLink, OtherFederation

_USUAL_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}


def strange_node(asked: PaymentRequest | InvoiceLink, member: Membership) -> str | None:
    """The address that the member has to be asked about before a link is followed; None: none.

    Raises `OtherFederation`. Before somebody is taken for a stranger, the member's own node is asked where
    the others are.
    """
    here = {member.client.url, member.wallet.public.node_url or ""} - {""}
    path, charter = member.wallet.path, member.charter
    known = known_addresses(path, charter)
    urls = here | {each.url for each in known.values()}
    strange = check_link(asked, federation=charter.federation, known=urls)
    if strange is not None:
        with suppress(NodeError, OSError):
            known = learn_addresses(path, member.client, charter)
            urls = here | {each.url for each in known.values()}
            return check_link(asked, federation=charter.federation, known=urls)
    return strange


def check_link(
    asked: PaymentRequest | InvoiceLink, *, federation: bytes, known: Collection[str]
) -> str | None:
    """The rule above, for a wallet of that federation that knows these nodes: whom to ask about, or None.

    Raises `OtherFederation`.
    """
    if not federation.hex().startswith(asked.federation):
        raise OtherFederation
    url = _leads_to(asked)
    if not url or origin_of(url) in {origin_of(each) for each in known}:
        return None
    return origin_of(url)


def _leads_to(asked: PaymentRequest | InvoiceLink) -> str:
    """The node that a link leads to; empty: to none."""
    if isinstance(asked, InvoiceLink):
        return asked.node_url
    return "" if asked.federation else asked.page


def origin_of(url: str) -> str:
    """Scheme, host and port of a node's address, spelt in the one way that browsers spell it.

    A host in other letters than ASCII is shown in its encoded form, in which it can't look like another.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        host = _encoded(host)
    port = "" if parts.port in (None, _USUAL_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _encoded(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode("ascii")
