"""The client that shops copy: against a real node, both ways, and what goes wrong is told apart."""

import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from docs.examples.client.fiado_client import (
    AsyncClient,
    Client,
    Refused,
    SignatureWrong,
    Unreachable,
    verify_webhook,
)
from node.member.links import parse_payee
from tests.node.loops import on_loop
from tests.node.merchant.stall import Stall, a_stall

FILE = Path(__file__).parents[3] / "docs/examples/client/fiado_client.py"


async def client(stall: Stall) -> AsyncClient:
    return AsyncClient(stall.town.node.url, await stall.key("invoices"))


@on_loop
async def test_an_invoice_is_made_once_waited_for_and_found(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        shop = await client(stall)
        made = await shop.create_invoice(1250, client_id="order-17", metadata={"table": "4"})
        again = await shop.create_invoice(1250, client_id="order-17", metadata={"table": "4"})
        assert again["id"] == made["id"]
        waiting = asyncio.ensure_future(shop.wait(made["id"], seconds=20))
        await stall.pay(made)
        assert (await waiting)["state"] == "settled"
        found = await shop.invoice_of("order-17")
        assert found is not None and found["state"] == "settled"
        assert await shop.invoice_of("order-18") is None
        for number in range(60):
            await shop.create_invoice(100 + number, order_id="many")
        listed = [each["id"] async for each in shop.invoices(order_id="many")]
        assert len(set(listed)) == 60
        assert [each["id"] async for each in shop.invoices(metadata="table=4")] == [made["id"]]
        assert [each async for each in shop.invoices(last="2001-01-01")] == []
        cancelled = await shop.cancel(listed[0])
        assert (await shop.wait(listed[0]))["state"] == cancelled["state"] == "cancelled"
        assert (await shop.mark(listed[1]))["reason"] == "marked"
        assert (await shop.wait(listed[2], seconds=0))["state"] == "open"


@on_loop
async def test_a_refund_is_prepared_once_for_the_wallet_to_sign(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        shop = await client(stall)
        made = await shop.create_invoice(1250)
        await stall.pay(made)
        await shop.wait(made["id"], seconds=20)
        prepared = await shop.refund(made["id"], 300, client_id="r1", reason="stale")
        again = await shop.refund(made["id"], 300, client_id="r1", reason="stale")
        assert prepared["id"] == again["id"] and prepared["state"] == "prepared"
        link = await shop.refund_link(made["id"], prepared)
        asked = parse_payee(link)
        assert (asked.amount, asked.reference) == (300, prepared["payment"]["reference"])
        assert str(asked.payee) == f"#{prepared['payment']['payee']}@norte"
        assert stall.town.federation.id.hex().startswith(asked.federation)
        (place,) = (await shop.invoice(made["id"]))["payments"]
        of = (place["coop"], place["number"])
        other = await shop.refund(made["id"], client_id="r2", of=of)
        assert other["amount"]["value"] == "950"
        await shop.drop_refund(made["id"], other["id"])
        states = {each["id"]: each["state"] for each in await shop.refunds(made["id"])}
        assert states == {prepared["id"]: "prepared"} | (
            {other["id"]: "cancelled"} if other["id"] in states else {}
        )
        with pytest.raises(Refused) as refused:
            await shop.refund(made["id"], 99_999, client_id="r3")
        assert refused.value.code == "refund_too_large" and refused.value.retry_after_s is None


@on_loop
async def test_refusals_and_silence_are_told_apart(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        shop = await client(stall)
        await shop.create_invoice(1250, client_id="order-17")
        with pytest.raises(Refused) as refused:
            await shop.create_invoice(1300, client_id="order-17")
        assert (refused.value.status, refused.value.code) == (409, "invoice_exists")
        assert refused.value.remedy and not refused.value.retryable
        with pytest.raises(Refused, match="key") as refused:
            await AsyncClient(stall.town.node.url, "fk_no").create_invoice(1)
        assert refused.value.status == 401
        with pytest.raises(Refused) as refused:
            await shop.invoice("../merchant/takings")
        assert refused.value.status == 404
    with pytest.raises(Unreachable):
        Client("http://127.0.0.1:1", "fk_x").invoice("0" * 32)


def test_a_webhook_is_verified_as_the_public_library_does() -> None:
    secret, body = "whsec_" + "c2VjcmV0IG9mIGEgc2hvcA==", b'{"type": "invoice.settled"}'
    now = time.time()
    headers = {"webhook-id": "m1", "webhook-timestamp": str(int(now))}
    signed = Webhook(secret).sign("m1", datetime.fromtimestamp(int(now), UTC), body.decode())
    good = {**headers, "Webhook-Signature": f"v1a,xyz {signed}"}
    assert verify_webhook(secret, good, body) == {"type": "invoice.settled"}
    for wrong in (
        {**good, "webhook-id": "m2"},
        {**good, "webhook-timestamp": str(int(now) - 1)},
        {**good, "Webhook-Signature": ""},
        {**good, "Webhook-Signature": signed.replace("v1,", "v2,")},
        {},
    ):
        with pytest.raises(SignatureWrong):
            verify_webhook(secret, wrong, body)
    with pytest.raises(SignatureWrong):
        verify_webhook(secret, good, body + b" ")
    with pytest.raises(SignatureWrong):
        verify_webhook(secret, good, body, now=now + 301)


def test_the_file_runs_alone(tmp_path: Path) -> None:
    """With nothing but Python: no package of anybody's is loaded."""
    (tmp_path / "fiado_client.py").write_bytes(FILE.read_bytes())
    program = "import fiado_client; fiado_client.Client('http://127.0.0.1:1', 'x'); print('ok')"
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.'); {program}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("ok\n", "")


def test_the_shop_runs_when_its_folder_is_copied_alone(tmp_path: Path) -> None:
    for path in (FILE.parents[1] / "shop").glob("*.py"):
        (tmp_path / "shop").mkdir(exist_ok=True)
        (tmp_path / "shop" / path.name).write_bytes(path.read_bytes())
    ran = subprocess.run(
        [sys.executable, "-m", "shop"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    # It has found all that it is made of, and asks for its settings.
    assert "KeyError: 'FIADO_NODE'" in ran.stderr
    assert "ModuleNotFoundError" not in ran.stderr and "ImportError" not in ran.stderr
