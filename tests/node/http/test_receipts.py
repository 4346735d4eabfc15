"""Receipts over HTTP: of the own log signed on the spot, of another's with the path to its signature."""

from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.chain import extend_all
from ledger.receipts import MAX_FOLLOWING, MAX_RECEIPT_BYTES, Receipt, decode_receipt
from ledger.transactions import Pay
from node.compose import open_node
from node.engine.recording.proofs import path_to_signed
from node.engine.view import View
from node.spellings import from_base64url
from node.store import MemoryStore, Write
from node.store.sql import SqlStore
from node.store.tables import segments
from tests.node.http.towns import Town, halt, one_node, same_lengths, some_nodes
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, People, client_of, make_folder
from tests.node.store.logs import FEDERATION, Log

UNHURRIED = QUICK + "[http]\nwork_per_second = 100000000\nwork_burst = 100000000\n"
"""For asking more receipts at once than one address is worth."""


async def proof(town: Town, coop: str, number: int) -> bytes:
    """The receipt that this town's node gives."""
    answer = (await town.client.get(f"/v1/receipts/{coop}/{number}")).ok()
    assert (answer["coop"], answer["number"]) == (coop, number)
    data = from_base64url(answer["receipt"])
    assert data is not None
    return data


def verify_offline(data: bytes, charter: bytes, folder: Path) -> Result:
    """What `fiado receipt verify` says, with two files and nothing else."""
    file, charter_file = folder / "a.receipt", folder / "charter.toml"
    file.write_bytes(data)
    charter_file.write_bytes(charter)
    words = ["receipt", "verify", str(file), "--charter", str(charter_file)]
    return CliRunner().invoke(main, [*words, "--wallet", str(folder / "none.json")])


@on_loop
async def test_the_payees_node_proves_a_payment_in_the_middle_of_a_commit(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2, settings=UNHURRIED) as towns:
        federation = towns[1].federation
        pays = [
            federation.pay(
                1,
                payer=1,
                sequence=sequence,
                payee_coop=2 - sequence % 2,
                payee=2,
                amount=sequence,
            )
            for sequence in range(1, 101)
        ]
        answer = (await towns[1].client.post("/v1/payments/batch", b"".join(pays))).ok()
        indexes, length = answer["results"], answer["length"]
        await same_lengths(*towns.values())

        receipts = [decode_receipt(await proof(towns[2], "norte", index)) for index in indexes]
        assert [len(receipt.following) for receipt in receipts] == [length - i for i in indexes]
        middle = receipts[49]
        entry = middle.check(federation.charter).transaction
        assert isinstance(entry, Pay)
        assert (entry.payee_coop, entry.payee, entry.amount) == (2, 2, 50)
        # The node whose log it is signs right after the entry: the same proof, shorter.
        own = decode_receipt(await proof(towns[1], "norte", middle.length))
        assert own.following == ()
        assert own.check(federation.charter) == middle.check(federation.charter)

    # Nothing runs any more.
    said = verify_offline(middle.encode(), federation.founding.source, tmp_path)
    assert said.exit_code == 0, said.output
    assert f"norte/{middle.length}" in said.output
    assert "account 1 of norte pays 0.50 to account 2 of sur" in said.output
    assert "This is proven: the signature is that of norte." in said.output
    changed = bytearray(middle.encode())
    changed[-1] ^= 1
    said = verify_offline(bytes(changed), federation.founding.source, tmp_path)
    assert said.exit_code == ExitCode.REFUSED
    assert "This proves nothing" in said.output


@on_loop
async def test_every_node_proves_every_entry_that_it_holds(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2, settings=UNHURRIED) as towns:
        charter = towns[1].federation.charter
        lengths = (await towns[1].digest())["lengths"]
        for number, coop in enumerate(("norte", "sur"), 1):
            home = towns[number].node.runner
            for index in range(1, lengths[coop] + 1):
                receipt = decode_receipt(await proof(towns[1], coop, index))
                assert (receipt.coop, receipt.length) == (number, index)
                receipt.check(charter)
                stored = await home.ask(partial(_entry, number, index))
                assert receipt.entry == stored
        for coop in lengths:
            beyond = await towns[1].client.get(f"/v1/receipts/{coop}/9999")
            assert beyond.problem() == "entry_not_found"


@on_loop
async def test_a_node_that_came_late_proves_what_it_caught_up_with(tmp_path: Path) -> None:
    """It gets many commits at once, under the last one's signature."""
    async with one_node(tmp_path) as town:
        for sequence in range(1, 6):
            (await town.client.post("/v1/payments", town.pay(sequence=sequence))).ok()
        length = (await town.digest())["lengths"]["norte"]
        folder = make_folder(
            tmp_path, town.federation, 2, peers={"norte": town.node.url}, settings=QUICK
        )
        async with open_node(folder) as node, client_of(node) as client:
            late = Town(town.federation, node, client, People(town.federation, 2, client))

            async def has_caught_up() -> bool:
                return bool((await late.digest())["lengths"]["norte"] >= length)

            await until(has_caught_up, "the late node holds the log")
            for index in range(1, length + 1):
                receipt = decode_receipt(await proof(late, "norte", index))
                assert receipt.length == index
                assert len(receipt.following) >= length - index
                receipt.check(town.federation.charter)


