"""Who sees what of members, by the bylaws: stewards with whom they trade, members each other's balances."""

from pathlib import Path

from ledger.government.articles import Article
from tests.government_builders import adopt_bylaws
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop


async def trading(town: Town, **articles: int) -> None:
    """A payment from 1 to 2, under these bylaws."""
    numbers = {Article[name.upper()].value: value for name, value in articles.items()}
    if numbers:
        data = adopt_bylaws(town.federation, 1, numbers)
        (await town.client.post("/v1/transactions", data)).ok()
    (await town.client.post("/v1/payments", town.pay(amount=250))).ok()


@on_loop
async def test_at_first_stewards_see_histories_and_members_no_balances(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        await trading(town)
        steward, member = await town.people.steward(0), await town.people.member(3)
        history = (await town.client.get("/v1/members/1/history", token=steward)).ok()
        assert history["items"][0]["other"]["handle"] == "member2"
        found = (await town.client.get("/v1/members/1/review", token=steward)).ok()
        assert found["bought"]["largest"][0]["other"]["handle"] == "member2"
        private = await town.client.get("/v1/balances", token=member)
        assert private.problem() == "balances_private"


@on_loop
async def test_bylaws_keep_from_stewards_with_whom_members_trade(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        await trading(town, see_history=0)
        steward, member = await town.people.steward(0), await town.people.member(1)
        private = await town.client.get("/v1/members/1/history", token=steward)
        assert private.problem() == "history_private"
        found = (await town.client.get("/v1/members/1/review", token=steward)).ok()
        (partner,) = found["bought"]["largest"]
        assert (partner["other"], partner["amount"], partner["permille"]) == (None, 250, 1000)
        own = (await town.client.get("/v1/me/review", token=member)).ok()
        assert own["bought"]["largest"][0]["other"]["handle"] == "member2"
        assert len((await town.client.get("/v1/me/history", token=member)).ok()["items"]) == 1


@on_loop
async def test_bylaws_show_members_each_others_balances(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        await trading(town, see_balances=1)
        member = await town.people.member(3)
        first = (await town.client.get("/v1/balances?limit=2", token=member)).ok()
        shown = [(each["handle"], each["balance"]) for each in first["balances"]]
        assert (shown, first["next"]) == ([("member1", -250), ("member2", 250)], 2)
        second = (await town.client.get("/v1/balances?limit=2&after=2", token=member)).ok()
        assert ([each["account"] for each in second["balances"]], second["next"]) == ([3], None)
        assert (await town.client.get("/v1/balances")).problem() == "unauthorized"
        steward = await town.people.steward(0)
        assert (await town.client.get("/v1/balances", token=steward)).problem() == "forbidden"
        assert "all-balances" in (await town.client.get("/me")).body.decode()
