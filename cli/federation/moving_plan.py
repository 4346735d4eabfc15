"""A plan to move in, as a file that goes from steward to steward: admissions, and the opening.

The file is JSON: the federation, the coop, the resolution with its salt, and for every transaction its
bytes with the signatures so far, the admissions with their names. All stewards sign all of it. It has no
member's key; but it has names, so it is kept as carefully as a list of members.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cli.federation.old_systems import OldBooks, OldMember
from cli.shell.language import say
from cli.steward.draft_file import (
    Draft,
    DraftError,
    ReasonText,
    make_draft,
    opening_document,
    read_opening,
    steward_of,
)
from ledger.charter import Charter, Coop
from ledger.government.opening import MAX_BALANCES, MAX_PARTS, OpenBooks
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.names import Opening
from ledger.signatures import SigningKey
from ledger.transactions import Admit, Stewarded, encode_transaction, signed_part
from node.member.answers import encode_bytes, read_bytes
from node.member.naming import own_opening

FORMAT: Final = "fiado moving plan"
VERSION: Final = 1
LARGEST_FILE: Final = 67_108_864


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingPlan:
    """Admissions, then the parts of the opening, all as drafts."""

    charter: Charter
    coop: Coop
    resolution: ReasonText
    admissions: tuple[Draft, ...]
    parts: tuple[Draft, ...]

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """All of it, in the order of recording."""
        return (*self.admissions, *self.parts)

    @property
    def signed_by(self) -> list[str]:
        """The names of the stewards who have signed all of it."""
        places = [dict(draft.transaction.stewards).keys() for draft in self.drafts]
        everywhere = set(places[0]).intersection(*places[1:])
        return [self.coop.stewards[place].name for place in sorted(everywhere)]

    def sign(self, key: SigningKey) -> "MovingPlan":
        """With the signatures of the steward who has this key. Raises `DraftError`."""
        place = steward_of(self.coop, key.public_key)

        def signed(draft: Draft) -> Draft:
            together = dict(draft.transaction.stewards) | {place: key.sign(draft.message)}
            stewards = tuple(sorted(together.items()))
            return replace(draft, transaction=replace(draft.transaction, stewards=stewards))

        return replace(
            self,
            admissions=tuple(map(signed, self.admissions)),
            parts=tuple(map(signed, self.parts)),
        )


def make_plan(
    books: OldBooks,
    seeds: Sequence[bytes],
    *,
    charter: Charter,
    coop: Coop,
    first_account: int,
    limit: int,
    resolution: ReasonText,
) -> MovingPlan:
    """A plan that nobody has signed. `seeds` are of the keys with which members begin; `limit` where the file
    says none."""
    balances: list[tuple[int, int]] = []
    admissions: list[Draft] = []
    for number, (member, seed) in enumerate(zip(books.members, seeds, strict=True), first_account):
        admissions.append(
            _admission(member, seed, account=number, limit=limit, charter=charter, coop=coop)
        )
        balances.append((number, member.balance))
    chunks = [balances[at : at + MAX_BALANCES] for at in range(0, len(balances), MAX_BALANCES)]
    assert len(chunks) <= MAX_PARTS, "a file has no more members"
    parts = [
        OpenBooks(
            part=part,
            parts=len(chunks),
            commons=-books.total,
            statement=books.statement,
            balances=tuple(chunk),
            reason=resolution.hash,
        )
        for part, chunk in enumerate(chunks, 1)
    ]
    return MovingPlan(
        charter=charter,
        coop=coop,
        resolution=resolution,
        admissions=tuple(admissions),
        parts=tuple(
            Draft(charter=charter, coop=coop, transaction=part, reason=resolution) for part in parts
        ),
    )


def _admission(
    member: OldMember, seed: bytes, *, account: int, limit: int, charter: Charter, coop: Coop
) -> Draft:
    """The admission of a member, by the key with which they begin."""
    key, federation = SigningKey(seed), charter.federation
    name = own_opening(seed, handle=member.handle, federation=federation, coop=coop.number)
    bare = Admit(
        account=account,
        key=key.public_key,
        handle=name.commitment(federation=federation, coop=coop.number),
        class_=int(member.is_organisation),
        limit=limit if member.limit is None else member.limit,
    )
    message = signed_bytes(
        TAG_ENTRY, federation=federation, coop=coop.number, body=signed_part(bare)
    )
    admit = replace(bare, key_signature=key.sign(message))
    return Draft(charter=charter, coop=coop, transaction=admit, opening=name)


def render_plan(plan: MovingPlan) -> str:
    """The text of the file."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "federation": plan.charter.federation.hex(),
        "coop": plan.coop.number,
        "resolution": {"salt": plan.resolution.salt.hex(), "text": plan.resolution.text},
        "admissions": [
            {
                "transaction": encode_bytes(encode_transaction(draft.transaction)),
                "name": opening_document(_name(draft)),
            }
            for draft in plan.admissions
        ],
        "opening": [
            {"transaction": encode_bytes(encode_transaction(draft.transaction))}
            for draft in plan.parts
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _name(draft: Draft) -> Opening:
    assert draft.opening is not None, "admissions of a plan have names"
    return draft.opening


def read_plan(path: Path, charter: Charter, coop: Coop) -> MovingPlan:
    """Read and check a plan, with every signature in it. Raises `DraftError` or `OSError`."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise DraftError(say("the file is far too large"))
    try:
        document = json.loads(data)
        if (document["format"], document["version"]) != (FORMAT, VERSION):
            raise DraftError(say("it has another format"))
        federation, number = bytes.fromhex(document["federation"]), document["coop"]
        given = document["resolution"]
        resolution = ReasonText(salt=bytes.fromhex(given["salt"]), text=str(given["text"]))
        admissions = [
            (read_bytes(each["transaction"]), read_opening(each["name"]))
            for each in document["admissions"]
        ]
        parts = [read_bytes(each["transaction"]) for each in document["opening"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DraftError(say("it is not a plan to move in")) from error
    if federation != charter.federation or number != coop.number:
        raise DraftError(say("it is for another federation or cooperative"))
    plan = MovingPlan(
        charter=charter,
        coop=coop,
        resolution=resolution,
        admissions=tuple(
            _of_kind(make_draft(charter, coop, each, opening=name), Admit)
            for each, name in admissions
        ),
        parts=tuple(
            _of_kind(make_draft(charter, coop, each, reason=resolution), OpenBooks)
            for each in parts
        ),
    )
    if not plan.admissions or not plan.parts:
        raise DraftError(say("it is not a plan to move in"))
    return plan


def _of_kind(draft: Draft, kind: type[Stewarded]) -> Draft:
    if not isinstance(draft.transaction, kind):
        raise DraftError(say("it is not a plan to move in"))
    return draft
