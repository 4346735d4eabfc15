"""A client for shops that are paid in fiado: one file, nothing but Python's standard library.

Copy it into your program. It knows of Fiado only the HTTP interface (`/openapi.json` of your node), and holds
an API key, which can't spend: `fiado merchant key create`.

    shop = Client("https://norte.example", "fk_…")
    invoice = shop.create_invoice(1250, client_id="order-17", description="Bread and honey")
    print("Pay at", invoice["link"])
    invoice = shop.wait(invoice["id"])        # "settled", "expired" or "cancelled"

`AsyncClient` has the same methods for programs with an event loop. Amounts are integers in hundredths of a
unit. What the node refuses is a `Refused` with its `code`; that nobody knows an outcome is `Unreachable`: ask
again with the same `client_id`, and there is one invoice.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

Invoice = dict[str, Any]
Refund = dict[str, Any]
UNDER_WAY = ("open", "processing")
_POLL_MS = 25_000
_SIGNED_FOR_S = 300


class Refused(Exception):
    """The node's problem: `code` is stable, `remedy` is for people, `retryable` whether it may pass later."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or str(status))
        self.status = status
        self.code = str(problem.get("code", ""))
        self.remedy = str(problem.get("remedy", ""))
        self.retryable = problem.get("retryable") is True
        self.retry_after_s: int | None = None
        """In how many seconds, where the node says it."""


class Unreachable(Exception):
    """No answer, or one that is not the node's: nobody knows whether something was done."""


class SignatureWrong(Exception):
    """A webhook that was not sent by your node, was changed, or is too old."""


class Client:
    """A merchant's account at a node. Each call is one request, or several where it says so."""

    def __init__(self, node: str, key: str, *, timeout_s: float = 40) -> None:
        """`timeout_s` has to be longer than the 25 seconds for which `wait` lets the node wait."""
        self._node, self._key, self._timeout_s = node.rstrip("/"), key, timeout_s

    def create_invoice(self, amount: int | None = None, **more: Any) -> Invoice:
        """Ask for an amount, or for `price={"value": "1500000", "scale": 2, "currency": "ARS"}`.

        `more`: client_id, description, order_id, metadata, expires_in (seconds), redirect_url. The same
        `client_id` gives the same invoice, however often it is asked.
        """
        if amount is not None:
            more["amount"] = {"value": str(amount), "scale": 2}
        return self._ask("POST", "/v1/invoices", body=more)

    def invoice(self, id_: str, *, after: int | None = None, wait_ms: int = 0) -> Invoice:
        """One invoice; with `after`, once its version is above that, or `wait_ms` are over."""
        asked = {} if after is None else {"after": after, "timeout_ms": wait_ms}
        return self._ask("GET", _path(id_), query=asked)

    def wait(self, id_: str, *, seconds: float = 900) -> Invoice:
        """The invoice once it is not under way any more, or as it is after so many seconds."""
        ends, found = time.monotonic() + seconds, self.invoice(id_)
        while found["state"] in UNDER_WAY and (left := ends - time.monotonic()) > 0:
            wait_ms = min(_POLL_MS, int(left * 1000) + 1)
            found = self.invoice(id_, after=found["version"], wait_ms=wait_ms)
        return found

    def invoice_of(self, client_id: str) -> Invoice | None:
        """The invoice that was made with that id of yours."""
        return next(self.invoices(client_id=client_id), None)

    def invoices(self, **asked: Any) -> Iterator[Invoice]:
        """Invoices, newest first, from as many pages as are read.

        `asked`: state, client_id, order_id, text, metadata ("name=value"), zone, and `first` and `last` as
        days such as "2026-11-21".
        """
        query = {
            {"first": "from", "last": "to"}.get(name, name): value for name, value in asked.items()
        }
        before = None
        while True:
            page = self._ask("GET", "/v1/invoices", query={**query, "before": before})
            yield from page["invoices"]
            before = page["next"]
            if before is None:
                return

    def cancel(self, id_: str) -> Invoice:
        """Withdraw an invoice that is not paid."""
        return self._ask("POST", f"{_path(id_)}/cancel")

    def mark(self, id_: str) -> Invoice:
        """Take an invoice for paid, though too little came or too late."""
        return self._ask("POST", f"{_path(id_)}/mark")

    def refund(
        self,
        id_: str,
        amount: int | None = None,
        *,
        client_id: str,
        reason: str | None = None,
        of: tuple[str, int] | None = None,
    ) -> Refund:
        """Prepare a payment back; all that is left of the only payment if you say nothing else.

        `of`: which payment, as its `coop` and `number`, if there are several. The key can't spend: the
        merchant's own wallet signs what is prepared, such as by `fiado merchant refund INVOICE --id
        CLIENT_ID`, or by `refund_link`. The same `client_id` prepares it once.
        """
        body: dict[str, Any] = {"client_id": client_id}
        if amount is not None:
            body["amount"] = {"value": str(amount), "scale": 2}
        if of is not None:
            body["of"] = {"coop": of[0], "number": of[1]}
        if reason is not None:
            body["reason"] = reason
        return self._ask("POST", f"{_path(id_)}/refunds", body=body)

    def refunds(self, id_: str) -> list[Refund]:
        """The refunds of an invoice, newest first: `state` is prepared, recorded, delivered or cancelled."""
        found: list[Refund] = self._ask("GET", f"{_path(id_)}/refunds")["refunds"]
        return found

    def drop_refund(self, id_: str, refund: str) -> None:
        """Give up a refund that was prepared and not signed."""
        self._ask("DELETE", f"{_path(id_)}/refunds/{urllib.parse.quote(refund, safe='')}")

    def refund_link(self, id_: str, refund: Refund) -> str:
        """A link that asks the merchant's own wallet for exactly this payment back."""
        payment, paid = refund["payment"], refund["of"]
        public = self._ask("GET", f"{_path(id_)}/public")
        units, cents = divmod(payment["amount"], 100)
        asked = {
            "to": f"#{payment['payee']}@{paid['coop']}",  # by number: the node tells no shop names
            "amount": f"{units}.{cents:02}",
            "ref": payment["reference"],
            "federation": public["federation"][:16],
        }
        return f"{self._node}/pay?{urllib.parse.urlencode(asked)}"

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        url = f"{self._node}{path}" + (f"?{urllib.parse.urlencode(given)}" if given else "")
        headers = {"Authorization": f"Bearer {self._key}"}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode("utf-8"), "application/json"
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:
                content = answer.read()
                return {} if answer.status == 204 else _object(content)
        except urllib.error.HTTPError as error:
            with error:
                refused = Refused(error.code, _object(error.read()))
            after = error.headers.get("Retry-After", "")
            refused.retry_after_s = int(after) if after.isdigit() else None
            raise refused from None
        except OSError as error:
            raise Unreachable(str(error)) from error


