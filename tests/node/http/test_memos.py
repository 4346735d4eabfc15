"""Memos between real nodes that are not up at the same time."""

from contextlib import AsyncExitStack
from pathlib import Path

from ledger.memos import memo_reference
from node.compose import Node, open_node
from node.spellings import to_base64url
from node.store import DocumentKind
from tests.builders import build_federation, coop_name
from tests.node.http.towns import Town, same_lengths
from tests.node.loops import on_loop, until
from tests.node.running import (
    QUICK,
    People,
    as_json_transaction,
    client_of,
    make_folder,
    until_ready,
)

FEDERATION = build_federation(coops=2)


async def town_of(stack: AsyncExitStack, folder: Path, coop: int) -> Town:
    """Start the node of that folder."""
    node = await stack.enter_async_context(open_node(folder))
    client = await stack.enter_async_context(client_of(node))
    return Town(FEDERATION, node, client, People(FEDERATION, coop, client))


async def count_waiting(node: Node) -> int:
    """How many memos wait on the node's disk for other coops."""
    return len(
        await node.runner.ask(lambda view: view.store.documents(DocumentKind.MEMO, limit=99))
    )


def forget_address(folder: Path, *, old: str, new: str) -> None:
    """Let a node dial another address."""
    settings = folder / "node.toml"
    text = settings.read_text(encoding="utf-8")
    assert old in text
    settings.write_text(text.replace(old, new), encoding="utf-8")


@on_loop
async def test_a_memo_outlives_both_nodes_absence(tmp_path: Path) -> None:
    reference = memo_reference(salt=b"s" * 16, text="for the bread")
    pay = FEDERATION.pay(
        1, payer=1, sequence=1, payee_coop=2, payee=2, amount=1, reference=reference
    )
    memo = {"payer": to_base64url(b"to the payer"), "payee": to_base64url(b"to the payee")}
    path = f"/v1/me/memos/{reference.hex()}"
    payers = make_folder(tmp_path, FEDERATION, 1, settings=QUICK)
    async with AsyncExitStack() as first:
        one = await town_of(first, payers, 1)
        address = one.node.url
        payees = make_folder(tmp_path, FEDERATION, 2, peers={coop_name(1): address}, settings=QUICK)
        async with AsyncExitStack() as second:
            two = await town_of(second, payees, 2)
            for town in (one, two):
                await until_ready(town.node)
                await town.people.admit(1, 2)
            await same_lengths(one, two)
        (await one.client.post("/v1/payments", as_json_transaction(pay, memo=memo))).ok()
        assert await count_waiting(one.node) == 1
    async with AsyncExitStack() as third:
        one = await town_of(third, payers, 1)
        forget_address(payees, old=address, new=one.node.url)
        assert await count_waiting(one.node) == 1
        two = await town_of(third, payees, 2)
        token = await two.people.member(2)

        async def has_come() -> bool:
            return (await two.client.get(path, token=token)).status == 200

        async def is_acknowledged() -> bool:
            return await count_waiting(one.node) == 0

        await until(has_come, "the payee's memo")
        assert (await two.client.get(path, token=token)).ok()["memo"] == memo["payee"]
        await until(is_acknowledged, "the acknowledgement")
        await same_lengths(one, two)
        assert await two.people.balance(2) == 1
