"""Browsers follow who is in office, and confirm votes by the keys of members; in Node.js."""

import json
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from ledger.chain import genesis
from ledger.entries import decode_transaction
from ledger.transactions import Admit, encode_transaction
from node.web.statics import FOLDER
from tests.builders import Books, build_federation, open_books
from tests.ledger.rules.test_voting import admit_by, elect
from tests.node.web.test_script_vectors import node_program
from tests.voting_builders import YES, cast, close, open_vote

_RUNNER = """
import fs from "node:fs";
const given = JSON.parse(fs.readFileSync(0, "utf8"));
const load = (place) => import(given.root + "/" + place);
const { fromHex } = await load("protocol/bytes.js");
const { readCharter } = await load("protocol/charter.js");
const { LogCheck } = await load("protocol/audit.js");
const charter = await readCharter(new TextEncoder().encode(given.founding));
const check = new LogCheck(charter, 1, fromHex(given.head));
let refused = null;
try {
  await check.take(given.entries.map(fromHex), given.entries.length);
} catch (error) {
  refused = error.message;
}
console.log(JSON.stringify({
  refused, unconfirmed: check.unconfirmed, signatures: check.signatures, length: check.length,
  seats: check.office.seats === null ? null : [...check.office.seats],
}));
"""


def checked(books: Books, entries: list[bytes]) -> dict[str, Any]:
    """What a browser makes of a log."""
    given = {
        "root": FOLDER.as_posix(),
        "founding": books.federation.founding.source.decode(),
        "head": genesis(federation=books.federation.id, coop=1).hex(),
        "entries": [entry.hex() for entry in entries],
    }
    program = node_program()
    if program is None:
        pytest.skip("no Node.js of version 20 or later")
    done = subprocess.run(
        [program, "--input-type=module", "--eval", _RUNNER],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def elected_books() -> Books:
    books = open_books(build_federation(seed="browser votes", coops=1))
    books.admit(1, *range(1, 11))
    number = open_vote(books, members=(3,))
    cast(books, number, (1, YES), (2, YES))
    close(books, number)
    elect(books, 4, 5)
    elect(books, 5, 6)
    books.append(1, admit_by(books, 11, {4: 5}))
    return books


def test_elected_stewards_are_followed_and_every_signature_is_confirmed() -> None:
    books = elected_books()
    found = checked(books, books.logs[1])
    assert (found["refused"], found["unconfirmed"]) == (None, [])
    assert found["length"] == len(books.logs[1])
    assert sorted(found["seats"]) == [[4, 5], [5, 6]]


def test_who_is_not_in_office_is_not_confirmed() -> None:
    books = elected_books()
    admit = decode_transaction(admit_by(books, 12, {4: 5}))
    assert isinstance(admit, Admit)
    key = books.federation.member_key(1, 6)
    forged = replace(
        admit, stewards=((4, key.sign(books.federation.message(1, admit))), (9, bytes(64)))
    )
    last = books.logs[1][-1]
    time = last[: len(last) - len(admit_by(books, 11, {4: 5}))]
    found = checked(books, [*books.logs[1], time + encode_transaction(forged)])
    length = len(books.logs[1]) + 1
    assert (found["refused"], found["unconfirmed"]) == (None, [length, length])
