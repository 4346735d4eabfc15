"""Which other sites may show a merchant's bills in a frame: their origins, written out one by one.

An origin is a scheme, a host and a port, and nothing else: what a browser says of a page when it asks.
It stands in a header of the bill's page, so it has no characters but those of a plain host name.
Decision 0070.
"""

import json
import re
from collections.abc import Sequence
from typing import Final

from node.merchant.context import Context
from node.merchant.packing import to_bytes
from node.merchant.records import MerchantRecord
from node.merchant.refusals import MerchantRefusal, NotDone
from node.store import Record

MOST_ORIGINS: Final = 8
"""How many an account may list."""
LONGEST_ORIGIN: Final = 270
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN: Final = re.compile(rf"(https?)://({_LABEL}(?:\.{_LABEL})*)(?::([1-9][0-9]{{0,4}}))?")
_OWN_PORTS: Final = {"https": 443, "http": 80}
_OWN_MACHINE: Final = ("localhost", "127.0.0.1")
_LONGEST_HOST: Final = 253
_LAST_PORT: Final = 65_535


def check_origin(text: str, *, pointer: str) -> str:
    """An origin as browsers write it: without the port that goes without saying. Raises `MerchantRefusal`."""
    found = _ORIGIN.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        raise _refused(
            "It must be a scheme, a host and perhaps a port: no path, no `*`, no `null`.", pointer
        )
    scheme, host, port_text = found.groups()
    port = int(port_text or _OWN_PORTS[scheme])
    if len(host) > _LONGEST_HOST or port > _LAST_PORT:
        raise _refused("There is no such host or port.", pointer)
    if scheme == "http" and host not in _OWN_MACHINE:
        raise _refused("It must begin with https://, unless it is your own machine.", pointer)
    return f"{scheme}://{host}" + ("" if port == _OWN_PORTS[scheme] else f":{port}")


def _refused(why: str, pointer: str) -> MerchantRefusal:
    return MerchantRefusal(NotDone.ORIGIN_REFUSED, why, pointer=pointer)


class Origins:
    """The lists of all accounts."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, account: int) -> list[str]:
        """What the account lists; nothing, unless its owner ever said otherwise."""
        record = self._context.desk.find(MerchantRecord.ORIGINS, str(account))
        return [] if record is None else list(json.loads(record.data)["origins"])

    def of_invoice(self, id_: str) -> list[str]:
        """What the merchant of an invoice lists; nothing where there is no such invoice."""
        invoice = self._context.invoice(id_)
        return [] if invoice is None else self.of(invoice.account)

    def put(self, account: int, origins: Sequence[str]) -> list[str]:
        """Let the account list exactly these, which `check_origin` has seen."""
        desk, kept = self._context.desk, list(dict.fromkeys(origins))
        record = Record(
            kind=MerchantRecord.ORIGINS,
            id=str(account),
            shelf=str(account),
            created=self._context.now_ms,
            data=to_bytes({"origins": kept}),
        )
        is_new = desk.find(MerchantRecord.ORIGINS, record.id) is None
        (desk.add if is_new else desk.replace)(record)
        return kept
