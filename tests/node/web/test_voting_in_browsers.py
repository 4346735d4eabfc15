"""Browsers follow who is in office, and confirm votes by the keys of members; in Node.js."""

import json
import subprocess
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from ledger.chain import genesis
from ledger.entries import decode_transaction, encode_entry
from ledger.government.articles import ARTICLES, Article
from ledger.government.tally import Outcome, Proposal
from ledger.transactions import Admit, Status, encode_transaction
from node.web.modules import FOLDER
from tests.builders import Books, build_federation, open_books
from tests.government_builders import govern
from tests.leaving_builders import leave
from tests.ledger.rules.test_voting import admit_by, elect, open_election
from tests.node.web.test_script_vectors import node_program
from tests.places import VECTOR_FILES
from tests.voting_builders import YES, cast, close, enact, open_vote, proposal_of

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
  passed: [...check.office.passed],
}));
"""


def checked(books: Books, entries: list[bytes]) -> dict[str, Any]:
    """What a browser makes of a log."""
    return counted(books.federation.founding.source.decode(), entries)


def counted(founding: str, entries: list[bytes]) -> dict[str, Any]:
    """What a browser makes of the log of coop 1 under that charter."""
    federation = sha256(founding.encode()).digest()
    given = {
        "root": FOLDER.as_posix(),
        "founding": founding,
        "head": genesis(federation=federation, coop=1).hex(),
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


def test_a_second_call_without_its_quorum_elects_nobody() -> None:
    books = open_books(build_federation(seed="second call", coops=1))
    books.admit(1, *range(1, 11))
    govern(books, 1, {Article.SECOND_QUORUM: 3})
    elect_with(books, 4, voters=2)
    assert outcomes(books) == {1: False}
    assert checked(books, books.logs[1])["seats"] is None
    elect_with(books, 5, voters=3)
    assert outcomes(books) == {1: False, 2: True}
    assert checked(books, books.logs[1])["seats"] == [[3, 5]]


def test_an_election_that_has_become_impossible_changes_nothing() -> None:
    books = open_books(build_federation(seed="impossible", coops=1))
    books.admit(1, *range(1, 6))
    number = open_election(books, 4, 5, threshold=2)
    cast(books, number, (1, YES))
    books.set_status(1, 5, Status.CLOSED)
    assert close(books, number).outcome is Outcome.IMPOSSIBLE
    found = checked(books, books.logs[1])
    assert (found["seats"], found["passed"]) == (None, [[1, True]])


def test_who_has_left_is_on_no_roll_and_in_no_office() -> None:
    books = open_books(build_federation(seed="leavers", coops=1))
    books.admit(1, *range(1, 5))
    number = open_election(books, 3, 4, threshold=1)
    books.append(1, leave(books.federation, 1, 4))
    cast(books, number, (1, YES))
    assert close(books, number).outcome is Outcome.ENACTED
    assert checked(books, books.logs[1])["seats"] == [[3, 3]]
    number = open_election(books, 2, threshold=1)
    assert proposal_of(books, number).roll == 3
    cast(books, number, (1, YES), (2, YES))
    close(books, number)
    assert checked(books, books.logs[1])["seats"] == [[4, 2]]


@pytest.mark.parametrize("is_early", [False, True])
def test_a_wrong_enactment_is_refused(is_early: bool) -> None:
    books = open_books(build_federation(seed="wrong count", coops=1))
    books.admit(1, *range(1, 6))
    number = open_vote(books)
    cast(books, number, (1, YES))
    time = books.now if is_early else proposal_of(books, number).second
    entry = encode_entry(time, enact(number, yes=1 if is_early else 2))
    refused = checked(books, [*books.logs[1], entry])["refused"]
    assert refused == f"proposal 1 was counted {'before its close' if is_early else 'wrong'}"


def test_the_history_of_the_vectors_is_counted_as_the_ledger_does() -> None:
    history = json.loads((VECTOR_FILES / "voting.json").read_text())["history"]
    rows = {
        int(number): Proposal.decoded(bytes.fromhex(row))
        for number, row in history["proposals"].items()
        if number != "0"  # the register
    }
    passed = {Outcome.ENACTED, Outcome.IMPOSSIBLE}
    expected = {
        number: row.outcome in passed
        for number, row in rows.items()
        if row.outcome is not Outcome.OPEN
    }
    assert len(expected) > 3
    found = counted(history["charter"], [bytes.fromhex(each) for each in history["logs"]["1"]])
    assert found["refused"] is None
    assert dict(found["passed"]) == expected


def test_the_defaults_are_those_of_the_bylaws() -> None:
    run = (
        "const { DEFAULTS } = await import(process.argv[1]); console.log(JSON.stringify(DEFAULTS));"
    )
    program = node_program()
    if program is None:
        pytest.skip("no Node.js of version 20 or later")
    done = subprocess.run(
        [
            program,
            "--input-type=module",
            "--eval",
            run,
            (FOLDER / "protocol/ballots.js").as_posix(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    defaults = {int(number): value for number, value in json.loads(done.stdout).items()}
    assert defaults == {number: ARTICLES[number].default for number in defaults}


def elect_with(books: Books, account: int, *, voters: int) -> None:
    """An election that so many vote for."""
    number = open_election(books, account, threshold=1)
    cast(books, number, *((each, YES) for each in range(1, voters + 1)))
    close(books, number)


def outcomes(books: Books) -> dict[int, bool]:
    """Of each proposal whether it passed, as browsers count, which is as the ledger has it."""
    found = dict(checked(books, books.logs[1])["passed"])
    for number, passed in found.items():
        assert (proposal_of(books, number).outcome is not Outcome.REJECTED) is passed
    return found
