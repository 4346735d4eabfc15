"""What the merchants' subjects share: the tick's time, the desk, what is watched, and who is told.

`save` is the one place in which an invoice changes: it takes the step in the table, writes the row,
writes the messages of the event in the same transaction, and leaves word for those who wait.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from heapq import heappush

from ledger.names import shown
from ledger.validators.interface import Validator
from node.engine.health.troubles import Trouble
from node.engine.known_names import KnownNames
from node.merchant import shapes
from node.merchant.access import Delivery, Endpoint, read_endpoint
from node.merchant.allowances import Allowances
from node.merchant.desk import Desk
from node.merchant.event_types import invoice_event
from node.merchant.followed import Deadlines, Followed
from node.merchant.invoice import Invoice, InvoicePayment, read_invoice, read_payment
from node.merchant.records import MerchantRecord
from node.merchant.settings import MerchantSettings
from node.merchant.sketch import Sketch
from node.merchant.states import Happening, State, step
from node.merchant.views import Views, moment
from node.shapes import Shape, to_json
from node.store import Record

MESSAGE_PREFIX = "msg_"
LISTED_PAYMENTS = 100
"""How many payments of one invoice are listed; the sums are of all."""
_MOST_ENDPOINTS = 1_000
"""How many endpoints of an account are read; `MerchantSettings.endpoints` lets it have far fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something has happened, and is durable. `endpoints` have a message waiting."""

    account: int
    invoice: str
    type: str
    message: str
    body: str
    endpoints: tuple[str, ...] = ()
    position: int = 0
    """Its place among the account's events, while somebody follows them."""


