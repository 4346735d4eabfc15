"""Changing the charter with commands: proposing, endorsing, asking to join, showing, telling its history."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.shell.exit_codes import ExitCode
from cli.shell.matters import federation_matters
from ledger.charter import Standing
from ledger.charter_changes import (
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
)
from ledger.charter_entries import charter_content
from ledger.charter_index import Redenominate
from ledger.codec import encode
from node.addresses import address_from_json, signer_of
from node.changes import read_changes
from node.folder.making import create_node_key
from node.join_requests import read_request
from node.member.client import NodeClient
from tests.builders import build_federation, signing_key
from tests.cli.fake_node import serve
from tests.cli.federation.charter_node import CharterNode, Desk
from tests.index_builders import index_lines

NEW_KEY = signing_key("another", "node")


@pytest.fixture
def node() -> CharterNode:
    return CharterNode()


@pytest.fixture
def desk(tmp_path: Path, node: CharterNode) -> Iterator[Desk]:
    with serve(node) as url:
        yield Desk(tmp_path, node, url)


def test_two_stewards_stand_for_a_limit(desk: Desk, node: CharterNode) -> None:
    limit = ("propose", "limit", "sur", "60000.00")
    first = desk.as_steward(0, *limit)
    assert (first["signed_by"], first["signed"]) == (["steward 0"], False)
    assert "up to 60000.00. Before this change:" in first["says"]
    second = desk.as_steward(1, "endorse")
    assert (second["signed_by"], second["signed"]) == (["steward 0", "steward 1"], True)
    (content,) = node.publications
    change = SetClearingLimit(coop=2, limit=6_000_000)
    assert content == encode(charter_content(node.charter.base, change))


def test_what_takes_the_place_of_an_endorsement_says_so(desk: Desk) -> None:
    secret = ("--yes", "--key", desk.root / "steward0.json", "--passphrase-file", desk.passphrase)
    first = ("propose", "limit", "sur", "60000.00", *secret)
    assert "takes the place" not in desk.say(*first).stdout
    assert "takes the place" not in desk.say(*first).stdout, "the same once more"
    other = desk.say("propose", "limit", "sur", "50.00", *secret).stdout
    assert "It takes the place of what you have endorsed before" in other


def test_stewards_learn_that_something_is_to_be_decided(desk: Desk, node: CharterNode) -> None:
    with NodeClient(desk.url) as client:
        assert federation_matters(client).lines() == []
        node.support(Quarantine(coop=3), "sur")
        desk.run(*join_words(desk))
        proposed, asking = federation_matters(client).lines()
    assert "A change is proposed as version 1" in proposed
    assert "oeste" in asking
    shown = desk.say("show", desk.url).stdout
    assert "Asking to join: oeste" in shown


def test_what_is_signed_is_shown_first_and_a_no_signs_nothing(
    desk: Desk, node: CharterNode
) -> None:
    key = ("--key", str(desk.root / "steward0.json"), "--passphrase-file", str(desk.passphrase))
    words = ("propose", "quarantine", "este", *key)
    result = desk.say(*words, code=ExitCode.REFUSED, typed="n\n")
    assert "is put in quarantine" in result.stdout
    assert "nothing was signed" in result.stderr.lower()
    assert node.publications == {}
    assert "Endorsed by steward 0; 1 more of you has to" in desk.say(*words, typed="y\n").stdout


@pytest.mark.parametrize(
    ("words", "change"),
    [
        (("limit", "sur", "0"), SetClearingLimit(coop=2, limit=0)),
        (("key", "sur", NEW_KEY.public_key.hex()), SetNodeKey(coop=2, key=NEW_KEY.public_key, length=7)),
        (("key", "sur", NEW_KEY.public_key.hex(), "--length", "5"),
         SetNodeKey(coop=2, key=NEW_KEY.public_key, length=5)),
        (("quarantine", "este"), Quarantine(coop=3)),
        (("quorums", "--witnesses", "1"), SetQuorums(witness_quorum=1, decision_quorum=2)),
        (("quorums", "--decisions", "3"), SetQuorums(witness_quorum=0, decision_quorum=3)),
        (("entries-per-day", "5000"), SetEntriesPerDay(entries_per_day=5000)),
        (("leave", "este"), Leave(coop=3)),
        (("time-fall", "sur", "--to", "2026-03-01T12:00"),
         LetTimeFall(coop=2, length=8, time=1_772_366_400)),
    ],
)  # fmt: skip
def test_each_command_proposes_its_change(
    desk: Desk, node: CharterNode, words: tuple[str, ...], change: Any
) -> None:
    node.lengths[2] = 7
    desk.as_steward(0, "propose", *words)
    (content,) = node.publications
    assert content == encode(charter_content(node.charter.base, change))


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Desk]:
    node = CharterNode(
        build_federation(seed="charter", coops=3, index=index_lines(base_day="2025-12-15"))
    )
    with serve(node) as url:
        yield Desk(tmp_path, node, url)


TABLE = """
[index]
method = "survey"
quorum = 2
source_quorum = 2
step_cap = 100
stand_in_limit = 2
quote_days = 7
source = "the baskets"
observations_needed = 2
lead_days = 3
pace_weeks = 4
"""


def test_the_currency_loses_three_zeros(indexed: Desk) -> None:
    words = ("propose", "currency", "ARX", "--from", "2027-01-01", "--old", "1000")
    said = indexed.as_steward(0, *words)["says"]
    assert said == (
        "From 2027-01-01 on prices are in ARX. 1000 of the currency before are 1 of it. No balance changes."
    )
    (content,) = indexed.node.publications
    change = Redenominate(first_day=20_819, numerator=1, denominator=1000, currency="ARX")
    assert content == encode(charter_content(indexed.node.charter.base, change))
    wrong = (*words[:2], "arx", *words[3:])
    assert "three capital" in indexed.as_steward(0, *wrong, code=ExitCode.USAGE)["message"]
    same = (*words[:2], "ARS", *words[3:])
    assert "another code" in indexed.as_steward(0, *same, code=ExitCode.USAGE)["message"]


def test_a_currency_that_was_decided_is_told_before_its_day(indexed: Desk) -> None:
    indexed.node.decide(
        Redenominate(first_day=20_819, numerator=1, denominator=1000, currency="ARX")
    )
    shown = " ".join(indexed.say("show", indexed.url).stdout.split())
    assert "from 2027-01-01 on prices are in ARX, 1 for 1000 of the currency before" in shown


def test_without_an_index_there_is_no_currency_to_change(desk: Desk) -> None:
    words = ("propose", "currency", "ARX", "--from", "2027-01-01", "--old", "1000")
    error = desk.as_steward(0, *words, code=ExitCode.REFUSED)
    assert error["name"] == "index_not_chartered"


def test_another_table_of_the_index_is_read_from_a_file(indexed: Desk) -> None:
    file = indexed.root / "index.toml"
    file.write_text(TABLE, encoding="utf-8")
    said = indexed.as_steward(0, "propose", "index", file, "--from", "2026-01-16")["says"]
    assert "by the method survey, from: the baskets." in said
    assert "needs the signatures of 2 of them" in said
    ended = indexed.as_steward(0, "propose", "index", "--end", "--from", "2026-01-16")["says"]
    assert ended == "From 2026-01-16 on the unit follows no index of prices."


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("method =", "not TOML"),
        (TABLE.replace("step_cap = 100", "step_cap = -1"), "out of its range"),
        (TABLE + "publishers = 3\n", "not iterable"),
        ("index = 3\n", "missing or wrong"),
        (TABLE + "colour = 3\n", "colour"),
        (TABLE.replace("step_cap = 100\n", ""), "step_cap"),
        (TABLE.replace("survey", "tea"), "TEA"),
        (TABLE.replace("quorum = 2\nsource", 'quorum = "2"\nsource'), "out of its range"),
    ],
)
def test_a_file_that_describes_no_index_is_named(indexed: Desk, lines: str, told: str) -> None:
    file = indexed.root / "index.toml"
    file.write_text(lines, encoding="utf-8")
    words = ("propose", "index", file, "--from", "2026-01-16")
    error = indexed.as_steward(0, *words, code=ExitCode.REFUSED)
    assert error["name"] == "index_table_unusable"
    assert told in error["message"]


def test_who_is_in_quarantine_is_readmitted_from_where_its_log_is(
    desk: Desk, node: CharterNode
) -> None:
    node.decide(Quarantine(coop=3))
    node.lengths[3] = 4
    desk.as_steward(0, "propose", "readmit", "este", "--limit", "100.00")
    (content,) = node.publications
    change = Readmit(
        coop=3, key=node.charter.coops[3].node_key, limit=10_000, length=4, head=b"\x03" * 32
    )
    assert content == encode(charter_content(node.charter.base, change))


def test_who_is_accused_is_not_readmitted_with_the_key_that_it_has(
    desk: Desk, node: CharterNode
) -> None:
    node.decide(Quarantine(coop=3))
    node.accused.add(3)
    words = ("propose", "readmit", "este")
    assert "--node-key" in desk.as_steward(0, *words, code=ExitCode.USAGE)["message"]
    desk.as_steward(0, *words, "--node-key", NEW_KEY.public_key.hex())


def _history(digit: int, *, is_standing: bool, losses: dict[int, int]) -> dict[str, Any]:
    return {
        "length": 5,
        "head": bytes([digit]).hex() * 32,
        "is_standing": is_standing,
        "losses": [{"coop_number": coop, "amount": loss} for coop, loss in losses.items()],
    }


@pytest.mark.parametrize(
    ("options", "digit", "losses"),
    [((), 0xAA, ((1, 10), (2, 40))), (("--head", "BB"), 0xBB, ())],
    ids=["as the books say", "the one that is named"],
)
def test_the_history_that_stands_is_proposed_from_what_the_node_holds(
    desk: Desk, node: CharterNode, options: tuple[str, ...], digit: int, losses: Any
) -> None:
    node.decide(Quarantine(coop=3))
    node.branches += [
        _history(0xAA, is_standing=True, losses={2: 40, 1: 10}),
        _history(0xBB, is_standing=False, losses={}),
    ]
    desk.as_steward(0, "propose", "standing", "este", *options)
    (content,) = node.publications
    change = DecideBranch(coop=3, length=5, head=bytes([digit]) * 32, losses=losses)
    assert content == encode(charter_content(node.charter.base, change))


def test_a_history_that_the_node_does_not_hold_is_not_proposed(
    desk: Desk, node: CharterNode
) -> None:
    node.branches += [_history(0xAA, is_standing=True, losses={})]
    words = ("propose", "standing", "este", "--head", "cc")
    assert "aa" * 32 in desk.as_steward(0, *words, code=ExitCode.USAGE)["message"]
    assert node.publications == {}


def test_a_coop_gets_other_stewards(desk: Desk, node: CharterNode) -> None:
    people = [f"{name}:{signing_key('s', name).public_key.hex()}" for name in ("ana", "eva")]
    options = [word for person in people for word in ("--steward", person)]
    words = ("propose", "stewards", "sur", *options, "--threshold", "2")
    said = desk.as_steward(0, *words)["says"]
    assert "ana (" in said and "eva (" in said
    wrong = desk.as_steward(0, *words[:-1], "3", code=ExitCode.USAGE)
    assert "there are 2 stewards" in wrong["message"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("readmit", "sur"), "charter_standing_wrong"),
        (("quorums", "--decisions", "1"), "charter_quorum_impossible"),
        (("quorums", "--witnesses", "0"), "charter_unchanged"),
    ],
)
def test_what_the_rules_refuse_is_said_before_anybody_signs(
    desk: Desk, node: CharterNode, words: tuple[str, ...], name: str
) -> None:
    error = desk.as_steward(0, "propose", *words, code=ExitCode.REFUSED)
    assert error["name"] == name
    assert "Every node would refuse" not in error["message"]
    assert node.publications == {}


def test_a_coop_that_is_none_is_named_with_those_there_are(desk: Desk) -> None:
    error = desk.as_steward(0, "propose", "limit", "nort", "1.00", code=ExitCode.USAGE)
    assert "no cooperative nort" in error["message"]
    assert "norte, sur, este" in error["message"]


def test_what_another_coop_stands_for_is_endorsed_by_its_digits(
    desk: Desk, node: CharterNode
) -> None:
    node.support(Quarantine(coop=3), "sur")
    node.support(SetClearingLimit(coop=2, limit=1), "este")
    error = desk.as_steward(0, "endorse", code=ExitCode.REFUSED)
    assert error["name"] == "several_to_endorse"
    shown = desk.run("show", desk.url)
    (wanted,) = [each for each in shown["proposals"] if each["supported_by"] == ["sur"]]
    assert shown["silent"] == ["este"]
    said = desk.as_steward(0, "endorse", wanted["id"])["says"]
    assert "quarantine" in said
    assert encode(charter_content(node.charter.base, Quarantine(coop=3))) in node.publications


def test_nothing_to_endorse_says_where_to_look(desk: Desk) -> None:
    for words in ((), ("este",), ("1",)):
        error = desk.as_steward(0, "endorse", *words, code=ExitCode.REFUSED)
        assert error["name"] == "nothing_to_endorse"


def join_words(desk: Desk, *more: str) -> tuple[str | Path, ...]:
    key = signing_key("oeste", "ana").public_key.hex()
    given = ("--name", "oeste", "--title", "Cooperativa Oeste", "--steward", f"ana:{key}")
    return ("join", desk.url, *given, "--folder", desk.root / "oeste", "--yes", *more)


def test_a_coop_asks_to_join_and_is_endorsed_by_name(desk: Desk, node: CharterNode) -> None:
    node.decide(SetClearingLimit(coop=2, limit=1))
    asked = desk.run(*join_words(desk, "--address", "http://oeste.example"))
    assert (asked["coop"], asked["coop_number"]) == ("oeste", 4)
    (request,) = desk.run("requests", "--node", desk.url)["requests"]
    assert (request["name"], request["url"]) == ("oeste", "http://oeste.example")
    assert request["node_key"] == asked["public_key"]
    said = desk.as_steward(0, "endorse", "oeste")["says"]
    assert said.startswith("Cooperativa Oeste joins, under the name oeste and the number 4.")
    folder = desk.root / "oeste"
    assert (folder / "charter.toml").read_bytes() == node.federation.founding.source
    assert read_changes((folder / "charter.changes").read_bytes()) == node.entries
    assert read_request((folder / "join.request").read_bytes()).name == "oeste"
    assert (folder / "node.key").stat().st_mode & 0o077 == 0
    told = address_from_json(json.loads((folder / "node.address").read_bytes()))
    assert told is not None
    assert (told.coop, told.url) == (4, "http://oeste.example")
    key = bytes.fromhex(asked["public_key"])
    assert signer_of(told, federation=node.federation.id, keys=[key]) == key


def test_the_folder_of_a_coop_that_belongs_to_it_is_not_that_of_a_newcomer(
    desk: Desk, node: CharterNode
) -> None:
    create_node_key(desk.root / "oeste", node.federation.node_keys[2].seed)
    error = desk.run(*join_words(desk), code=ExitCode.USAGE)
    assert "that of the node of sur" in error["message"]
    assert node.requests == []


def test_a_request_is_corrected_with_the_same_key(desk: Desk, node: CharterNode) -> None:
    first = desk.run(*join_words(desk))
    second = desk.run(*join_words(desk, "--clearing-limit", "100.00"))
    assert second["public_key"] == first["public_key"]
    said = desk.as_steward(0, "endorse", "oeste")["says"]
    assert "up to 100.00" in said


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (("--number", "2"), ExitCode.REFUSED, "number or name"),
        (("--name", "sur"), ExitCode.REFUSED, "number or name"),
        (("--name", "Oeste!"), ExitCode.USAGE, "small letters"),
        (("--threshold", "2"), ExitCode.USAGE, "there are 1 stewards"),
        (("--steward", "eva:zz"), ExitCode.USAGE, "64 hex digits"),
    ],
)
def test_a_request_that_could_not_be_granted_makes_nothing(
    desk: Desk, node: CharterNode, more: tuple[str, ...], code: ExitCode, told: str
) -> None:
    error = desk.run(*join_words(desk, *more), code=code)
    assert told in error["message"]
    assert node.requests == []
    assert not (desk.root / "oeste").exists()


def test_the_history_is_told_in_words_with_who_decided(desk: Desk, node: CharterNode) -> None:
    assert desk.run("history", "--node", desk.url)["changes"] == []
    changes = (
        SetClearingLimit(coop=2, limit=7_000_000),
        SetNodeKey(coop=3, key=NEW_KEY.public_key, length=0),
        Quarantine(coop=3),
    )
    for change in changes:
        node.decide(change)
    told = desk.run("history", "--node", desk.url)["changes"]
    assert [each["version"] for each in told] == [1, 2, 3]
    assert told[0]["signed_by"] == ["norte", "sur"]
    assert "up to 70000.00" in told[0]["says"]
    page = desk.say("history", "--node", desk.url).stdout
    assert (
        "Decided; by this node's log the nodes of norte, sur signed it, in force here since "
        "2026-01-01 00:00 UTC." in page
    )
    assert "was founded by" in page


def test_the_charter_in_force_is_shown(desk: Desk, node: CharterNode) -> None:
    node.decide(Quarantine(coop=3))
    shown = desk.run("show", desk.url)
    assert shown["version"] == 1
    assert [each["standing"] for each in shown["coops"]] == ["member", "member", "quarantined"]
    error = desk.run("show", desk.root, code=ExitCode.USAGE)
    assert "charter.toml" in error["message"]
    page = desk.say("show", desk.url).stdout
    assert "quarantined" in page
    assert node.charter.coops[3].standing is Standing.QUARANTINED
    assert "all 2 have to sign" in page
    assert "more can join" in page


def test_a_change_that_too_few_have_signed_is_not_believed(desk: Desk, node: CharterNode) -> None:
    node.decide(Quarantine(coop=3))
    forged = replace(node.entries[0], signatures=node.entries[0].signatures[:1])
    node.entries = [forged]
    error = desk.run("history", "--node", desk.url, code=ExitCode.REFUSED)
    assert error["name"] == "node_misbehaved"


def test_a_signature_that_is_not_one_is_not_believed(desk: Desk, node: CharterNode) -> None:
    node.decide(Quarantine(coop=3), keys=[NEW_KEY, NEW_KEY])
    error = desk.run("history", "--node", desk.url, code=ExitCode.REFUSED)
    assert error["name"] == "node_misbehaved"


def test_a_change_between_two_questions_is_no_lie(desk: Desk, node: CharterNode) -> None:
    """It is decided after the changes were read, and before the node is asked what is in force."""

    def decide(path: str, document: Any) -> Any:
        if path == "/v1/federation/changes" and not node.entries:
            node.decide(Quarantine(coop=3))
        return document

    node.lie = decide
    assert desk.run("show", desk.url)["version"] == 1


def test_a_version_without_proof_is_not_believed(desk: Desk, node: CharterNode) -> None:
    def lie(path: str, document: Any) -> Any:
        return document | {"version": 9} if path == "/v1/federation" else document

    node.lie = lie
    assert desk.run("show", desk.url, code=ExitCode.REFUSED)["name"] == "node_misbehaved"


def test_a_request_that_its_key_has_not_signed_is_not_shown(desk: Desk, node: CharterNode) -> None:
    desk.run(*join_words(desk))
    request = read_request(node.requests[0])
    node.requests = [replace(request, url="http://thief.example").encode()]
    error = desk.run("requests", "--node", desk.url, code=ExitCode.REFUSED)
    assert error["name"] == "node_misbehaved"


def test_without_a_node_or_a_key_it_says_what_to_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(desk.root / "nothing"))
    assert desk.run("requests", code=ExitCode.USAGE)["name"] == "node_not_named"


def test_a_steward_of_a_coop_that_joined_is_known(desk: Desk, node: CharterNode) -> None:
    new = signing_key("new", "steward")
    stewards = (replace(node.charter.coops[1].stewards[0], name="nora", key=new.public_key),)
    node.decide(
        Join(
            coop=9,
            name="lago",
            title="Lago",
            node_key=NEW_KEY.public_key,
            clearing_limit=1,
            steward_threshold=1,
            stewards=stewards,
        )
    )
    shown = desk.run("show", desk.url)
    assert shown["coops"][-1]["stewards"] == ["nora"]
