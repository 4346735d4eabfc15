"""Changes of the charter that are refused, each for one reason, and valid ones: for tests and vectors.

`stage` has four coops, of which the fourth has joined, the second has another node key, and the third is in
quarantine. Log 1 has taken all of that in, log 2 nothing but that the fourth has joined.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.charter_changes import (
    Change,
    DecideBranch,
    Join,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
    SetStewards,
)
from ledger.codec import MAX
from ledger.refusals import Refusal
from ledger.validators.reference import ReferenceValidator
from tests.builders import MakeValidator, signing_key
from tests.charter_builders import FIFTH, Union, join_of, open_union

FIRST, REKEYED, SHUT_OUT, JOINED = 1, 2, 3, 4
OTHER_KEY: Final = signing_key("another node key")
THIRD_KEY: Final = signing_key("a third node key").public_key
SMALL_ORDER: Final = bytes(32)
"""No key: a point of small order."""
HEAD: Final = bytes(32)


def stage(make_validator: MakeValidator = ReferenceValidator) -> Union:
    """The books that are told of above; every founding coop has the accounts 1 and 2."""
    union = open_union(make_validator, seed="changes")
    for coop in (1, 2, 3):
        union.books.admit(coop, 1, 2)
    union.join_fourth()
    union.books.admit(JOINED, 1)
    union.decide(SetNodeKey(coop=REKEYED, key=OTHER_KEY.public_key, length=5), FIRST)
    union.with_key(REKEYED, OTHER_KEY)
    union.decide(Quarantine(coop=SHUT_OUT), FIRST)
    return union


def _join(union: Union, **fields: Any) -> Join:
    return replace(join_of(union.people[FIFTH]), **fields)


def _founding_key(union: Union, coop: int) -> bytes:
    return union.books.validator.founding.genesis.coops[coop].node_key


def _readmit(union: Union, **fields: Any) -> Readmit:
    readmission = Readmit(
        coop=SHUT_OUT, key=_founding_key(union, SHUT_OUT), limit=1, length=3, head=HEAD
    )
    return replace(readmission, **fields)


def _branch(**fields: Any) -> DecideBranch:
    return replace(DecideBranch(coop=SHUT_OUT, length=3, head=HEAD), **fields)


def _small_stewards(union: Union) -> tuple[Any, ...]:
    return (replace(union.people[FIFTH].stewards[0], key=SMALL_ORDER),)


def _same_stewards(union: Union) -> SetStewards:
    coop = union.charter.coops[FIRST]
    return SetStewards(coop=FIRST, threshold=coop.steward_threshold, stewards=coop.stewards)


@dataclass(frozen=True)
class Fault:
    """A change that log 1 refuses next."""

    name: str
    refusal: Refusal
    change: Callable[[Union], Change]


_EXISTS, _TAKEN = Refusal.CHARTER_COOP_EXISTS, Refusal.CHARTER_KEY_TAKEN
_INADMISSIBLE, _RANGE = Refusal.KEY_INADMISSIBLE, Refusal.LIMIT_OUT_OF_RANGE
_STANDING, _LENGTH = Refusal.CHARTER_STANDING_WRONG, Refusal.CHARTER_LENGTH_WRONG
_QUORUM, _UNCHANGED = Refusal.CHARTER_QUORUM_IMPOSSIBLE, Refusal.CHARTER_UNCHANGED
_UNKNOWN, _LOSSES = Refusal.COOP_UNKNOWN, Refusal.CHARTER_LOSSES_WRONG

FAULTS: Final = (
    Fault("join: a number twice", _EXISTS, lambda u: _join(u, coop=REKEYED)),
    Fault("join: a name twice", _EXISTS, lambda u: _join(u, name="sur")),
    Fault("join: another's key", _TAKEN, lambda u: _join(u, node_key=_founding_key(u, FIRST))),
    Fault(
        "join: a key that was another's",
        _TAKEN,
        lambda u: _join(u, node_key=_founding_key(u, REKEYED)),
    ),
    Fault("join: a key of small order", _INADMISSIBLE, lambda u: _join(u, node_key=SMALL_ORDER)),
    Fault(
        "join: a steward's key of small order",
        _INADMISSIBLE,
        lambda u: _join(u, steward_threshold=1, stewards=_small_stewards(u)),
    ),
    Fault("join: limits above MAX", _RANGE, lambda u: _join(u, clearing_limit=MAX)),
    Fault("limit of nobody", _UNKNOWN, lambda u: SetClearingLimit(coop=FIFTH, limit=1)),
    Fault("limits above MAX", _RANGE, lambda u: SetClearingLimit(coop=FIRST, limit=MAX)),
    Fault(
        "the same limit",
        _UNCHANGED,
        lambda u: SetClearingLimit(coop=FIRST, limit=u.charter.coops[FIRST].clearing_limit),
    ),
    Fault("key of nobody", _UNKNOWN, lambda u: SetNodeKey(coop=FIFTH, key=THIRD_KEY, length=9)),
    Fault(
        "key of a coop in quarantine",
        _STANDING,
        lambda u: SetNodeKey(coop=SHUT_OUT, key=THIRD_KEY, length=9),
    ),
    Fault(
        "key before the one before",
        _LENGTH,
        lambda u: SetNodeKey(coop=REKEYED, key=THIRD_KEY, length=4),
    ),
    Fault(
        "the key that the node has",
        _TAKEN,
        lambda u: SetNodeKey(coop=REKEYED, key=OTHER_KEY.public_key, length=9),
    ),
    Fault(
        "the key that the node had",
        _TAKEN,
        lambda u: SetNodeKey(coop=REKEYED, key=_founding_key(u, REKEYED), length=9),
    ),
    Fault(
        "key of small order",
        _INADMISSIBLE,
        lambda u: SetNodeKey(coop=FIRST, key=SMALL_ORDER, length=9),
    ),
    Fault("quarantine of nobody", _UNKNOWN, lambda u: Quarantine(coop=FIFTH)),
    Fault("quarantine twice", _STANDING, lambda u: Quarantine(coop=SHUT_OUT)),
    Fault("a branch of nobody", _UNKNOWN, lambda u: _branch(coop=FIFTH)),
    Fault("a branch: a loss of nobody", _UNKNOWN, lambda u: _branch(losses=((FIFTH, 1),))),
    Fault("a branch: the coop's own loss", _LOSSES, lambda u: _branch(losses=((SHUT_OUT, 1),))),
    Fault(
        "a branch: losses above MAX",
        _LOSSES,
        lambda u: _branch(losses=((FIRST, MAX), (REKEYED, 1))),
    ),
    Fault("readmission of nobody", _UNKNOWN, lambda u: _readmit(u, coop=FIFTH)),
    Fault("readmission of a member", _STANDING, lambda u: _readmit(u, coop=FIRST)),
    Fault(
        "readmission with another's key",
        _TAKEN,
        lambda u: _readmit(u, key=_founding_key(u, FIRST)),
    ),
    Fault(
        "readmission with a key of small order",
        _INADMISSIBLE,
        lambda u: _readmit(u, key=SMALL_ORDER),
    ),
    Fault("readmission with limits above MAX", _RANGE, lambda u: _readmit(u, limit=MAX)),
    Fault(
        "as many witnesses as members",
        _QUORUM,
        lambda u: SetQuorums(witness_quorum=3, decision_quorum=2),
    ),
    Fault("a minority", _QUORUM, lambda u: SetQuorums(witness_quorum=0, decision_quorum=1)),
    Fault(
        "more than the members", _QUORUM, lambda u: SetQuorums(witness_quorum=0, decision_quorum=4)
    ),
    Fault(
        "the same quorums", _UNCHANGED, lambda u: SetQuorums(witness_quorum=0, decision_quorum=2)
    ),
    Fault("the same bound of a day", _UNCHANGED, lambda u: SetEntriesPerDay(entries_per_day=None)),
    Fault(
        "stewards of nobody",
        _UNKNOWN,
        lambda u: SetStewards(coop=FIFTH, threshold=1, stewards=u.people[FIFTH].stewards),
    ),
    Fault(
        "a steward's key of small order",
        _INADMISSIBLE,
        lambda u: SetStewards(coop=FIRST, threshold=1, stewards=_small_stewards(u)),
    ),
    Fault("the same stewards", _UNCHANGED, _same_stewards),
)

VALID: Final[dict[str, Callable[[Union], Change]]] = {
    "join": _join,
    "join with bylaws": lambda u: _join(u, bylaws=bytes(range(32))),
    "clearing limit": lambda u: SetClearingLimit(coop=REKEYED, limit=0),
    "clearing limit of a coop in quarantine": lambda u: SetClearingLimit(coop=SHUT_OUT, limit=0),
    "node key": lambda u: SetNodeKey(coop=REKEYED, key=THIRD_KEY, length=5),
    "quarantine": lambda u: Quarantine(coop=JOINED),
    "readmission with the key that it had": _readmit,
    "readmission with another key": lambda u: _readmit(u, key=THIRD_KEY),
    "quorums": lambda u: SetQuorums(witness_quorum=2, decision_quorum=2),
    "entries per day": lambda u: SetEntriesPerDay(entries_per_day=1),
    "stewards": lambda u: SetStewards(
        coop=REKEYED, threshold=1, stewards=u.people[FIFTH].stewards[:1]
    ),
}
"""By what they are called: changes that log 1 takes in next, and log 2 once it has what log 1 has."""
