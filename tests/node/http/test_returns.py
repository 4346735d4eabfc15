"""A payment whose payee closed on the way comes back, and everybody can see that it did."""

from pathlib import Path

from ledger.transactions import Status
from node.compose import Node, open_node
from tests.builders import build_federation
from tests.node.http.towns import Town, same_lengths
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, People, client_of, make_folder, until_ready


@on_loop
async def test_a_payment_to_a_closed_account_comes_back(tmp_path: Path) -> None:
    federation = build_federation(coops=2)
    home = open_node(make_folder(tmp_path, federation, 1, settings=QUICK))
    async with home, client_of(home) as client:
        one = Town(federation, home, client, People(federation, 1, client))
        # The same folder of coop 2's node, with the peer in its settings and without.
        folder = make_folder(tmp_path, federation, 2, peers={"norte": home.url}, settings=QUICK)
        linked = (folder / "node.toml").read_text(encoding="utf-8")
        alone = linked.replace(f'"norte" = "{home.url}"', "")
        assert alone != linked

        async with open_node(folder) as node:
            await until_ready(home)
            await until_ready(node)
            await one.people.admit(1)
            async with client_of(node) as other:
                await People(federation, 2, other).admit(1)

                async def is_known() -> bool:
                    return (await client.get("/v1/accounts/sur/1")).status == 200

                await until(is_known, "coop 1 knows of coop 2's member")

        pay = federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=1, amount=40)
        index = (await client.post("/v1/payments", pay)).ok()["number"]
        assert (await client.get(f"/v1/payments/1/{index}")).ok()["status"] == "recorded"

        (folder / "node.toml").write_text(alone, encoding="utf-8")
        async with open_node(folder) as node, client_of(node) as other:
            await until_ready(node)
            close = federation.status(2, 1, revision=1, status=Status.CLOSED)
            (await other.post("/v1/transactions", close)).ok()

        (folder / "node.toml").write_text(linked, encoding="utf-8")
        async with open_node(folder) as node, client_of(node) as other:
            await comes_back(one, node, index)
            two = Town(federation, node, other, People(federation, 2, other))
            await same_lengths(one, two)
            assert await one.people.balance(1) == 0
            items = await one.people.history(1)
            assert [(item["direction"], item["amount"]) for item in items] == [
                ("returned", 40),
                ("out", 40),
            ]
            assert (items[0]["coop"], items[0]["other"]["coop"]) == ("sur", "sur")
            assert items[0]["delivered"] is True
            # The payment itself arrived with nobody, for neither of the two.
            assert (items[1]["delivered"], items[1]["status"]) == (False, "returned")
            for item in await two.people.history(1):
                assert (item["direction"], item["status"]) == ("in", "returned")
                assert item["delivered"] is False


async def comes_back(town: Town, node: Node, number: int) -> None:
    async def is_returned() -> bool:
        answer = (await town.client.get(f"/v1/payments/1/{number}")).ok()
        return bool(answer["status"] == "returned")

    await until(is_returned, "the payment is given back")
