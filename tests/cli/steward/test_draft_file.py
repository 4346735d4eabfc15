"""Drafts: what several stewards sign together, and what is not let through."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cli.shell.describing import describe
from cli.steward.draft_file import (
    Draft,
    DraftError,
    ReasonText,
    find_twin,
    make_draft,
    read_draft,
    render_draft,
)
from ledger.transactions import Limit, SetStatus, Status, encode_transaction
from tests.builders import build_federation, open_books

FEDERATION = build_federation()
CHARTER = FEDERATION.charter
NORTE = CHARTER.coops[1]
KEYS = FEDERATION.steward_keys[1]
REASON = ReasonText(salt=bytes(16), text="sells every week")


CHANGE = Limit(
    account=1, revision=1, limit=9_000, from_=0, until=None, after=None, reason=REASON.hash
)


def draft(change: Limit = CHANGE, reason: ReasonText = REASON) -> Draft:
    return Draft(charter=CHARTER, coop=NORTE, transaction=change, reason=reason)


def test_signatures_gather_until_the_log_takes_it() -> None:
    books = open_books(FEDERATION)
    books.admit(1, 1)
    one = draft().sign(KEYS[2])
    assert (one.missing, one.signed_by) == (1, ["steward 2"])
    both = one.sign(KEYS[0])
    assert (both.missing, both.signed_by) == (0, ["steward 0", "steward 2"])
    assert books.refusal(1, encode_transaction(both.transaction)) is None
    account = books.validator.account(1, 1)
    assert account is not None
    assert account.limit == 9_000


def test_signatures_of_two_copies_come_together() -> None:
    first, second = draft().sign(KEYS[0]), draft().sign(KEYS[1])
    assert first.merge(second.transaction.stewards).missing == 0


def test_the_same_command_of_two_stewards_is_one_draft() -> None:
    waiting = draft().sign(KEYS[0])
    again = ReasonText(salt=bytes([7] * 16), text=REASON.text)
    own = draft(replace(CHANGE, reason=again.hash), again)
    assert own.message != waiting.message
    assert find_twin(own, [waiting]) is waiting
    assert waiting.sign(KEYS[1]).missing == 0


def test_another_change_or_another_reason_is_another_draft() -> None:
    own, waiting = draft(), draft().sign(KEYS[0])
    assert find_twin(own, []) is None
    other = ReasonText(salt=bytes(16), text="sells every day")
    for changed in (
        replace(CHANGE, limit=9_001),
        replace(CHANGE, account=2),
        replace(CHANGE, revision=2),
        replace(CHANGE, until=5, after=0),
    ):
        assert find_twin(own, [draft(changed).sign(KEYS[0])]) is None
    assert find_twin(own, [replace(waiting, reason=other)]) is None
    assert find_twin(own, [replace(waiting, reason=None)]) is None
    frozen = SetStatus(account=1, revision=1, status=Status.FROZEN, reason=REASON.hash)
    assert find_twin(own, [replace(waiting, transaction=frozen)]) is None


def test_signing_twice_changes_nothing() -> None:
    once = draft().sign(KEYS[0])
    assert once.sign(KEYS[0]) == once


def test_somebody_else_can_not_sign() -> None:
    with pytest.raises(DraftError, match="no steward"):
        draft().sign(FEDERATION.steward_keys[2][0])


def test_a_file_is_read_back(tmp_path: Path) -> None:
    signed = draft().sign(KEYS[1])
    path = tmp_path / "draft.json"
    path.write_text(render_draft(signed), encoding="utf-8")
    assert read_draft(path, CHARTER) == signed


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": "other"}, "another format"),
        ({"federation": "00" * 32}, "another federation"),
        ({"coop": 9}, "another federation"),
        ({"transaction": "AAAA"}, "no transaction"),
        ({"transaction": 1}, "not a draft"),
        ({"reason": {"salt": "00" * 16, "text": "something else"}}, "the text is not the one"),
        ({"coop": 2}, "not one of this content"),
    ],
)
def test_a_changed_file_is_refused(tmp_path: Path, change: dict[str, object], problem: str) -> None:
    document = json.loads(render_draft(draft().sign(KEYS[1])))
    path = tmp_path / "draft.json"
    path.write_text(json.dumps(document | change), encoding="utf-8")
    with pytest.raises(DraftError, match=problem):
        read_draft(path, CHARTER)


def test_a_payment_is_no_draft() -> None:
    pay = FEDERATION.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=5)
    with pytest.raises(DraftError, match="no transaction that stewards sign"):
        make_draft(CHARTER, NORTE, pay)


def test_an_admission_needs_the_new_members_signature() -> None:
    good = FEDERATION.admit(1, 5, stewards=[])
    assert make_draft(CHARTER, NORTE, good).missing == 2
    forged = FEDERATION.admit(1, 5, stewards=[], public_key=FEDERATION.member_key(1, 6).public_key)
    with pytest.raises(DraftError, match="the new member"):
        make_draft(CHARTER, NORTE, forged)


def test_it_is_said_in_plain_words() -> None:
    limit = draft().transaction
    assert isinstance(limit, Limit)
    limit = replace(limit, until=1_767_225_600, after=0)
    assert describe(limit, charter=CHARTER, coop=1, reason="why", names={(1, 1): "alice"}) == [
        "Set the credit limit of alice@norte to 90.00.",
        "It ends on 2026-01-01 00:00 UTC; after that the limit is 0.00.",
        "The reason: why",
    ]
    freeze = SetStatus(account=4, revision=1, status=Status.FROZEN, reason=bytes(32))
    assert describe(freeze, charter=CHARTER, coop=1) == [
        "Freeze account 4 of norte: it can't pay, but can still be paid."
    ]