def _path(id_: str) -> str:
    return f"/v1/invoices/{urllib.parse.quote(id_, safe='')}"


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise Unreachable("the answer is not the node's") from error
    if not isinstance(found, dict):
        raise Unreachable("the answer is not the node's")
    return found


class AsyncClient:
    """The same for programs with an event loop; a request waits in a thread of its own."""

    def __init__(self, node: str, key: str, *, timeout_s: float = 40) -> None:
        self._client = Client(node, key, timeout_s=timeout_s)

    async def create_invoice(self, amount: int | None = None, **more: Any) -> Invoice:
        """See `Client.create_invoice`."""
        return await asyncio.to_thread(self._client.create_invoice, amount, **more)

    async def invoice(self, id_: str, *, after: int | None = None, wait_ms: int = 0) -> Invoice:
        """See `Client.invoice`."""
        asked = functools.partial(self._client.invoice, id_, after=after, wait_ms=wait_ms)
        return await asyncio.to_thread(asked)

    async def wait(self, id_: str, *, seconds: float = 900) -> Invoice:
        """See `Client.wait`."""
        return await asyncio.to_thread(self._client.wait, id_, seconds=seconds)

    async def invoice_of(self, client_id: str) -> Invoice | None:
        """See `Client.invoice_of`."""
        return await asyncio.to_thread(self._client.invoice_of, client_id)

    async def invoices(self, **asked: Any) -> AsyncIterator[Invoice]:
        """See `Client.invoices`."""
        found = self._client.invoices(**asked)
        while (each := await asyncio.to_thread(next, found, None)) is not None:
            yield each

    async def cancel(self, id_: str) -> Invoice:
        """See `Client.cancel`."""
        return await asyncio.to_thread(self._client.cancel, id_)

    async def mark(self, id_: str) -> Invoice:
        """See `Client.mark`."""
        return await asyncio.to_thread(self._client.mark, id_)

    async def refund(
        self,
        id_: str,
        amount: int | None = None,
        *,
        client_id: str,
        reason: str | None = None,
        of: tuple[str, int] | None = None,
    ) -> Refund:
        """See `Client.refund`."""
        asked = functools.partial(
            self._client.refund, id_, amount, client_id=client_id, reason=reason, of=of
        )
        return await asyncio.to_thread(asked)

    async def refunds(self, id_: str) -> list[Refund]:
        """See `Client.refunds`."""
        return await asyncio.to_thread(self._client.refunds, id_)

    async def drop_refund(self, id_: str, refund: str) -> None:
        """See `Client.drop_refund`."""
        await asyncio.to_thread(self._client.drop_refund, id_, refund)

    async def refund_link(self, id_: str, refund: Refund) -> str:
        """See `Client.refund_link`."""
        return await asyncio.to_thread(self._client.refund_link, id_, refund)


def verify_webhook(
    secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None
) -> dict[str, Any]:
    """What a webhook says, once its signature (`v1`) was checked. Raises `SignatureWrong`.

    The same message may come twice: remember the header `webhook-id` of those that you dealt with.
    """
    given = {name.lower(): value for name, value in headers.items()}
    id_, sent = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    moment = time.time() if now is None else now
    if not sent.isascii() or not sent.isdigit() or abs(moment - int(sent)) > _SIGNED_FOR_S:
        raise SignatureWrong("too old, or from the future")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{id_}.{sent}.".encode() + body, hashlib.sha256)
    wanted = f"v1,{base64.b64encode(digest).decode('ascii')}"
    signatures = given.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(each.encode(), wanted.encode()) for each in signatures):
        raise SignatureWrong("not signed with this secret")
    return _object(body)
