"""A stream of events that was cut goes on where it was, as far back as events are kept."""

from pathlib import Path

import pytest
from aiohttp import ClientResponse

from node.merchant.desk import Desk
from node.merchant.followed import Followed
from node.merchant.records import MerchantRecord
from node.merchant.settings import MerchantSettings
from node.store import MemoryDisk, MemoryStore
from tests.node.loops import on_loop
from tests.node.merchant.stall import MERCHANT, SETTINGS, Stall, a_stall

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


class Kept:
    """The events of one account on a disk of memory."""

    def __init__(self, disk: MemoryDisk | None = None, **settings: int) -> None:
        self.settings = MerchantSettings(**settings)  # type: ignore[arg-type]
        self.open_store(MemoryStore(disk or MemoryDisk()))

    def open_store(self, store: MemoryStore) -> None:
        self.store = store
        self.desk = Desk(store)
        self.followed = Followed(self.settings, self.desk, [])
        self.followed.start()

    def commit(self) -> None:
        self.store.commit(self.desk.take())

    def restart(self) -> None:
        """As after a crash."""
        self.open_store(MemoryStore(self.store.crash()))

    def keep(self, name: str, now_ms: int = NOW_MS) -> int:
        position = self.followed.keep(
            MERCHANT, type_="invoice.settled", message=name, body="{}", now_ms=now_ms
        )
        self.commit()
        return position

    def names(self, position: int) -> list[str]:
        return [each.message for each in self.followed.after(MERCHANT, position, limit=100)]


def test_events_are_kept_for_those_who_follow_only() -> None:
    kept = Kept()
    assert kept.keep("unheard") == 0
    now = kept.followed.open(MERCHANT, None, now_ms=NOW_MS).now
    assert kept.keep("heard") > now
    kept.restart()
    assert kept.names(now) == ["heard"]


def test_positions_rise_though_the_clock_is_set_back() -> None:
    kept = Kept()
    now = kept.followed.open(MERCHANT, None, now_ms=NOW_MS).now
    positions = [kept.keep(str(n), NOW_MS - n * HOUR_MS) for n in range(5)]
    assert sorted(set(positions)) == positions
    kept.restart()
    assert kept.names(now) == ["0", "1", "2", "3", "4"]
    assert kept.keep("5", NOW_MS - 9 * HOUR_MS) > positions[-1]


def test_what_was_dropped_is_a_gap_and_the_last_kept_is_not() -> None:
    kept = Kept(events_kept=3)
    start = kept.followed.open(MERCHANT, None, now_ms=NOW_MS).now
    places = [kept.keep(str(n)) for n in range(3)]
    assert kept.followed.open(MERCHANT, start, now_ms=NOW_MS).is_gap is False
    places.append(kept.keep("3"))
    for again in range(2):
        opened = [kept.followed.open(MERCHANT, each, now_ms=NOW_MS) for each in (start, *places)]
        assert [each.is_gap for each in opened] == [True, False, False, False, False], again
        assert opened[0].replay_from is None
        assert kept.names(places[0]) == ["1", "2", "3"]
        kept.commit()
        kept.restart()


def test_events_are_forgotten_in_time_and_followers_too() -> None:
    kept = Kept(events_kept_ms=HOUR_MS, followed_ms=10 * HOUR_MS)
    start = kept.followed.open(MERCHANT, None, now_ms=NOW_MS).now
    place = kept.keep("bread")
    almost, after = NOW_MS + HOUR_MS - 1, NOW_MS + HOUR_MS + 1
    assert kept.followed.open(MERCHANT, start, now_ms=almost).is_gap is False
    assert kept.followed.open(MERCHANT, start, now_ms=after).is_gap is True
    kept.followed.pass_deadline(MerchantRecord.EVENT, f"{MERCHANT}/{place}", now_ms=after)
    kept.commit()
    assert kept.names(0) == []
    for hours, is_kept in ((9, True), (10, False)):
        now_ms = NOW_MS + hours * HOUR_MS
        kept.followed.pass_deadline(MerchantRecord.FOLLOWER, str(MERCHANT), now_ms=now_ms)
        kept.commit()
        assert (kept.keep("honey", now_ms) > 0) is is_kept
    kept.restart()
    assert kept.keep("soap", NOW_MS + 10 * HOUR_MS) == 0


