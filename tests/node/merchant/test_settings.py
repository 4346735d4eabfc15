"""The operator's settings for merchants, and what follows from them."""

from pathlib import Path

import pytest
import segno

from node.folder.files import FolderError
from node.folder.settings import parse_settings
from node.merchant.allowances import Allowances
from node.merchant.sketch import Sketch
from tests.node.loops import on_loop
from tests.node.merchant.stall import SETTINGS, a_stall

LONG_HOST = "https://pagos.cooperativa-del-mercado-solidario.example.org:8443"


def test_the_public_url_is_read() -> None:
    settings = parse_settings(b'coop = "norte"\n[merchant]\npublic_url = "https://a.example"\n')
    assert settings.merchant.public_url == "https://a.example"
    assert settings.merchant.private_webhooks is False


@pytest.mark.parametrize(
    "url", ["https://a.example/path", "a.example", "ftp://a.example", "https://"]
)
def test_a_public_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(FolderError, match="public_url"):
        parse_settings(f'coop = "norte"\n[merchant]\npublic_url = "{url}"\n'.encode())


def test_a_zone_is_one_of_the_database() -> None:
    settings = parse_settings(b'coop = "norte"\n[merchant]\nzone = "America/Lima"\n')
    assert settings.merchant.zone == "America/Lima"
    with pytest.raises(FolderError, match=r"merchant\.zone"):
        parse_settings(b'coop = "norte"\n[merchant]\nzone = "Lima"\n')


@on_loop
async def test_links_begin_with_it_and_fit_a_small_code(tmp_path: Path) -> None:
    settings = SETTINGS + f'public_url = "{LONG_HOST}"\n'
    async with a_stall(tmp_path, settings=settings, members=1) as stall:
        invoice = await stall.invoice()
        assert invoice["link"] == f"{LONG_HOST}/p/{invoice['id']}"
        assert int(segno.make(invoice["link"], error="m", micro=False).version) <= 7


@on_loop
async def test_without_it_links_begin_as_the_merchant_reached_the_node(tmp_path: Path) -> None:
    async with a_stall(tmp_path, members=1) as stall:
        invoice = await stall.invoice()
        assert invoice["link"].startswith(stall.town.node.url + "/p/")
        body = {"amount": {"value": "1", "scale": 2}}
        headers = {"Host": 'evil"><script>'}
        answer = await stall.ask("/v1/invoices", body, headers=headers)
        assert answer.problem() == "request_malformed"


@pytest.mark.parametrize(
    ("host", "settings", "is_told"),
    [
        ("norte.example", "", True),
        ("10.0.0.7:8440", "", True),
        ("localhost:8440", "", False),
        ("127.0.0.1", "", False),
        ("[::1]:8440", "", False),
        ("norte.example", f'public_url = "{LONG_HOST}"\n', False),
    ],
)
def test_a_guessed_beginning_of_links_is_told_where_people_look(
    tmp_path: Path, host: str, settings: str, is_told: bool
) -> None:
    @on_loop
    async def run() -> None:
        async with a_stall(tmp_path, settings=SETTINGS + settings, members=1) as stall:
            body = {"amount": {"value": "1", "scale": 2}}
            made = (await stall.ask("/v1/invoices", body, headers={"Host": host})).ok()
            for path in ("/v1/status", "/ready"):
                troubles = (await stall.town.client.get(path)).ok()["troubles"]
                found = [each for each in troubles if each["kind"] == "public_url_missing"]
                assert bool(found) is is_told
                for each in found:
                    assert made["link"].startswith(each["values"]["link"] + "/p/")
                    assert host in each["detail"] and "public_url" in each["remedy"]

    run()


@on_loop
async def test_keys_endpoints_and_open_invoices_are_bounded(tmp_path: Path) -> None:
    settings = SETTINGS + "keys = 3\nendpoints = 1\nwatched_invoices = 2\n"
    async with a_stall(tmp_path, settings=settings, members=1) as stall:
        for power in ("invoices", "read", "webhooks"):
            await stall.key(power)
        token = await stall.town.people.member(1)
        body = {"label": "one more", "powers": ["read"]}
        more = await stall.town.client.post("/v1/merchant/keys", body, token=token)
        assert more.problem() == "keys_too_many"
        await stall.endpoint("http://127.0.0.1:1/")
        again = await stall.ask("/v1/webhooks", {"url": "http://127.0.0.1:2/"}, key="webhooks")
        assert again.problem() == "endpoints_too_many"
        for _ in range(2):
            await stall.invoice()
        third = await stall.ask("/v1/invoices", {"amount": {"value": "1", "scale": 2}})
        assert third.problem() == "invoices_too_many"


