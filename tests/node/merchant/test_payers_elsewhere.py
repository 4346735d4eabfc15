"""What payers of other coops are called: asked of their home for the one invoice that is looked at."""

from pathlib import Path

from tests.node.http.towns import some_nodes
from tests.node.loops import on_loop, until


@on_loop
async def test_a_payer_of_another_coop_is_named_by_their_home(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        shop, home = towns[1], towns[2]
        token = await shop.people.member(1)
        asked = {"amount": {"value": "700", "scale": 2}}
        made = (await shop.client.post("/v1/invoices", asked, token=token)).ok()
        paid = home.federation.pay(
            2,
            payer=2,
            sequence=1,
            payee_coop=1,
            payee=1,
            amount=700,
            reference=bytes.fromhex(made["reference"]),
        )
        (await home.client.post("/v1/payments", paid)).ok()
        path = f"/v1/invoices/{made['id']}"

        async def is_settled() -> bool:
            return bool(
                (await shop.client.get("/v1/invoices", token=token)).ok()["invoices"][0]["state"]
                == "settled"
            )

        await until(is_settled, "the invoice is settled")
        (listed,) = (await shop.client.get("/v1/invoices", token=token)).ok()["invoices"]
        assert [each["handle"] for each in listed["payments"]] == [None]
        (payment,) = (await shop.client.get(path, token=token)).ok()["payments"]
        assert (payment["coop"], payment["payer"], payment["handle"]) == ("sur", 2, "member2")
        (listed,) = (await shop.client.get("/v1/invoices", token=token)).ok()["invoices"]
        assert [each["handle"] for each in listed["payments"]] == [None], "nobody lists names"
