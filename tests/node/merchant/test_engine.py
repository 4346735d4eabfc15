"""The extension in its engine: one transaction for entries and invoices, and no work for nothing."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from ledger.errors import EncodingError
from node.engine.answers import Recorded
from node.engine.engine import Engine
from node.engine.events import Change, Submit
from node.engine.settings import EngineSettings
from node.engine.view import View
from node.errors import StorageFault
from node.merchant.context import News, message_id
from node.merchant.invoice import Invoice
from node.merchant.invoicing import InvoiceRequest
from node.merchant.merchants import Merchants, merchants_of
from node.merchant.records import MerchantRecord
from node.merchant.settings import MerchantSettings
from node.merchant.states import Reason, State
from node.store import MemoryDisk, MemoryFault, MemoryStore, Segment, Write
from tests.builders import START, Federation, build_federation

MERCHANT, PAYER = 1, 2
NOW_MS = START * 1000


class Counter:
    """A node of one coop on a disk of memory, with a merchant's extension."""

    def __init__(self, federation: Federation, disk: MemoryDisk, now_ms: int = NOW_MS) -> None:
        self.federation = federation
        self.now_ms = now_ms
        self.store = MemoryStore(disk)
        self.merchants = Merchants(MerchantSettings())
        self.engine = Engine(
            EngineSettings(),
            federation.founding,
            1,
            federation.node_keys[1],
            self.store,
            now_ms,
            (self.merchants,),
        )
        self.news: list[News] = []

    def tick(self, *events: Change | Submit) -> list[object]:
        """One tick; the answers."""
        self.now_ms += 10
        outbox = self.engine.tick(self.now_ms, events)
        self.news += outbox.news
        return [reply.result for reply in outbox.replies]

    def change(self, run: Callable[[Merchants], Invoice]) -> Invoice:
        """Something a merchant does."""

        def act(view: View) -> tuple[Write, Invoice]:
            return Write(), run(merchants_of(view))

        (result,) = self.tick(Change(1, act))
        assert isinstance(result, Invoice), result
        return result

    def invoice(self, name: str, amount: int = 100, expires_in: int = 60) -> Invoice:
        """A new invoice."""
        request = InvoiceRequest(
            account=MERCHANT,
            id=sha256(name.encode()).digest()[:16],
            base="https://node.example",
            fingerprint=name,
            amount=amount,
            client_id=name,
            expires_in=expires_in,
        )
        return self.change(lambda merchants: merchants.invoicing.create(request)[0])

    def payment(self, invoice: Invoice, sequence: int = 1) -> bytes:
        """The payment of an invoice."""
        return self.federation.pay(
            1,
            payer=PAYER,
            sequence=sequence,
            payee_coop=1,
            payee=MERCHANT,
            amount=invoice.amount,
            reference=invoice.reference,
        )

    def read(self, invoice: Invoice) -> Invoice:
        """The invoice as it is."""
        found = self.merchants.context.invoice(invoice.id)
        assert found is not None
        return found


@pytest.fixture
def federation() -> Federation:
    return build_federation(coops=1)


@pytest.fixture
def counter(federation: Federation) -> Counter:
    made = Counter(federation, MemoryDisk())
    made.tick()
    admits = [federation.admit(1, account) for account in (MERCHANT, PAYER)]
    assert all(isinstance(r, Recorded) for r in made.tick(*map(Submit, (1, 2), admits)))
    return made


@pytest.mark.parametrize("fault", list(MemoryFault))
def test_entry_and_invoice_share_their_fate(
    counter: Counter, federation: Federation, fault: MemoryFault
) -> None:
    invoice = counter.invoice("bread")
    payment = counter.payment(invoice)
    counter.store.disk.fail_next(fault)
    with pytest.raises(StorageFault):
        counter.tick(Submit(1, payment))
    again = Counter(federation, counter.store.crash(), counter.now_ms)
    again.tick()
    is_kept = fault is MemoryFault.KEPT
    length = again.engine.status().lengths[1]
    assert length == 2 + is_kept
    assert again.read(invoice).state is (State.SETTLED if is_kept else State.OPEN)
    again.tick(Submit(1, payment))  # The wallet sends the same bytes again.
    settled = again.read(invoice)
    assert (settled.state, settled.credited, settled.payments) == (State.SETTLED, 100, 1)
    assert again.engine.status().lengths[1] == 3


