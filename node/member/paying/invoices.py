"""Payment links of merchants: `https://node/p/<id>`, what they ask for, and whether that is true.

The node that made the invoice says what is to be paid. Its word is checked against the invoice's
reference, which is a hash of all that the payer is shown; the payment carries that reference, so nobody can
say afterwards that something else was asked for.
"""

import re
from dataclasses import dataclass
from typing import Final

from ledger.charter import Charter
from ledger.references import invoice_reference
from node.member.addresses import Address
from node.member.answers import decode_hex, integer, text
from node.member.client import Json, NodeClient, NodeMisbehaved, path_of
from node.member.links import LinkError
from node.urls import parse_page_url

_LINK: Final = re.compile(r"(?:[a-z]+://)?[^/?#\s]+/p/([0-9a-f]{32})/?", re.IGNORECASE)

_CUT_LINK: Final = re.compile(r"https?://[^/?#\s]+/p/[0-9a-f]{0,31}/?", re.IGNORECASE)
"""What is left of one that was not copied to its end."""


@dataclass(eq=False)
class InvoiceNotOpen(Exception):
    """There is nothing to pay: the invoice is in this `state`."""

    state: str


@dataclass(eq=False)
class OtherFederation(Exception):
    """A payment link is for another federation than the wallet's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLink:
    """The address of a pay page: a node's, and the invoice's id."""

    node_url: str
    id: str
    federation: str = ""
    """What the link that led here said of the federation's id; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvoice:
    """What is to be paid: `amount` minor units are left. `account` is the payee's number."""

    payee: Address
    account: int
    amount: int
    reference: bytes
    description: str
    state: str

    def check_open(self) -> None:
        """Raise `InvoiceNotOpen` when there is nothing to pay."""
        if self.state != "open" or self.amount <= 0:
            raise InvoiceNotOpen(self.state)


def parse_link(text_: str) -> InvoiceLink | None:
    """A payment link of a merchant; None when the text is something else.

    Raises `LinkError` for one that was cut off, and `NodeUrlError` when what stands before the invoice is
    not a node's address.
    """
    found = _LINK.fullmatch(text_.strip())
    if found is None and _CUT_LINK.fullmatch(text_.strip()):
        raise LinkError("it is incomplete")
    if found is None:
        return None
    page = parse_page_url(found[0])
    return InvoiceLink(node_url=page[: page.lower().rindex("/p/")], id=found[1].lower())


def fetch_invoice(link: InvoiceLink, charter: Charter) -> OpenInvoice:
    """Ask the node behind the link, and check what it says.

    Raises `OtherFederation`, `NodeMisbehaved` when its answer contradicts itself, and what the client raises.
    """
    with NodeClient(link.node_url) as client:
        shown = client.get(path_of("v1", "invoices", link.id, "public"))
        if shown.get("federation") != charter.federation.hex():
            raise OtherFederation
        return _checked(client, link, charter, shown)


def _checked(client: NodeClient, link: InvoiceLink, charter: Charter, shown: Json) -> OpenInvoice:
    payee = shown.get("payee")
    price = shown.get("price")
    if not isinstance(payee, dict) or not (price is None or isinstance(price, dict)):
        raise NodeMisbehaved(client.url, "its answer is not an invoice")
    coop = charter.coops.get(integer(client, payee, "coop_number"))
    reference = decode_hex(client, shown, "reference")
    amount = integer(client, shown, "amount")
    expected = invoice_reference(
        federation=charter.federation,
        coop=0 if coop is None else coop.number,
        id_=bytes.fromhex(link.id),
        account=integer(client, payee, "account"),
        amount=amount,
        price=None
        if price is None
        else (integer(client, price, "minor"), integer(client, price, "day")),
        expires=integer(client, shown, "expires"),
        description=text(client, shown, "description"),
        private=decode_hex(client, shown, "private_hash"),
    )
    if coop is None or reference != expected:
        raise NodeMisbehaved(client.url, "the invoice's reference is not of what it asks for")
    left = amount - integer(client, shown, "paid") - integer(client, shown, "coming")
    return OpenInvoice(
        payee=Address(handle=text(client, payee, "handle"), coop=coop.name),
        account=integer(client, payee, "account"),
        amount=left,
        reference=reference,
        description=text(client, shown, "description"),
        state=text(client, shown, "state"),
    )
