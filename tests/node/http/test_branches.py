"""The branches of forked logs that a node keeps are served byte for byte, and audited over the network."""

import asyncio
import io
from pathlib import Path

import pytest

from cli.audit.sources import audit_url
from cli.shell.terminal import Output
from ledger.chain import SignedHead, extend_all, genesis, head_message
from ledger.codec import split
from ledger.entries import encode_entry
from node.engine.branches_kept import Branch, branch_documents, read_part
from node.engine.view import View
from node.engine.wire import Entries
from node.http.base import kept_branches
from node.store import Document, Store, Write
from tests.builders import START, Federation
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop


def branch_of(federation: Federation, coop: int, *accounts: int) -> Branch:
    """A history of a coop's log that admits these accounts, in two parts."""
    parts = []
    head = genesis(federation=federation.id, coop=coop)
    entries = [encode_entry(START, federation.admit(coop, account)) for account in accounts]
    for first, own in ((1, entries[:2]), (3, entries[2:])):
        previous, head = head, extend_all(head, own)
        length = first + len(own) - 1
        message = head_message(federation=federation.id, coop=coop, length=length, head=head)
        signature = federation.node_keys[coop].sign(message)
        signed = SignedHead(coop=coop, length=length, head=head, signature=signature)
        parts.append(Entries(first=first, previous=previous, entries=b"".join(own), signed=signed))
    return Branch(tuple(parts))


async def keep(town: Town, branch: Branch) -> None:
    documents = branch_documents(branch, created=0)

    def commit(view: View) -> None:
        view.store.commit(Write(documents=documents))

    await town.node.runner.ask(commit)
    town.node.api.branches.forget()  # The engine would have made its state anew.


@on_loop
async def test_a_branch_is_listed_and_its_entries_lead_to_its_signed_head(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=0) as town:
        assert (await town.client.get("/v1/branches")).ok()["branches"] == []
        branch = branch_of(town.federation, 2, 1, 2, 3)
        await keep(town, branch)
        [row] = (await town.client.get("/v1/branches")).ok()["branches"]
        tip = branch.tip
        assert (row["coop"], row["base"], row["length"]) == ("sur", 0, 3)
        assert (row["head"], row["signature"]) == (tip.head.hex(), tip.signature.hex())
        path = f"/v1/branches/{row['head']}/entries"
        head, first, counts = genesis(federation=town.federation.id, coop=2), 1, []
        while first <= row["length"]:
            answer = await town.client.get(f"{path}?first={first}")
            assert answer.headers["Fiado-Previous"] == head.hex()
            head = extend_all(head, split(answer.body))
            counts.append(int(answer.headers["Fiado-Count"]))
            first += counts[-1]
        assert (head, counts) == (tip.head, [2, 1])
        least = await town.client.get(f"{path}?first=1&max_bytes=1")
        assert (least.headers["Fiado-Count"], least.headers["Fiado-Length"]) == ("1", "3")
        beyond = await town.client.get(f"{path}?first=4")
        assert beyond.problem() == "entry_not_found"
        for name in ("0" * 64, "x"):
            nothing = await town.client.get(f"/v1/branches/{name}/entries")
            assert nothing.problem() == "branch_not_found"


@on_loop
async def test_the_audit_of_a_url_replays_the_branches_that_it_serves(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        branch = branch_of(town.federation, 2, 1, 2, 3)
        await keep(town, branch)
        output = Output(is_json=True, stderr=io.StringIO())
        _, report = await asyncio.to_thread(audit_url, town.node.url, output)
        assert report.findings == []
        assert report.digest is not None
        found = {(each.coop, each.length, each.replayed, each.head) for each in report.branches}
        assert (2, 3, 3, branch.tip.head) in found
        assert len(found) == 2


@on_loop
async def test_the_list_is_made_once_and_entries_read_only_their_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with one_node(tmp_path, members=0) as town:
        await keep(town, branch_of(town.federation, 2, 1, 2, 3))
        [row] = (await town.client.get("/v1/branches")).ok()["branches"]
        read: list[str] = []

        def counted(store: Store) -> list[Branch]:
            raise AssertionError("all branches are read again")

        def read_one(document: Document) -> Entries | None:
            read.append(document.id)
            return read_part(document)

        monkeypatch.setattr(kept_branches, "load_branches", counted)
        monkeypatch.setattr(kept_branches, "read_part", read_one)
        assert (await town.client.get("/v1/branches")).ok()["branches"] == [row]
        answer = await town.client.get(f"/v1/branches/{row['head']}/entries?first=3")
        assert answer.headers["Fiado-Count"] == "1"
        assert [each.split("-")[:2] for each in read] == [["2", "3"]]