@pytest.mark.parametrize("fault", list(MemoryFault))
def test_an_invoice_whose_making_failed_is_made_once(
    counter: Counter, federation: Federation, fault: MemoryFault
) -> None:
    counter.store.disk.fail_next(fault)
    with pytest.raises(StorageFault):
        counter.invoice("bread")
    again = Counter(federation, counter.store.crash(), counter.now_ms)
    made = again.invoice("bread")
    assert len(again.store.records(MerchantRecord.INVOICE, str(MERCHANT), limit=9)) == 1
    assert again.read(made).state is State.OPEN


def test_two_of_one_id_in_one_tick_are_one(counter: Counter) -> None:
    def make(view: View) -> tuple[Write, Invoice]:
        request = InvoiceRequest(
            account=MERCHANT,
            id=sha256(str(len(made)).encode()).digest()[:16],
            base="",
            fingerprint="same",
            amount=100,
            client_id="one",
        )
        made.append(merchants_of(view).invoicing.create(request)[0])
        return Write(), made[-1]

    made: list[Invoice] = []
    counter.tick(Change(1, make), Change(2, make))
    assert made[0] == made[1]


def test_the_clock_ends_invoices_without_being_asked(counter: Counter) -> None:
    invoice = counter.invoice("bread", expires_in=60)
    assert counter.merchants.wake_at_ms() == (invoice.expires + 1) * 1000
    counter.now_ms = (invoice.expires + 1) * 1000
    counter.tick()
    assert counter.read(invoice).state is State.EXPIRED
    assert [news.type for news in counter.news] == ["invoice.expired"]


def test_events_have_ids_that_follow_from_what_they_are(counter: Counter) -> None:
    invoice = counter.invoice("bread")
    counter.tick(Submit(1, counter.payment(invoice)))
    (news,) = counter.news
    assert news.message == message_id("invoice.settled", f"{invoice.id}/2")


def test_entries_are_not_looked_into_unless_one_carries_a_watched_reference(
    counter: Counter,
) -> None:
    invoice = counter.invoice("bread")
    nonsense = b"\xc1" * 1000  # bytes that are no entries: whoever splits them fails
    for reference, is_hit in ((bytes(32), False), (invoice.reference, True)):
        data = nonsense + b"\xc4\x20" + reference + nonsense
        segment = Segment(
            coop=1, first=9, count=3, entries=data, previous=bytes(32), head=bytes(32)
        )
        if is_hit:
            with pytest.raises(EncodingError):
                counter.merchants.gather(counter.now_ms, [segment])
        else:
            assert counter.merchants.gather(counter.now_ms, [segment]) is None


def test_nothing_is_written_when_nothing_happened(counter: Counter) -> None:
    assert counter.merchants.gather(counter.now_ms, []) is None
    counter.invoice("bread")
    assert counter.merchants.gather(counter.now_ms, []) is None


def test_what_is_watched_is_watched_after_a_restart(
    counter: Counter, federation: Federation
) -> None:
    invoices = [counter.invoice(name) for name in ("bread", "honey", "soap")]
    counter.tick(Submit(1, counter.payment(invoices[0])))
    again = Counter(federation, counter.store.crash(), counter.now_ms)
    again.tick()
    assert set(again.merchants.context.watched_invoices) == {each.reference for each in invoices}
    assert again.merchants.context.watched_of_account == {MERCHANT: 3}
    again.tick(Submit(1, again.payment(invoices[1], sequence=2)))
    assert again.read(invoices[1]).state is State.SETTLED
    assert again.read(invoices[2]).reason is Reason.NONE