@on_loop
async def test_invoices_have_so_many_bytes_a_day(tmp_path: Path) -> None:
    settings = SETTINGS + "invoice_day_bytes = 4000\n"
    async with a_stall(tmp_path, settings=settings, members=2) as stall:
        for power in ("invoices", "read", "webhooks"):
            await stall.key(power)
        body = {"amount": {"value": "1", "scale": 2}, "description": "x" * 200}
        first = (await stall.ask("/v1/invoices", {**body, "client_id": "c0"})).ok()
        made = 1
        while (last := await stall.ask("/v1/invoices", body)).status == 201:
            made += 1
            assert made < 10
        assert last.problem() == "invoice_bytes_too_many"
        wait_s = int(last.headers["Retry-After"])
        assert 0 < wait_s <= 86_400 and f"in {wait_s} s" in last.json["detail"]
        # What was made before is found without paying, and others have their own.
        again = await stall.ask("/v1/invoices", {**body, "client_id": "c0"})
        assert again.ok()["id"] == first["id"]
        stall.clock.forward(wait_s - 2)
        assert (await stall.ask("/v1/invoices", body)).problem() == "invoice_bytes_too_many"
        stall.clock.forward(3)
        (await stall.ask("/v1/invoices", body)).ok()
        # With somebody who is told of it, one takes twice as much.
        stall.clock.forward(86_400)
        await stall.endpoint("http://127.0.0.1:1/")
        told = 0
        while (await stall.ask("/v1/invoices", body)).status == 201:
            told += 1
        assert made // 2 - 1 <= told <= made // 2 + 1


@on_loop
async def test_so_many_messages_are_sent_for_the_asking(tmp_path: Path) -> None:
    settings = SETTINGS + "webhook_messages_hour = 3\n"
    async with a_stall(tmp_path, settings=settings, members=1) as stall:
        await stall.key("webhooks")
        endpoint = await stall.endpoint("http://127.0.0.1:1/")
        path = f"/v1/webhooks/{endpoint['id']}"
        sent = [(await stall.ask(f"{path}/test", key="webhooks")).ok() for _ in range(2)]
        again = f"{path}/deliveries/{sent[0]['message']}/redeliver"
        (await stall.ask(again, key="webhooks")).ok()
        for refused in (again, f"{path}/test"):
            answer = await stall.ask(refused, key="webhooks")
            assert answer.problem() == "webhook_messages_too_many"
            assert 0 < int(answer.headers["Retry-After"]) <= 1_200
        stall.clock.forward(1_200)
        (await stall.ask(f"{path}/test", key="webhooks")).ok()


class TestAllowances:
    def test_they_fill_evenly_and_no_further(self) -> None:
        some = Allowances(most=10, span_ms=1_000)
        assert some.take(1, 10, 0) == 0
        assert some.take(1, 3, 0) == 300
        assert some.take(1, 3, 299) == 1
        assert some.take(1, 3, 300) == 0
        assert some.take(2, 10, 0) == 0
        assert some.take(1, 10, 9_000) == 0
        assert some.take(1, 1, 9_000) == 100

    def test_more_than_there_ever_is_takes_all(self) -> None:
        some = Allowances(most=10, span_ms=1_000)
        assert some.take(1, 25, 0) == 0
        assert some.take(1, 25, 500) == 500

    def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing(self) -> None:
        some = Allowances(most=10, span_ms=1_000)
        assert some.take(1, 10, 5_000) == 0
        assert some.take(1, 1, 0) == 100
        assert some.take(1, 1, 5_100) == 0


def test_a_sketch_never_forgets() -> None:
    sketch = Sketch()
    added = [f"1/client/order-{number}" for number in range(1_000)]
    for text in added:
        sketch.add(text)
    assert all(map(sketch.may_have, added))
    wrong = sum(sketch.may_have(f"2/client/order-{number}") for number in range(1_000))
    assert wrong < 20
