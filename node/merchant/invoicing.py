"""Making invoices, and what a merchant does with them: cancel, or say that one is paid.

Asking twice makes one invoice: by the client's own id, which stays taken for ever, and by an
Idempotency-Key, which is remembered for a week. Both are rows written with the invoice, in the
transaction of the same tick, and new ones must not be there yet; so no race and no crash makes two.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import heappush

from ledger.codec import MAX
from ledger.index.conversion import units_from_price
from ledger.index.table import DayBeforeBase, DayNotKnown, Index
from ledger.references import invoice_reference, private_hash
from node.engine.health.troubles import Trouble, TroubleKind
from node.merchant.context import Context
from node.merchant.invoice import Invoice, Price
from node.merchant.records import MerchantRecord
from node.merchant.refusals import MerchantRefusal, NotDone
from node.merchant.states import Happening
from node.store import Record

DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRequest:
    """What a merchant asks for: an amount in units, or a price of `currency`, in minor units.

    `id` are 16 fresh random bytes. `base` is how the payer reaches this node; `is_base_guessed`: nobody but
    the client says so. `fingerprint` is a hash of all that the client said.
    """

    account: int
    id: bytes
    base: str
    fingerprint: str
    is_base_guessed: bool = False
    amount: int | None = None
    price_minor: int | None = None
    currency: str | None = None
    client_id: str | None = None
    idempotency_key: str | None = None
    order: str | None = None
    description: str = ""
    redirect: str | None = None
    expires_in: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


class Invoicing:
    """Changes of invoices that merchants ask for. All methods raise `MerchantRefusal`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def create(self, request: InvoiceRequest) -> tuple[Invoice, bool]:
        """The invoice, and whether it had been made before."""
        earlier = self._made_before(request)
        if earlier is not None:
            return earlier, True
        context = self._context
        account = context.validator.account(context.coop, request.account)
        if account is None or account.closed:
            raise MerchantRefusal(NotDone.MERCHANT_CLOSED)
        if context.watched_of_account.get(request.account, 0) >= context.settings.watched_invoices:
            raise MerchantRefusal(NotDone.INVOICES_TOO_MANY)
        price, amount, latest = self._amount(request)
        if not 1 <= amount <= MAX:
            raise MerchantRefusal(NotDone.AMOUNT_OUT_OF_RANGE, pointer=_amount_pointer(request))
        invoice = self._invoice(request, price, amount, self._expires(request, latest))
        row = invoice.to_record(due=context.due_ms(invoice))
        requests = [
            (key, due_ms, _request_record(key, request.fingerprint, invoice, due_ms))
            for key, due_ms in _request_keys(request, context)
        ]
        self._take_bytes(request.account, [row, *(record for _, _, record in requests)])
        if request.is_base_guessed:
            values = {"link": request.base}
            context.troubles.append(Trouble(kind=TroubleKind.PUBLIC_URL_MISSING, values=values))
        context.desk.add(row)
        context.watch(invoice)
        for key, due_ms, record in requests:
            context.add_request(record)
            if due_ms is not None:
                heappush(context.deadlines, (due_ms, MerchantRecord.REQUEST, key))
        return invoice, False

    def _take_bytes(self, account: int, records: Sequence[Record]) -> None:
        """Let the account pay for its rows, and for the messages of about that size that tell of them."""
        context = self._context
        size = sum(len(each.id) + len(each.data) for each in records)
        told = 1 + len(context.endpoints_of(account))
        wait_ms = context.invoice_bytes.take(account, size * told, context.now_ms)
        if wait_ms:
            seconds = -(-wait_ms // 1000)
            raise MerchantRefusal(
                NotDone.INVOICE_BYTES_TOO_MANY,
                f"The account's invoices take as much as they may in a day; there is room for this one "
                f"in {seconds} s.",
                retry_after_s=seconds,
            )

    def of_client(self, account: int, client_id: str) -> Invoice | None:
        """The invoice of an account that was made with this id of the client's."""
        record = self._context.request(_client_key(account, client_id))
        return None if record is None else self._context.invoice(json.loads(record.data)["id"])

    def _made_before(self, request: InvoiceRequest) -> Invoice | None:
        context = self._context
        found = None
        for key, _ in reversed(_request_keys(request, context)):
            record = context.request(key)
            if record is None:
                continue
            earlier = json.loads(record.data)
            if earlier["fingerprint"] != request.fingerprint:
                is_header = key.startswith(f"{request.account}/key/")
                raise MerchantRefusal(
                    NotDone.IDEMPOTENCY_MISMATCH if is_header else NotDone.INVOICE_EXISTS
                )
            found = earlier["id"]
        return None if found is None else context.invoice(found)

    def _amount(self, request: InvoiceRequest) -> tuple[Price | None, int, int | None]:
        """The price, the amount in units, and until when a price can be locked."""
        context = self._context
        if request.price_minor is None:
            assert request.amount is not None, "the reader of requests asks for one of the two"
            return None, request.amount, None
        index = context.validator.index(context.coop)
        if index is None:
            raise MerchantRefusal(NotDone.INDEX_MISSING, pointer="/price")
        today = context.now // DAY_S
        currency = index.currency_on(today)
        if request.currency not in (None, currency):
            raise MerchantRefusal(
                NotDone.CURRENCY_UNKNOWN,
                f"Prices here are in {currency}.",
                pointer="/price/currency",
            )
        day, value = _newest_value(index, today)
        amount = units_from_price(request.price_minor, value)
        price = Price(minor=request.price_minor, currency=currency, day=day)
        return price, amount, index.last_day_of_price(day) * DAY_S + DAY_S - 1

    def _expires(self, request: InvoiceRequest, latest: int | None) -> int:
        context = self._context
        if request.expires_in is None:
            expires = context.now + context.settings.invoice_ms // 1000
            return expires if latest is None else min(expires, latest)
        expires = context.now + request.expires_in
        if latest is not None and expires > latest:
            raise MerchantRefusal(
                NotDone.QUOTE_TOO_LONG,
                f"A price of today can be locked for {latest - context.now} seconds at most.",
                pointer="/expires_in",
            )
        return expires

    def _invoice(
        self, request: InvoiceRequest, price: Price | None, amount: int, expires: int
    ) -> Invoice:
        context = self._context
        id_ = request.id.hex()
        reference = invoice_reference(
            federation=context.validator.founding.federation,
            coop=context.coop,
            id_=request.id,
            account=request.account,
            amount=amount,
            price=None if price is None else (price.minor, price.day),
            expires=expires,
            description=request.description,
            private=private_hash(request.order, request.metadata),
        )
        return Invoice(
            id=id_,
            account=request.account,
            reference=reference,
            amount=amount,
            expires=expires,
            created_ms=context.now_ms,
            changed=context.now,
            link=f"{request.base}/p/{id_}",
            client_id=request.client_id,
            order=request.order,
            description=request.description,
            redirect=request.redirect,
            metadata=request.metadata,
            price=price,
        )

    def own(self, account: int, id_: str) -> Invoice:
        """An invoice of that account."""
        invoice = self._context.invoice(id_)
        if invoice is None or invoice.account != account:
            raise MerchantRefusal(NotDone.INVOICE_NOT_FOUND)
        return invoice

    def cancel(self, account: int, id_: str) -> Invoice:
        """Withdraw an invoice that is not paid. Asking again changes nothing."""
        return self._do(account, id_, Happening.CANCEL)

    def mark(self, account: int, id_: str) -> Invoice:
        """Accept an invoice as paid, by whatever way. Asking again changes nothing."""
        return self._do(account, id_, Happening.MARK)

    def _do(self, account: int, id_: str, happening: Happening) -> Invoice:
        invoice = self.own(account, id_)
        saved = self._context.save(invoice, happening)
        if saved is not None:
            return saved
        if invoice.state.value == _ALREADY[happening]:
            return invoice
        raise MerchantRefusal(
            NotDone.INVOICE_STATE,
            f"The invoice is {invoice.state}: this can't be done with it any more.",
        )


_ALREADY: Mapping[Happening, str] = {Happening.CANCEL: "cancelled", Happening.MARK: "settled"}


def _newest_value(index: Index, today: int) -> tuple[int, int]:
    """The newest day whose value a price may use now, and the value."""
    for day in range(today, today - index.parameters.quote_days - 1, -1):
        if index.last_day_of_price(day) < today:
            break
        try:
            return day, index.value_on(day)
        except DayNotKnown:
            continue
        except DayBeforeBase:
            break
    raise MerchantRefusal(NotDone.PRICE_NOT_KNOWN, pointer="/price")


def _amount_pointer(request: InvoiceRequest) -> str:
    return "/amount/value" if request.price_minor is None else "/price/value"


def _client_key(account: int, client_id: str) -> str:
    return f"{account}/client/{client_id}"


def _request_keys(request: InvoiceRequest, context: Context) -> list[tuple[str, int | None]]:
    """The keys under which a repeated request is found, and when each is forgotten."""
    keys: list[tuple[str, int | None]] = []
    if request.client_id is not None:
        keys.append((_client_key(request.account, request.client_id), None))
    if request.idempotency_key is not None:
        hashed = sha256(request.idempotency_key.encode("utf-8")).hexdigest()
        until_ms = context.now_ms + context.settings.remembered_ms
        keys.append((f"{request.account}/key/{hashed}", until_ms))
    return keys


def _request_record(key: str, fingerprint: str, invoice: Invoice, due_ms: int | None) -> Record:
    content = {"fingerprint": fingerprint, "id": invoice.id}
    return Record(
        kind=MerchantRecord.REQUEST,
        id=key,
        shelf=str(invoice.account),
        created=invoice.created_ms,
        data=json.dumps(content).encode("ascii"),
        due=due_ms,
    )