def test_who_looks_again_is_followed_on() -> None:
    kept = Kept(followed_ms=10 * HOUR_MS)
    for hours in (0, 6):
        kept.followed.open(MERCHANT, None, now_ms=NOW_MS + hours * HOUR_MS)
        kept.commit()
    late_ms = NOW_MS + 12 * HOUR_MS
    kept.followed.pass_deadline(MerchantRecord.FOLLOWER, str(MERCHANT), now_ms=late_ms)
    assert kept.keep("bread", late_ms) > 0


def test_a_place_from_the_future_or_from_a_lost_database_is_a_gap() -> None:
    kept = Kept()
    assert kept.followed.open(MERCHANT, (NOW_MS - 1) * 1000, now_ms=NOW_MS).is_gap is True
    assert kept.followed.open(MERCHANT, (NOW_MS + 1) * 1000, now_ms=NOW_MS).is_gap is True


# --- over HTTP ---


class Stream:
    """A stream of events that is read block by block."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self.last = ""

    async def block(self) -> dict[str, str]:
        """The fields of the next block."""
        data = (await self.response.content.readuntil(b"\n\n")).decode()
        fields = dict(line.split(": ", 1) for line in data.splitlines() if ": " in line)
        self.last = fields.get("id", self.last)
        return fields


async def opened(stall: Stall, last: str | None = None) -> Stream:
    headers = {"Authorization": f"Bearer {await stall.key('webhooks')}"}
    if last is not None:
        headers["Last-Event-ID"] = last
    url = stall.town.node.url + "/v1/merchant/events"
    response = await stall.town.client.session.get(url, headers=headers)
    assert response.status == 200, await response.text()
    return Stream(response)


@on_loop
async def test_what_was_missed_is_sent_first_and_once(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        stream = await opened(stall)
        assert set(await stream.block()) == {"", "id"}
        paid = [await stall.pay(await stall.invoice()) for _ in range(2)]
        first, second = await stream.block(), await stream.block()
        stream.response.close()
        missed = await stall.pay(await stall.invoice())
        again = await opened(stall, first["id"])
        assert (await again.block())["id"] == second["id"]
        third = await again.block()
        assert third["event"] == "invoice.settled" and missed["id"] in third["data"]
        assert set(await again.block()) == {"id"}  # all that was missed has been sent
        live = await stall.pay(await stall.invoice())
        assert live["id"] in (await again.block())["data"]
        again.response.close()
        # And who was told of everything hears nothing twice.
        last = await opened(stall, again.last)
        assert "data" not in await last.block()
        assert paid[0]["id"] in first["data"]
        last.response.close()


@on_loop
async def test_who_comes_too_late_is_told_so(tmp_path: Path) -> None:
    settings = SETTINGS + "events_kept = 2\n"
    async with a_stall(tmp_path, settings=settings) as stall:
        stream = await opened(stall)
        await stream.block()
        start = stream.last
        stream.response.close()
        for _ in range(3):
            await stall.pay(await stall.invoice())
        late = await opened(stall, start)
        gap = await late.block()
        assert gap["event"] == "stream.gap" and "GET /v1/invoices" in gap["data"]
        late.response.close()
        # From there on it goes on without one.
        next_one = await opened(stall, late.last)
        paid = await stall.pay(await stall.invoice())
        blocks = [await next_one.block() for _ in range(2)]
        assert "stream.gap" not in [block.get("event") for block in blocks]
        assert paid["id"] in blocks[1]["data"]
        next_one.response.close()


@pytest.mark.parametrize("last", ["", "x", "msg_1.2", ".", ".-1", ".1" + "0" * 16, "1", ".1\u00b2"])
def test_other_ids_are_refused(tmp_path: Path, last: str) -> None:
    @on_loop
    async def run() -> None:
        async with a_stall(tmp_path, members=1) as stall:
            answer = await stall.ask(
                "/v1/merchant/events", method="GET", key="webhooks", headers={"Last-Event-ID": last}
            )
            assert answer.problem() == "last_event_id_malformed"

    run()


@on_loop
async def test_a_stream_tells_of_its_own_account_only(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        mine = await opened(stall)
        await mine.block()
        token = await stall.town.people.member(3)
        headers = {"Authorization": f"Bearer {token}"}
        url = stall.town.node.url + "/v1/merchant/events"
        other = Stream(await stall.town.client.session.get(url, headers=headers))
        await other.block()
        await stall.pay(await stall.invoice())
        await mine.block()
        other.response.close()
        # The other's place is valid here and there, and leads to nobody else's events.
        headers["Last-Event-ID"] = other.last
        again = Stream(await stall.town.client.session.get(url, headers=headers))
        assert "data" not in await again.block()
        again.response.close()
        mine.response.close()
