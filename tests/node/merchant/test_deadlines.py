"""Both sides of every deadline that a merchant meets: the last moment before it, and the first one after."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledger.entries import encode_entry
from node.engine.events import Change, Submit
from node.engine.view import View
from node.merchant.invoice import Invoice, InvoicePayment
from node.merchant.invoicing import InvoiceRequest
from node.merchant.merchants import merchants_of
from node.merchant.movements import Direction, Movement, TakingsByDay
from node.merchant.states import Reason, State
from node.store import MemoryDisk, Segment, Write
from node.zones import find_zone
from tests.builders import Federation, build_federation
from tests.node.loops import on_loop
from tests.node.merchant.stall import MERCHANT, a_stall
from tests.node.merchant.test_engine import Counter

TICK_MS = 10
"""How far a tick of `Counter` moves its clock."""


@pytest.fixture
def federation() -> Federation:
    return build_federation(coops=2)


@pytest.fixture
def counter(federation: Federation) -> Counter:
    made = Counter(federation, MemoryDisk())
    for _ in range(10):  # it waits a moment for its peer, which is not there
        made.now_ms += 1_000
        made.tick()
    made.tick(*[Submit(n, federation.admit(1, account)) for n, account in ((1, 1), (2, 2))])
    return made


def at(counter: Counter, now_ms: int) -> None:
    """Let the next tick be at that moment."""
    counter.now_ms = now_ms - TICK_MS


@pytest.mark.parametrize(
    ("after_ms", "state", "reason"),
    [
        (0, State.SETTLED, Reason.NONE),
        (999, State.SETTLED, Reason.NONE),  # the second in `expires` belongs to it
        (1_000, State.EXPIRED, Reason.LATE),
    ],
)
def test_a_payment_at_the_last_second_is_in_time(
    counter: Counter, after_ms: int, state: State, reason: Reason
) -> None:
    invoice = counter.invoice("bread")
    at(counter, invoice.expires * 1000 + after_ms)
    counter.tick(Submit(1, counter.payment(invoice)))
    found = counter.read(invoice)
    assert (found.state, found.reason) == (state, reason)
    assert (found.credited, found.late) == ((100, 0) if state is State.SETTLED else (0, 100))


@pytest.mark.parametrize(("after_ms", "state"), [(999, State.OPEN), (1_000, State.EXPIRED)])
def test_an_invoice_expires_after_its_last_second(
    counter: Counter, after_ms: int, state: State
) -> None:
    invoice = counter.invoice("bread")
    at(counter, invoice.expires * 1000 + after_ms)
    counter.tick()
    assert counter.read(invoice).state is state


def seen(counter: Counter, invoice: Invoice, *, time: int, now: int) -> InvoicePayment:
    """What becomes of a payment that coop 2 recorded at `time` and that is seen here at `now`."""
    pay = counter.federation.pay(
        2,
        payer=1,
        sequence=1,
        payee_coop=1,
        payee=MERCHANT,
        amount=invoice.amount,
        reference=invoice.reference,
    )
    entry = encode_entry(time, pay)
    segment = Segment(coop=2, first=2, count=1, entries=entry, previous=bytes(32), head=bytes(32))
    gathered = counter.merchants.gather(now * 1000, [segment])
    assert gathered is not None
    counter.store.commit(gathered.write)
    (payment,) = counter.merchants.context.payments(counter.read(invoice))
    return payment


@pytest.mark.parametrize(
    ("time", "now", "is_late"),
    [
        (0, 0, False),
        (0, 86_400, False),  # a link was down for a day
        (1, 0, False),  # the payer's clock runs ahead, and ours says that it is in time
        (10**9, 0, False),
        (1, 1, True),
        (1, 86_400, True),
        (10**9, 1, True),
    ],
)
def test_in_time_by_either_clock_is_in_time(
    counter: Counter, time: int, now: int, is_late: bool
) -> None:
    """Times are seconds after the last one of the invoice."""
    invoice = counter.invoice("bread")
    payment = seen(counter, invoice, time=invoice.expires + time, now=invoice.expires + now)
    assert (payment.is_late, payment.status) == (is_late, "recorded")
    assert counter.read(invoice).coming == (0 if is_late else invoice.amount)


@pytest.mark.parametrize(("after_ms", "is_watched"), [(-1, True), (0, False)])
def test_an_invoice_is_watched_to_the_end_of_its_time(
    counter: Counter, after_ms: int, is_watched: bool
) -> None:
    invoice = counter.invoice("bread")
    at(counter, (invoice.expires + 1) * 1000)
    counter.tick()
    ended = counter.read(invoice)
    at(counter, counter.merchants.context.due_ms(ended) + after_ms)
    counter.tick()
    assert (invoice.reference in counter.merchants.context.watched_invoices) is is_watched


@pytest.mark.parametrize(("after_ms", "is_remembered"), [(-1, True), (0, False)])
def test_an_idempotency_key_is_remembered_to_the_end_of_its_time(
    counter: Counter, after_ms: int, is_remembered: bool
) -> None:
    def create(name: bytes) -> Invoice:
        request = InvoiceRequest(
            account=MERCHANT,
            id=name * 16,
            base="",
            fingerprint="same",
            amount=100,
            idempotency_key="key",
        )

        def act(view: View) -> tuple[Write, Invoice]:
            return Write(), merchants_of(view).invoicing.create(request)[0]

        (made,) = counter.tick(Change(1, act))
        assert isinstance(made, Invoice)
        return made

    first = create(b"a")
    forgotten_ms = first.created_ms + counter.merchants.context.settings.remembered_ms
    at(counter, forgotten_ms + after_ms)
    counter.tick()
    counter.now_ms -= TICK_MS
    assert (create(b"b").id == first.id) is is_remembered


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("UTC", datetime(2026, 11, 21, tzinfo=UTC)),
        ("America/Argentina/Buenos_Aires", datetime(2026, 11, 21, 3, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),  # clocks leap over midnight
    ],
)
def test_a_movement_at_midnight_is_of_the_new_day(zone: str, midnight: datetime) -> None:
    second = int(midnight.timestamp())
    moments = [second + after for after in (86_399 - 3_600, 1, 0, -1, -2)]
    day = date(midnight.year, midnight.month, midnight.day)
    by_day = TakingsByDay(date.fromordinal(day.toordinal() - 1), day, find_zone(zone))
    assert by_day.days[1].begins == second
    by_day.add(
        [
            Movement(
                type=Direction.PAYMENT,
                account=1,
                invoice="",
                log=1,
                number=1,
                time=time,
                amount=10**place,
            )
            for place, time in enumerate(moments)
        ]
    )
    assert [each.takings.received for each in by_day.days] == [11_000, 111]
    assert by_day.total.received == 11_111


@on_loop
async def test_two_payments_in_the_last_second_and_the_next(tmp_path: Path) -> None:
    """The same over HTTP, with the node's own clock."""
    async with a_stall(tmp_path, start=1_790_000_000) as stall:
        invoice = await stall.invoice(100, expires_in=600)
        assert invoice["expires"] - invoice["created"] == 600
        stall.clock.forward(595)
        half = await stall.pay(invoice, 50)
        assert half["payments"][0]["late"] is False
        stall.clock.forward(7)
        other = await stall.pay(invoice, 50)
        assert [each["late"] for each in other["payments"]] == [False, True]
        assert (other["state"], other["paid"]["value"], other["late"]["value"]) == (
            "expired",
            "50",
            "50",
        )