@dataclass(slots=True, kw_only=True)
class Context:
    """Lives as long as the engine."""

    settings: MerchantSettings
    coop: int
    validator: Validator
    desk: Desk
    views: Views
    deadlines: Deadlines
    """A heap of (due time, kind, id). A record may stand on it several times; what is outdated is skipped."""
    followed: Followed
    now_ms: int = 0
    """The present tick's time."""
    names: KnownNames | None = None
    """What accounts are called, once the node was asked something."""
    watched_invoices: dict[bytes, str] = field(default_factory=dict)
    """Reference -> id of the invoices that payments are looked for: open, or ended not long ago."""
    watched_of_account: dict[int, int] = field(default_factory=dict)
    """How many of these each merchant's account has."""
    watched_refunds: dict[bytes, str] = field(default_factory=dict)
    """Reference -> id of the refunds that are prepared and not signed yet."""
    requests_seen: Sketch = field(default_factory=Sketch)
    """The keys of all requests that were ever remembered."""
    invoice_bytes: Allowances
    """What each account's new invoices may take."""
    messages: Allowances
    """How many messages each account may ask for."""
    endpoints: dict[int, dict[str, Endpoint]] = field(default_factory=dict)
    """The endpoints of the accounts that were asked for so far, by id."""
    troubles: list[Trouble] = field(default_factory=list)
    """What the operator is to be told, with everything else that is wrong."""
    news: list[News] = field(default_factory=list)
    """What has happened in this tick; told once it is durable."""

    @property
    def now(self) -> int:
        """The tick's time in seconds."""
        return self.now_ms // 1000

    # --- requests ---

    def request(self, key: str) -> Record | None:
        """What an earlier request under that key has made."""
        if not self.requests_seen.may_have(key):
            return None
        return self.desk.find(MerchantRecord.REQUEST, key)

    def add_request(self, record: Record) -> None:
        """Remember what a request made."""
        self.requests_seen.add(record.id)
        self.desk.add(record)

    # --- invoices ---

    def invoice(self, id_: str) -> Invoice | None:
        """An invoice by its id."""
        record = self.desk.find(MerchantRecord.INVOICE, id_)
        return None if record is None else read_invoice(record)

    def payments(self, invoice: Invoice) -> list[InvoicePayment]:
        """The payments of an invoice, oldest first."""
        if not invoice.payments:
            return []
        # Nearly always there is one, and it came with this tick.
        rows = self.desk.new_on(MerchantRecord.INVOICE_PAYMENT, invoice.id)
        if len(rows) < invoice.payments:
            rows = self.desk.shelf(
                MerchantRecord.INVOICE_PAYMENT, invoice.id, limit=LISTED_PAYMENTS
            )
        return [read_payment(row) for row in reversed(rows)]

    def due_ms(self, invoice: Invoice) -> int:
        """When the clock changes something about it next: it expires, or is watched no longer."""
        if invoice.state is State.OPEN:
            return (invoice.expires + 1) * 1000
        return max(invoice.expires, invoice.changed) * 1000 + self.settings.watched_ms

    def watch(self, invoice: Invoice) -> None:
        """Look for payments of it from now on."""
        self.note_watched(invoice.reference, invoice.id, account=invoice.account)
        heappush(self.deadlines, (self.due_ms(invoice), MerchantRecord.INVOICE, invoice.id))

    def note_watched(self, reference: bytes, id_: str, *, account: int) -> None:
        """Note an invoice as watched, one more of its account."""
        self.watched_invoices[reference] = id_
        self.watched_of_account[account] = self.watched_of_account.get(account, 0) + 1

    def unwatch(self, invoice: Invoice) -> None:
        """Look for payments of it no longer."""
        del self.watched_invoices[invoice.reference]
        self.watched_of_account[invoice.account] -= 1

    def save(self, invoice: Invoice, happening: Happening) -> Invoice | None:
        """Write an invoice after something happened to it; None, and nothing written, when it can't."""
        following = step(invoice.state, invoice.reason, happening)
        if following is None:
            return None
        state, reason = following
        event = invoice_event((invoice.state, invoice.reason), following)
        if event is not None:
            has_moved = state is not invoice.state
            invoice = replace(
                invoice,
                state=state,
                reason=reason,
                changed=self.now,
                settled=self.now if has_moved and state is State.SETTLED else invoice.settled,
                version=invoice.version + 1,
            )
        due_ms = self.due_ms(invoice)
        self.desk.replace(invoice.to_record(due=due_ms))
        if event is not None:
            heappush(self.deadlines, (due_ms, MerchantRecord.INVOICE, invoice.id))
            self._tell(invoice, event)
        return invoice

    def render(self, invoice: Invoice) -> shapes.Invoice:
        """An invoice for its merchant."""
        return self.views.invoice(invoice, self.payments(invoice), self._own_name)

    def render_named(self, invoice: Invoice) -> shapes.Invoice:
        """The same, with the names of payers of other coops, as far as their homes have told this node."""
        return self.views.invoice(invoice, self.payments(invoice), self._name)

    def handle(self, account: int) -> str | None:
        """What a member of this coop is called: whoever makes a bill shows who is to be paid, and who pays it
        shows who has paid."""
        found = self.validator.account(self.coop, account)
        if found is None:
            return None
        name = None if self.names is None else self.names.name(self.coop, found)
        return name or shown(found.handle, account)

    def _own_name(self, coop: int, account: int) -> str | None:
        return self.handle(account) if coop == self.coop else None

    def _name(self, coop: int, account: int) -> str | None:
        if coop == self.coop:
            return self.handle(account)
        found = self.validator.account(coop, account)
        return None if found is None or self.names is None else self.names.name(coop, found)

    # --- telling ---

    def _tell(self, invoice: Invoice, event: str) -> None:
        """Tell what has become of an invoice; its version sets this event apart from the others."""
        seed = f"{invoice.id}/{invoice.version}"
        self.tell(invoice.account, invoice.id, event, seed, self.render(invoice))

    def tell(self, account: int, invoice: str, type_: str, seed: str, data: Shape) -> None:
        """Write a message for every endpoint that wants this event; they are sent after the commit.

        `seed` tells this event from every other, so its message has one id, whatever happens.
        """
        message = message_id(type_, seed)
        event = {"type": type_, "timestamp": moment(self.now_ms), "data": data}
        body = to_json(event).decode("utf-8")
        position = self.followed.keep(
            account, type_=type_, message=message, body=body, now_ms=self.now_ms
        )
        told = [
            endpoint for endpoint in self.endpoints_of(account).values() if endpoint.wants(type_)
        ]
        for endpoint in told:
            delivery = Delivery(
                endpoint=endpoint.id,
                message=message,
                type=type_,
                body=body,
                created_ms=self.now_ms,
            )
            self.desk.add(delivery.to_record(due=self.now_ms))
        self.news.append(
            News(
                account=account,
                invoice=invoice,
                type=type_,
                message=message,
                body=body,
                endpoints=tuple(endpoint.id for endpoint in told),
                position=position,
            )
        )

    def endpoints_of(self, account: int) -> dict[str, Endpoint]:
        """The endpoints of an account."""
        found = self.endpoints.get(account)
        if found is None:
            rows = self.desk.shelf(MerchantRecord.ENDPOINT, str(account), limit=_MOST_ENDPOINTS)
            found = {row.id: read_endpoint(row) for row in rows}
            self.endpoints[account] = found
        return found


def message_id(type_: str, seed: str) -> str:
    """The webhook-id of an event."""
    return MESSAGE_PREFIX + sha256(f"{type_}/{seed}".encode()).hexdigest()[:32]
