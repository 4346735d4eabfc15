"""Browsers follow changes of the charter as the programs do, and refuse what is not certified; in Node.js."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.charter import Charter
from ledger.charter_changes import (
    READERS,
    Change,
    DecideBranch,
    Join,
    Leave,
    LetTimeFall,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
    SetStewards,
)
from ledger.charter_entries import CharterEntry, charter_content
from ledger.charter_index import IndexTable, LineStart, Redenominate, SetIndex
from ledger.codec import encode
from ledger.index.days import Method
from ledger.index.definitions import CER
from ledger.publications import Publication
from node.change_words import Wording
from node.changes import write_changes
from node.web.languages import load_languages
from node.web.modules import FOLDER
from tests.builders import signing_key
from tests.cli.federation.charter_node import CharterNode
from tests.ledger.index.examples import UI
from tests.node.web.test_script_vectors import node_program

NODES = {name: signing_key("browser", name) for name in ("first", "second", "lago")}
FIRST, SECOND = NODES["first"].public_key, NODES["second"].public_key
NEW_STEWARD = signing_key("browser", "steward")

_RUNNER = """
import fs from "node:fs";
const given = JSON.parse(fs.readFileSync(0, "utf8"));
globalThis.document = {
  documentElement: { lang: "en-GB", dataset: { lang: "en" } }, querySelector: () => ({ src: "/x.js" }),
};
const load = (place) => import(given.root + "/" + place);
const { fromHex, toHex } = await load("protocol/bytes.js");
const { keyAt, readCharter } = await load("protocol/charter.js");
const { withChange } = await load("protocol/changes.js");
const { decodeTransaction } = await load("protocol/messages.js");
const proposals = await load("protocol/proposals.js");
const { changeWords } = await load("parts/changes.js");
const out = { charters: [], refused: [], words: [] };
const hexKey = (key) => toHex(key);
let charter = await readCharter(new TextEncoder().encode(given.founding));
const founding = charter;
const before = {
  coops: new Map(given.titles.map(([number, title, limit]) => [number, {
    title, limit, standing: "member", stewards: charter.coops.get(number).stewards.map(({ name }) => name),
    threshold: charter.coops.get(number).threshold,
  }])),
  deciding: charter.decisionQuorum, chosen: charter.chosen.decisionQuorum, witnesses: charter.witnessQuorum,
};
for (const hex of given.entries) {
  const transaction = decodeTransaction(fromHex(hex));
  charter = await withChange(charter, transaction);
  out.charters.push({
    version: charter.version, base: toHex(charter.base), decisions: charter.decisionQuorum,
    witnesses: charter.witnessQuorum,
    coops: [...charter.coops.values()].map((coop) => [
      coop.number, coop.name, coop.title, coop.standing ?? "member", coop.threshold,
      coop.stewards.map(({ name, key }) => [name, toHex(key)]),
      given.lengths.map((length) => hexKey(keyAt(coop, length))),
    ]),
  });
}
for (const hex of given.wrong) {
  try {
    await withChange(founding, decodeTransaction(fromHex(hex)));
    out.refused.push("taken");
  } catch (error) {
    out.refused.push(error.message);
  }
}
for (const hex of given.contents) {
  const { change } = proposals.decodeContent(fromHex(hex));
  out.words.push(changeWords(change, before));
}
const { federation, coop, number, content } = given.publication;
const here = { federation: fromHex(federation), coop };
out.message = toHex(proposals.publicationMessage(here, number, fromHex(content)));
out.publication = toHex(proposals.encodePublication(number, fromHex(content), [[1, new Uint8Array(64)]]));
console.log(JSON.stringify(out));
"""

CHANGES: list[Change] = [
    SetClearingLimit(coop=2, limit=7_000_000),
    SetNodeKey(coop=3, key=FIRST, length=10),
    Quarantine(coop=3),
    Readmit(coop=3, key=SECOND, limit=5, length=20, head=bytes(range(32))),
    DecideBranch(coop=3, length=20, head=bytes(range(32))),
    DecideBranch(coop=3, length=20, head=bytes(range(32)), losses=((1, 70_000), (2, 5))),
    SetQuorums(witness_quorum=1, decision_quorum=3),
    SetEntriesPerDay(entries_per_day=None),
    SetEntriesPerDay(entries_per_day=1_234),
]
TABLE = IndexTable(
    method=Method.CER,
    publishers=(1, 2),
    quorum=2,
    source_quorum=2,
    step_cap=300,
    stand_in_limit=2,
    quote_days=7,
    source="INDEC",
)
DATED: list[Change] = [
    LetTimeFall(coop=2, length=7, time=1_790_000_000),
    SetIndex(first_day=20_000, table=None),
    SetIndex(first_day=20_000, table=replace(TABLE, method=Method.UNIT, unit=UI)),
    SetIndex(first_day=20_000, table=replace(TABLE, method=Method.UNIT, unit=CER)),
    Leave(coop=2),
    SetIndex(first_day=20_000, table=TABLE, start=LineStart(currency="ARS", value=1_000_500_000)),
    Redenominate(first_day=20_000, numerator=1, denominator=1_000, currency="ARX"),
]
LENGTHS = [0, 10, 11, 20, 21, 1_000]


@pytest.fixture(scope="module")
def history() -> CharterNode:
    node = CharterNode(more_keys=list(NODES.values()))
    stewards = (
        replace(node.charter.coops[1].stewards[0], name="nora", key=NEW_STEWARD.public_key),
    )
    joining = Join(
        coop=9,
        name="lago",
        title="Lago",
        node_key=NODES["lago"].public_key,
        clearing_limit=1_000_000,
        steward_threshold=1,
        stewards=stewards,
    )
    changes = [*CHANGES[:4], joining, SetStewards(coop=1, threshold=1, stewards=stewards)]
    for change in changes:
        node.decide(change)
    return node


def run_script(root: Path, given: dict[str, Any]) -> dict[str, Any]:
    program = node_program()
    if program is None:
        pytest.skip("no Node.js of version 20 or later")
    (root / "package.json").write_text('{"type": "module"}')
    shutil.copytree(FOLDER, root / "web")
    done = subprocess.run(
        [program, "--input-type=module", "--eval", _RUNNER],
        input=json.dumps(given | {"root": (root / "web").as_uri()}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def plain(charter: Charter) -> dict[str, Any]:
    """A charter as the script tells it."""
    return {
        "version": charter.version,
        "base": charter.base.hex(),
        "decisions": charter.decision_quorum,
        "witnesses": charter.witness_quorum,
        "coops": [
            [
                coop.number,
                coop.name,
                coop.title,
                coop.standing.name.lower(),
                coop.steward_threshold,
                [[steward.name, steward.key.hex()] for steward in coop.stewards],
                [coop.key_at(length).hex() for length in LENGTHS],
            ]
            for coop in charter.coops.values()
        ],
    }


def wrong_entries(entries: Sequence[CharterEntry]) -> list[CharterEntry]:
    """First changes that nobody may take in."""
    first = entries[0]
    (one, signature), other = first.signatures[0], first.signatures[1]
    return [
        replace(first, version=2),
        replace(first, base=bytes(32)),
        replace(first, signatures=(other,)),
        replace(first, signatures=((one, signature[:-1] + b"\x00"), other)),
        replace(first, round=1),
        replace(first, signatures=(other, (7, signature))),
    ]


def test_browsers_say_and_follow_what_programs_do(tmp_path: Path, history: CharterNode) -> None:
    node, founding = history, history.federation.founding
    genesis = founding.genesis
    base = genesis.base
    said = [*CHANGES, *(entry.change for entry in node.entries[4:]), *DATED]
    content = encode(charter_content(base, CHANGES[0]))
    publication = Publication(
        decision=3, number=1, content=charter_content(base, CHANGES[0]), stewards=((1, bytes(64)),)
    )
    given = {
        "founding": founding.source.decode(),
        "entries": [write_changes([entry]).hex() for entry in node.entries],
        "wrong": [write_changes([entry]).hex() for entry in wrong_entries(node.entries)],
        "lengths": LENGTHS,
        "titles": [[c.number, c.title, c.clearing_limit] for c in genesis.coops.values()],
        "contents": [encode(charter_content(base, change)).hex() for change in said],
        "publication": {
            "federation": genesis.federation.hex(),
            "coop": 1,
            "number": 1,
            "content": content.hex(),
        },
    }
    told = run_script(tmp_path, given)
    assert told["charters"] == [plain(charter) for charter in node.charters[1:]]
    assert "taken" not in told["refused"]
    assert len(set(told["refused"])) == 3
    english = load_languages()["en"]
    wording = Wording(genesis, english)
    words = [wording.words(change) for change in said]
    assert told["words"][: -len(DATED)] == words[: -len(DATED)]
    # Browsers write dates in their own way.
    assert [len(each) for each in told["words"]] == [len(each) for each in words]
    assert [each[-1] for each in told["words"]][-3:] == [each[-1] for each in words][-3:]
    assert {change.type for change in said} == set(READERS)
    assert told["publication"] == publication.encode().hex()
    message = bytes.fromhex(told["message"])
    signed = replace(publication, stewards=()).signed_by(
        1, node.federation.steward_keys[1][1], federation=genesis.federation, coop=1
    )
    assert signed.stewards == ((1, node.federation.steward_keys[1][1].sign(message)),)