@on_loop
async def test_a_node_that_has_halted_still_proves_what_it_signed_before(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        pays = [
            towns[2].federation.pay(
                2, payer=1, sequence=sequence, payee_coop=2, payee=2, amount=sequence
            )
            for sequence in (1, 2, 3)
        ]
        answer = (await towns[2].client.post("/v1/payments/batch", b"".join(pays))).ok()
        first, _, last = answer["results"]
        await halt(towns)
        receipt = decode_receipt(await proof(towns[2], "sur", first))
        assert len(receipt.following) == last - first
        receipt.check(towns[2].federation.charter)


@on_loop
async def test_a_flipped_bit_gets_a_problem_and_no_signature(tmp_path: Path) -> None:
    """The head of damaged entries, signed, would be proof that the coop keeps two histories."""
    async with some_nodes(tmp_path, 1, 2) as towns:
        town = towns[1]
        for sequence in (1, 2, 3):
            pay = town.federation.pay(
                1, payer=1, sequence=sequence, payee_coop=1, payee=2, amount=sequence
            )
            index = (await town.client.post("/v1/payments", pay)).ok()["number"]
        await same_lengths(*towns.values())
        await town.node.runner.ask(partial(_flip, index))
        answer = await town.client.get(f"/v1/receipts/norte/{index}")
        assert answer.status == 503
        assert answer.problem() == "log_damaged"

        async def is_healed() -> bool:
            return (await town.client.get(f"/v1/receipts/norte/{index}")).status == 200

        await until(is_healed, "the entry is fetched again")
        receipt = decode_receipt(await proof(town, "norte", index))
        receipt.check(town.federation.charter)
        for other in towns.values():
            assert (await other.client.get("/v1/status")).ok()["accused"] == []


def _flip(number: int, view: View) -> None:
    """Change a bit of that entry's time on the disk."""
    store = view.store
    assert isinstance(store, SqlStore)
    with store._transaction() as connection:
        place = (segments.c.coop == 1, segments.c.first == number)
        row = connection.execute(select(segments).where(*place)).one()
        entries = bytearray(row.entries)
        entries[5] ^= 1
        connection.execute(update(segments).where(*place).values(entries=bytes(entries)))


def _entry(coop: int, number: int, view: View) -> bytes | None:
    return view.store.entry(coop, number)


def held(*segments: tuple[int, int, bool]) -> tuple[Log, MemoryStore]:
    """A log in segments of that many entries, of that size, signed or not; and a store with it."""
    log, store = Log(7), MemoryStore()
    written = [log.grow(count, size=size, signed=signed) for count, size, signed in segments]
    store.commit(Write(segments=written))
    return log, store


def found(store: MemoryStore, number: int) -> Receipt | None:
    return path_to_signed(store, federation=FEDERATION, coop=7, number=number)


def test_the_path_leads_to_the_next_signed_head_and_no_further() -> None:
    log, store = held((3, 40, True), (1, 40, True), (2, 40, False), (4, 40, True), (2, 40, False))
    for number, signed_at in [(1, 3), (2, 3), (3, 3), (4, 4), (5, 10), (6, 10), (8, 10), (10, 10)]:
        receipt = found(store, number)
        assert receipt is not None
        assert receipt.length == number
        assert receipt.previous == log.head(number - 1)
        assert (receipt.entry, *receipt.following) == tuple(log.entries[number - 1 : signed_at])
        assert extend_all(receipt.previous, [receipt.entry, *receipt.following]) == log.head(
            signed_at
        )
        assert receipt.signature == log.signed_head(signed_at).signature


@pytest.mark.parametrize("number", [0, 5, 6, 7, 2**60])
def test_what_no_signature_covers_has_no_receipt(number: int) -> None:
    _, store = held((4, 40, True), (2, 40, False))
    assert found(store, number) is None


def test_a_path_that_is_too_long_is_not_made() -> None:
    count = MAX_RECEIPT_BYTES // 32_000 + 2
    _, store = held((count, 32_000, True))
    assert [found(store, number) is None for number in (1, 2, 3)] == [True, True, False]
    receipt = found(store, 3)
    assert receipt is not None
    assert len(receipt.encode()) <= MAX_RECEIPT_BYTES
    _, store = held((MAX_FOLLOWING + 2, 0, True))
    assert [found(store, number) is None for number in (1, 2)] == [True, False]
