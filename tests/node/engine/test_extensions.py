"""Several extensions in one engine: each keeps records of its own kinds, and none knows of the others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from node.engine.engine import Engine
from node.engine.events import Change, Event, Submit
from node.engine.settings import EngineSettings
from node.engine.view import Gathered, View
from node.merchant.context import News
from node.merchant.invoice import Invoice
from node.merchant.invoicing import InvoiceRequest
from node.merchant.merchants import Merchants, merchants_of
from node.merchant.records import MerchantRecord
from node.merchant.settings import MerchantSettings
from node.merchant.states import State
from node.store import MemoryDisk, MemoryStore, Record, RecordKind, Segment, Store, Write
from node.store.sql import SqlStore
from tests.builders import START, Federation, build_federation

MERCHANT, PAYER = 1, 2
NOW_MS = START * 1000


class TallyRecord(RecordKind):
    COUNT = "count"


@dataclass(frozen=True)
class Counted:
    """The news of `Tally`."""

    entries: int


class Tally:
    """A part that counts the entries that are committed, and keeps the number of each log."""

    record_kinds = TallyRecord

    def __init__(self) -> None:
        self.wake_ms: int | None = None
        self.counts: dict[str, int] = {}

    def start(self, view: View) -> None:
        rows = view.store.records(TallyRecord.COUNT, "logs", limit=9)
        self.counts = {row.id: int(row.data) for row in rows}

    def gather(self, now_ms: int, segments: Sequence[Segment]) -> Gathered | None:
        if not segments:
            return None
        for segment in segments:
            log = str(segment.coop)
            self.counts[log] = self.counts.get(log, 0) + segment.count
        records = [
            Record(
                kind=TallyRecord.COUNT, id=log, shelf="logs", created=0, data=str(count).encode()
            )
            for log, count in self.counts.items()
        ]
        return Gathered(Write(records=records), news=[Counted(sum(self.counts.values()))])

    def wake_at_ms(self) -> int | None:
        return self.wake_ms


class Clash(Tally):
    """A part that keeps records of a kind that the merchants' part keeps."""

    class Kind(RecordKind):
        BILL = "invoice"

    record_kinds = Kind  # type: ignore[assignment] # (of another class than its base's)


class Shop:
    """A node of one coop with both parts."""

    def __init__(self, federation: Federation, open_store: Callable[[], Store]) -> None:
        self.federation = federation
        self.now_ms = NOW_MS
        self.open_store = open_store
        self.news: list[Any] = []
        self.open()

    def open(self) -> None:
        self.store = self.open_store()
        self.tally = Tally()
        self.engine = Engine(
            EngineSettings(),
            self.federation.founding,
            1,
            self.federation.node_keys[1],
            self.store,
            self.now_ms,
            (Merchants(MerchantSettings()), self.tally),
        )

    def restart(self) -> None:
        self.store.close()
        self.open()

    def tick(self, *events: Event) -> list[Any]:
        self.now_ms += 10
        outbox = self.engine.tick(self.now_ms, events)
        self.news += outbox.news
        self.wake_at_ms = outbox.wake_at_ms
        return [reply.result for reply in outbox.replies]

    def change(self, run: Callable[[View], Any]) -> Any:
        (answer,) = self.tick(Change(1, lambda view: (Write(), run(view))))
        return answer

    def invoice(self, name: str) -> Invoice:
        request = InvoiceRequest(
            account=MERCHANT,
            id=sha256(name.encode()).digest()[:16],
            base="https://node.example",
            fingerprint=name,
            amount=100,
            client_id=name,
            expires_in=600,
        )
        made = self.change(lambda view: merchants_of(view).invoicing.create(request)[0])
        assert isinstance(made, Invoice), made
        return made

    def pay(self, invoice: Invoice, sequence: int) -> None:
        self.tick(
            Submit(
                1,
                self.federation.pay(
                    1,
                    payer=PAYER,
                    sequence=sequence,
                    payee_coop=1,
                    payee=MERCHANT,
                    amount=invoice.amount,
                    reference=invoice.reference,
                ),
            )
        )

    def state(self, invoice: Invoice) -> State:
        found = self.change(lambda view: merchants_of(view).context.invoice(invoice.id))
        assert isinstance(found, Invoice)
        return found.state


@pytest.fixture(params=["memory", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    disk = MemoryDisk()

    def open_store() -> Store:
        if request.param == "memory":
            return MemoryStore(disk)
        return SqlStore(f"sqlite:///{tmp_path / 'node.sqlite'}")

    federation = build_federation(coops=1)
    made = Shop(federation, open_store)
    made.tick()
    made.tick(*(Submit(each, federation.admit(1, each)) for each in (MERCHANT, PAYER)))
    yield made
    made.store.close()


def test_two_parts_live_in_one_engine_and_after_a_restart(shop: Shop) -> None:
    bread, honey = shop.invoice("bread"), shop.invoice("honey")
    shop.pay(bread, 1)
    assert shop.tally.counts == {"1": 3}
    shop.restart()
    shop.tick()
    assert shop.tally.counts == {"1": 3}
    assert (shop.state(bread), shop.state(honey)) == (State.SETTLED, State.OPEN)
    shop.pay(honey, 2)
    assert shop.tally.counts == {"1": 4}
    assert shop.state(honey) is State.SETTLED
    rows = shop.store.records(TallyRecord.COUNT, "logs", limit=9)
    assert [(row.kind, row.data) for row in rows] == [(TallyRecord.COUNT, b"4")]
    shelf = shop.store.records(MerchantRecord.INVOICE, str(MERCHANT), limit=9)
    assert {row.id for row in shelf} == {bread.id, honey.id}


def test_each_is_found_by_its_type(shop: Shop) -> None:
    assert shop.change(lambda view: view.extension(Tally)) is shop.tally
    assert isinstance(shop.change(lambda view: view.extension(Merchants)), Merchants)
    with pytest.raises(LookupError, match="Clash"):
        raise shop.change(lambda view: view.extension(Clash)).error


def test_the_news_of_both_are_told(shop: Shop) -> None:
    invoice = shop.invoice("bread")
    shop.news.clear()
    shop.pay(invoice, 1)
    merchants, tally = shop.news
    assert isinstance(merchants, News)
    assert merchants.type == "invoice.settled"
    assert tally == Counted(3)


def test_the_first_that_wants_a_tick_gets_one(shop: Shop) -> None:
    invoice = shop.invoice("bread")
    shop.tally.wake_ms = shop.now_ms + 50
    shop.tick()
    assert shop.wake_at_ms == shop.tally.wake_ms
    shop.now_ms = invoice.expires * 1000
    shop.tally.wake_ms = None
    shop.tick()
    assert shop.wake_at_ms <= (invoice.expires + 1) * 1000


def test_no_two_parts_keep_records_of_one_kind() -> None:
    federation = build_federation(coops=1)
    parts = (Merchants(MerchantSettings()), Clash())
    with pytest.raises(ValueError, match="invoice"):
        Engine(
            EngineSettings(),
            federation.founding,
            1,
            federation.node_keys[1],
            MemoryStore(MemoryDisk()),
            NOW_MS,
            parts,
        )
