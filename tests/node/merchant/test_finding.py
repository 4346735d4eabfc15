"""Invoices are found again: by the client's id, order, days, text and metadata, page by page."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.node.loops import on_loop
from tests.node.merchant.stall import Stall, a_stall


async def found(stall: Stall, query: str) -> list[str]:
    """The client ids of the invoices that a query finds, over all pages."""
    ids: list[str] = []
    before = ""
    while True:
        path = f"/v1/invoices?limit=2&{query}{before}"
        page = (await stall.ask(path, method="GET", key="read")).ok()
        ids += [each["client_id"] for each in page["invoices"]]
        if page["next"] is None:
            return ids
        before = f"&before={page['next']}"


@on_loop
async def test_each_filter_finds_what_it_names(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        day = 86_400
        for power in ("invoices", "read"):  # sessions end in a day, keys don't
            await stall.key(power)
        for number, (order, description, table) in enumerate(
            (("A-1", "Bread", "4"), ("A-1", "HONEY and bread", "5"), ("B-2", "Cheese", "4")), 1
        ):
            await stall.invoice(
                100 * number,
                client_id=f"c{number}",
                order_id=order,
                description=description,
                metadata={"table": table, "note": f"n={number}", f"a=b{number}": "c=d"},
            )
            stall.clock.forward(day)
        first = (await stall.ask("/v1/invoices?client_id=c1", method="GET", key="read")).ok()
        made = first["invoices"][0]["created"]
        utc = "&zone=UTC"
        begun = _day(made)
        assert await found(stall, "client_id=c2") == ["c2"]
        assert await found(stall, "client_id=c9") == []
        assert await found(stall, "client_id=c2&order_id=B-2") == []
        assert await found(stall, "order_id=A-1") == ["c2", "c1"]
        assert await found(stall, "text=bREAD") == ["c2", "c1"]
        assert await found(stall, "text=B-2") == ["c3"]
        assert await found(stall, "metadata=table%3D4") == ["c3", "c1"]
        assert await found(stall, "metadata=note%3Dn%3D2") == ["c2"]
        assert await found(stall, "metadata=table%3D9") == []
        assert await found(stall, "metadata=a%3Db3%3Dc%3Dd") == ["c3"]
        assert await found(stall, f"from={begun}&to={begun}{utc}") == ["c1"]
        assert await found(stall, f"from={_day(made + day)}{utc}") == ["c3", "c2"]
        assert await found(stall, f"to={_day(made + day)}{utc}") == ["c2", "c1"]
        assert await found(stall, "to=2001-01-01") == []
        assert await found(stall, "state=settled") == []
        assert await found(stall, "state=settled,cancelled") == []
        assert await found(stall, "state=open,expired,open") == ["c3", "c2", "c1"]
        # The second itself is looked at again; with days too, the later beginning counts.
        assert await found(stall, f"since={made + day}") == ["c3", "c2"]
        assert await found(stall, f"since={made + day + 3600}") == ["c3"]
        assert await found(stall, f"since={made + 9 * day}") == []
        assert await found(stall, f"since=0&from={_day(made + day)}{utc}") == ["c3", "c2"]


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


@pytest.mark.parametrize(
    "query",
    [
        "state=x",
        "state=open,",
        "state=open, settled",
        "since=-1",
        "since=today",
        "since=9007199254740993",
        "from=yesterday",
        "from=2026-02-30",
        "from=2026-03-02&to=2026-03-01",
        "metadata=table",
        "metadata=%3D4",
        f"text={'x' * 201}",
        f"client_id={'x' * 201}",
        "color=red",
    ],
)
@on_loop
async def test_what_can_not_be_asked_is_refused(tmp_path: Path, query: str) -> None:
    async with a_stall(tmp_path) as stall:
        answer = await stall.ask(f"/v1/invoices?{query}", method="GET", key="read")
        assert answer.problem() == "request_malformed"


@on_loop
async def test_another_ones_are_not_found(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        await stall.invoice(100, client_id="mine")
        token = await stall.town.people.member(2)
        for query in ("client_id=mine", "text=mine"):
            page = (await stall.town.client.get(f"/v1/invoices?{query}", token=token)).ok()
            assert page["invoices"] == []
        zone = await stall.ask("/v1/invoices?zone=Nowhere", method="GET", key="read")
        assert zone.problem() == "zone_unknown"
