"""A stranger's client, generated from `openapi.json` alone, works and has types.

The generator is openapi-python-client, without settings of ours but one: it runs no formatter.
"""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ledger import __version__
from node.http.base.openapi import describe
from node.http.merchant.waiting import EVENT_STREAM
from node.server import ROUTES
from node.spellings import to_base64url
from tests.node.loops import on_loop
from tests.node.merchant.stall import MERCHANT, PAYER, a_stall

pytestmark = pytest.mark.needs_client_generator

PACKAGE = "generated_fiado_client"


class Generated:
    """The generated package, and what the generator had to say."""

    def __init__(self, said: str) -> None:
        self.said = said

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.{name}")

    def model(self, name: str) -> Any:
        return getattr(self.module("models"), name)

    def client(self, url: str, token: str) -> Any:
        return self.module("client").AuthenticatedClient(base_url=url, token=token)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    root = tmp_path_factory.mktemp("client")
    description = root / "openapi.json"
    description.write_text(json.dumps(describe(ROUTES, version=__version__)), encoding="utf-8")
    config = root / "config.json"
    config.write_text('{"post_hooks": []}', encoding="utf-8")
    words = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    words += ["--path", str(description), "--config", str(config)]
    words += ["--output-path", str(root / PACKAGE)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(root))
    yield Generated(done.stdout + done.stderr)
    sys.path.remove(str(root))
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_nothing_is_left_out(generated: Generated) -> None:
    """Every operation has a function. Only of the two charter files it can't read the kind of content."""
    complaints = re.findall(r"(?:Unable|Missing|Cannot|will not|WARNING).*", generated.said)
    odd = [
        each for each in complaints if "/v1/charter" not in each and "application/toml" not in each
    ]
    assert odd == []
    for route in ROUTES:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", route.name).lower()
        tag = route.subject.lower().replace(" ", "_")
        assert generated.module(f"api.{tag}.{name}").asyncio_detailed


def test_answers_and_bodies_have_types(generated: Generated) -> None:
    """No answer and no body is just anything."""
    for route in ROUTES:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", route.name).lower()
        module = generated.module(f"api.{route.subject.lower().replace(' ', '_')}.{name}")
        words = module.asyncio_detailed.__annotations__
        if route.answer is not None and route.status != 204 and route.answer_type != EVENT_STREAM:
            assert "Any" not in str(words["return"]), route.name
        if route.body:
            assert "Any" not in str(words["body"]), route.name


@on_loop
async def test_it_makes_an_invoice_and_sees_it_paid(generated: Generated, tmp_path: Path) -> None:
    invoices = [
        generated.module(f"api.invoices.{name}")
        for name in ("create_invoice", "get_invoice", "list_invoices")
    ]
    create, read, list_ = invoices
    async with a_stall(tmp_path) as stall:
        client = generated.client(stall.town.node.url, await stall.key("invoices"))
        money = generated.model("MoneyRequest")(
            value="1250", scale=generated.model("MoneyRequestScale").VALUE_2
        )
        body = generated.model("InvoiceInUnits")(amount=money, description="Bread", order_id="17")
        made = await create.asyncio(client=client, body=body, idempotency_key="one")
        assert isinstance(made, generated.model("Invoice"))
        assert (made.amount.value, made.order_id, made.state.value) == ("1250", "17", "open")
        again = await create.asyncio_detailed(client=client, body=body, idempotency_key="one")
        assert (again.parsed, again.headers["Idempotent-Replayed"]) == (made, "true")
        await stall.pay({"amount": {"value": "1250"}, "reference": made.reference, "id": made.id})
        paid = await read.asyncio(id=made.id, client=client)
        assert (paid.state.value, paid.payments[0].payer) == ("settled", PAYER)
        listed = await list_.asyncio(client=client)
        assert listed.invoices == [paid]
        body.amount.value = "0"
        refused = await create.asyncio(client=client, body=body)
        assert isinstance(refused, generated.model("Problem"))
        assert (refused.code, refused.pointer) == ("amount_out_of_range", "/amount/value")


@on_loop
async def test_it_knows_members_from_stewards(generated: Generated, tmp_path: Path) -> None:
    get_me = generated.module("api.members.get_me")
    get_entries = generated.module("api.books.get_entries")
    async with a_stall(tmp_path) as stall:
        url = stall.town.node.url
        member = await get_me.asyncio(
            client=generated.client(url, await stall.town.people.member(1))
        )
        assert isinstance(member, generated.model("MemberSelf"))
        assert (member.account, member.schedule.limit) == (MERCHANT, 100_000)
        token = await stall.town.people.steward()
        steward = await get_me.asyncio(client=generated.client(url, token))
        assert isinstance(steward, generated.model("StewardSelf"))
        client = generated.module("client").Client(base_url=url)
        entries = await get_entries.asyncio(coop="norte", client=client, first=1, max_bytes=1)
        assert len(entries.payload.read()) > 64


@on_loop
async def test_it_sends_a_payment_as_bytes_or_as_text(generated: Generated, tmp_path: Path) -> None:
    record = generated.module("api.payments.record_payment")
    async with a_stall(tmp_path) as stall:
        client = generated.module("client").Client(base_url=stall.town.node.url)
        signed = stall.town.pay(payer=PAYER, payee=MERCHANT)
        as_bytes = generated.module("types").File(payload=signed)
        as_text = generated.model("PaymentRequest")(transaction=to_base64url(signed))
        first = await record.asyncio(client=client, body=as_bytes)
        again = await record.asyncio(client=client, body=as_text)
        assert (first.repeated, again.repeated, first.number) == (False, True, again.number)
