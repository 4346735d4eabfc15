"""A member is told that the limit is near, and sees every change: who, when, until when, why."""

import time
from pathlib import Path

from ledger.government.actions import DecideLimit, DecideStatus
from ledger.memos import reason_hash
from tests.government_builders import adopt_bylaws
from tests.node.http.test_voting import MANY, TEXT, proposal, quick_bylaws, say, with_text
from tests.node.http.towns import one_node
from tests.node.loops import on_loop, until
from tests.node.running import as_json_transaction
from tests.voting_builders import YES, vote


@on_loop
async def test_from_the_soft_limit_on_the_member_is_told(tmp_path: Path) -> None:
    async with one_node(tmp_path, limit=1_000) as town:
        token = await town.people.member(1)
        for sequence, amount, is_near in ((1, 799, False), (2, 1, True)):
            (
                await town.client.post("/v1/payments", town.pay(sequence=sequence, amount=amount))
            ).ok()
            me = (await town.client.get("/v1/me", token=token)).ok()
            assert (me["soft_limit"], me["is_near_limit"]) == (800, is_near)
        (
            await town.client.post("/v1/transactions", adopt_bylaws(town.federation, 1, {52: 900}))
        ).ok()
        me = (await town.client.get("/v1/me", token=token)).ok()
        assert (me["soft_limit"], me["is_near_limit"]) == (900, False)


@on_loop
async def test_changes_tell_who_decided_and_until_when(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await quick_bylaws(town)
        text, salt, end = "for the winter", b"w" * 16, int(time.time()) + 86_400
        change = town.federation.limit(
            1,
            1,
            revision=1,
            limit=900,
            until=end,
            after=300,
            reason=reason_hash(salt=salt, text=text),
        )
        document = as_json_transaction(change, reason={"salt": salt.hex(), "text": text})
        (await town.client.post("/v1/transactions", document)).ok()
        raised = DecideLimit(account=1, limit=2_000, from_=0, until=None, after=None)
        frozen = DecideStatus(account=2, is_frozen=True)
        for number, action in ((1, raised), (2, frozen)):
            data = proposal(town, number, action=action, about=(action.account,))
            (await town.client.post("/v1/transactions", with_text(data))).ok()
            await say(town, vote(town.federation, 1, 3, number, YES))
        token = await town.people.member(1)

        async def is_decided() -> bool:
            listed = (await town.client.get("/v1/proposals", token=token)).ok()["proposals"]
            return {each["outcome"] for each in listed} == {"enacted"}

        await until(is_decided, "both votes are counted")
        told = (await town.client.get("/v1/me/changes", token=token)).ok()
        assert told["unknown"] == 0
        decided, signed = told["changes"]
        assert (decided["limit"], decided["proposal"], decided["by"]) == (2_000, 1, [])
        assert decided["reason"]["text"] == TEXT
        assert (signed["limit"], signed["until"], signed["after"]) == (900, end, 300)
        assert (signed["by"], signed["proposal"]) == (["steward 0", "steward 1"], None)
        assert signed["reason"]["text"] == text
        other = await town.people.member(2)
        (only,) = (await town.client.get("/v1/me/changes", token=other)).ok()["changes"]
        assert (only["status"], only["proposal"]) == ("frozen", 2)


@on_loop
async def test_changes_without_a_note_are_counted(tmp_path: Path) -> None:
    """They were recorded elsewhere than by the interface, or the node lost its database."""
    async with one_node(tmp_path) as town:
        change = town.federation.limit(1, 1, revision=1, limit=900)
        await town.node.runner.submit(change)
        token = await town.people.member(1)
        told = (await town.client.get("/v1/me/changes", token=token)).ok()
        assert told == {"changes": [], "unknown": 1}
