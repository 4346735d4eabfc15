"""One running node with members, for tests of its interface."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.charter import Charter
from ledger.evidence import ForkEvidence
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SigningKey
from ledger.transactions import Admit, Limit, SetStatus, signed_part
from node.compose import Node
from node.engine.wire import EvidenceNews
from node.world import World
from tests.builders import Federation, build_federation
from tests.node.loops import until
from tests.node.running import QUICK, Client, JsonObject, People, client_of, running_nodes


@dataclass(frozen=True, slots=True)
class Town:
    """Coop 1's node, its people, and a client."""

    federation: Federation
    node: Node
    client: Client
    people: People

    def pay(self, *, payer: int = 1, sequence: int = 1, amount: int = 100, payee: int = 2) -> bytes:
        """A payment within the coop."""
        return self.federation.pay(
            1, payer=payer, sequence=sequence, payee_coop=1, payee=payee, amount=amount
        )

    async def digest(self) -> JsonObject:
        """What must not change when something is refused."""
        return await self.client.digest()


@asynccontextmanager
async def one_node(
    root: Path,
    *,
    members: int = 3,
    limit: int = 100_000,
    settings: str = QUICK,
    world: World | None = None,
    federation: Federation | None = None,
) -> AsyncIterator[Town]:
    """A running node of coop 1 with some members."""
    federation = federation or build_federation(coops=2)
    async with (
        running_nodes(root, federation, 1, settings=settings, world=world) as nodes,
        client_of(nodes[1]) as client,
    ):
        people = People(federation, 1, client)
        await people.admit(*range(1, members + 1), limit=limit)
        yield Town(federation, nodes[1], client, people)


@asynccontextmanager
async def some_nodes(
    root: Path,
    *coops: int,
    members: int = 2,
    federation: Federation | None = None,
    settings: str = QUICK,
) -> AsyncIterator[dict[int, Town]]:
    """Linked nodes, each with members that all the others know."""
    federation = federation or build_federation(coops=len(coops))
    async with AsyncExitStack() as stack:
        nodes = await stack.enter_async_context(
            running_nodes(root, federation, *coops, settings=settings)
        )
        towns = {}
        for coop, node in nodes.items():
            client = await stack.enter_async_context(client_of(node))
            towns[coop] = Town(federation, node, client, People(federation, coop, client))
        for town in towns.values():
            await town.people.admit(*range(1, members + 1))
        await same_lengths(*towns.values())
        yield towns


async def halt(towns: Mapping[int, Town]) -> None:
    """Coop 2's key signs a second history; its own node halts when it hears of it from coop 1's."""
    sign = towns[1].federation.signed_head
    heads = [sign(2, length=1, head=bytes([n]) * 32) for n in (1, 2)]
    fork = ForkEvidence(shorter=heads[0], longer=heads[1], start=heads[1].head, entries=())
    towns[1].node.links.send(2, EvidenceNews(fork.encode()).encode())

    async def is_halted() -> bool:
        return (await towns[2].client.get("/ready")).status == 503

    await until(is_halted, "coop 2's node halts")


async def same_lengths(*towns: Town) -> None:
    """Return when all nodes hold the same logs and nothing is in transit."""

    async def is_same() -> bool:
        digests = await asyncio.gather(*(town.digest() for town in towns))
        status = [(await town.client.get("/v1/status")).ok() for town in towns]
        return all(digest == digests[0] for digest in digests) and all(
            answer["in_transit"]["items"] == 0 for answer in status
        )

    await until(is_same, "all nodes hold the same logs")


def signature_over(
    charter: Charter, coop: int, transaction: Admit | Limit | SetStatus, key: SigningKey
) -> bytes:
    """A member's or steward's signature."""
    body = signed_part(transaction)
    message = signed_bytes(TAG_ENTRY, federation=charter.federation, coop=coop, body=body)
    return key.sign(message)
