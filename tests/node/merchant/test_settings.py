"""The operator's settings for merchants, and what follows from them."""

from pathlib import Path

import pytest
import segno

from node.folder.files import FolderError
from node.folder.settings import parse_settings
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


def test_a_sketch_never_forgets() -> None:
    sketch = Sketch()
    added = [f"1/client/order-{number}" for number in range(1_000)]
    for text in added:
        sketch.add(text)
    assert all(map(sketch.may_have, added))
    wrong = sum(sketch.may_have(f"2/client/order-{number}") for number in range(1_000))
    assert wrong < 20
