"""API keys end with the account's own key, so a thief keeps none."""

from pathlib import Path

from ledger.government.articles import Article
from node.http.base.sessions import SessionRole
from tests.government_builders import adopt_bylaws
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.merchant.stall import MERCHANT, SETTINGS, a_stall
from tests.node.running import QUICK
from tests.recovery_builders import new_key, recover, rekey

WANTED = {"label": "till", "powers": ["read", "invoices"]}
KEYS = "/v1/merchant/keys"


async def made(town: Town, token: str) -> str:
    text: str = (await town.client.post(KEYS, WANTED, token=token)).ok()["key"]
    return text


async def states(town: Town, token: str) -> list[bool]:
    """Which of the account's keys work, the newest first."""
    listed = (await town.client.get(KEYS, token=token)).ok()["keys"]
    return [each["works"] for each in listed]


@on_loop
async def test_they_end_when_the_owner_takes_another_key(tmp_path: Path) -> None:
    settings = QUICK + "[merchant]\nkeys = 1\n"
    async with one_node(tmp_path, members=2, settings=settings) as town:
        old, others = await town.people.member(1), await made(town, await town.people.member(2))
        key = await made(town, old)
        assert (await town.client.get("/v1/invoices", token=key)).status == 200
        (await town.client.post("/v1/transactions", rekey(town.federation, 1, 1))).ok()
        assert (await town.client.get("/v1/invoices", token=key)).problem() == "key_invalid"
        assert (await town.client.get("/v1/invoices", token=others)).status == 200
        new = await town.client.open_session(SessionRole.MEMBER, 1, new_key(1))
        assert await states(town, new) == [False]
        # What has ended takes no place.
        again = await made(town, new)
        assert (await town.client.get("/v1/invoices", token=again)).status == 200
        assert sorted(await states(town, new)) == [False, True]


@on_loop
async def test_none_is_made_while_a_recovery_runs(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=2) as town:
        numbers = {Article.WAIT_STEWARDS.value: 3}
        bylaws = adopt_bylaws(town.federation, 1, numbers)
        (await town.client.post("/v1/transactions", bylaws)).ok()
        stolen = await town.people.member(1)
        key = await made(town, stolen)
        (await town.client.post("/v1/transactions", recover(town.federation, 1, 1))).ok()
        refused = await town.client.post(KEYS, WANTED, token=stolen)
        assert refused.problem() == "recovery_runs"
        assert await states(town, stolen) == [True]

        async def is_over() -> bool:
            found = (await town.client.get("/v1/keys/1")).ok()
            return bool(found["key"] == new_key(1).public_key.hex())

        await until(is_over, "the account has the new key")
        assert (await town.client.get("/v1/invoices", token=key)).problem() == "key_invalid"
        refused = await town.client.post(KEYS, WANTED, token=stolen)
        assert refused.problem() == "session_invalid"


@on_loop
async def test_one_with_an_end_works_until_then(tmp_path: Path) -> None:
    settings = SETTINGS + "keys = 1\n"
    async with a_stall(tmp_path, settings=settings) as stall:
        client, token = stall.town.client, await stall.town.people.member(MERCHANT)
        for wrong in (0, -1, 3660 * 86_400 + 1, "soon", 1.5):
            refused = await client.post(KEYS, {**WANTED, "expires_in": wrong}, token=token)
            assert refused.problem() == "request_malformed", wrong
        assert await states(stall.town, token) == []
        made = (await client.post(KEYS, {**WANTED, "expires_in": 600}, token=token)).ok()
        assert made["expires"] - made["created"] in (600, 601)
        assert (await client.get("/v1/invoices", token=made["key"])).status == 200
        refused = await client.post(KEYS, WANTED, token=token)
        assert refused.problem() == "keys_too_many"
        stall.clock.set_by(602)
        assert (await client.get("/v1/invoices", token=made["key"])).problem() == "key_invalid"
        # What is over takes no place, and one without an end goes on.
        endless = (await client.post(KEYS, WANTED, token=token)).ok()
        assert endless["expires"] is None
        stall.clock.set_by(86_400)
        assert (await client.get("/v1/invoices", token=endless["key"])).status == 200
        assert await states(stall.town, token) == [True, False]
