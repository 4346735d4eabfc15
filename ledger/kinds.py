"""The kinds of entries, in one table: PROTOCOL section 6.

Whatever has to be known of a kind beside its rules is said here once, and all else follows from it: what a
node takes from people, what stewards draft, which validator decides, where the page has the rule. What can't
follow, because it is words or another language, is compared with the table by `tests/test_kinds.py`, which
names what is missing. How a kind is added is told in `docs/ARCHITECTURE.md`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, get_args

from ledger.account_keys import read_delegate, read_owners
from ledger.accounts import read_admit, read_limit, read_status
from ledger.charter_entries import CharterEntry, read_charter_entry
from ledger.codec import MAX_DEPTH, check_types
from ledger.decisions import IndexEntry, read_index_entry
from ledger.errors import EncodingError
from ledger.government.bylaws import read_bylaws
from ledger.government.commons import read_levy, read_spend
from ledger.government.guarantees import read_guarantee, read_lapse
from ledger.government.leaving import read_leave, read_settle
from ledger.government.opening import read_acknowledge, read_opening
from ledger.government.recovery import (
    read_guardians,
    read_object,
    read_recover,
    read_rekey,
    read_restore,
)
from ledger.government.voting import read_attest, read_enact, read_propose, read_vote
from ledger.refusals import Refusal
from ledger.shapes import Kind
from ledger.transactions import (
    AccountChange,
    Acknowledge,
    Admit,
    AdoptBylaws,
    Anchor,
    Attest,
    Delegate,
    Enact,
    Guarantee,
    GuardiansNamed,
    Lapse,
    Leave,
    Levy,
    Limit,
    ObjectTo,
    OpenBooks,
    Pay,
    PayDelegated,
    Propose,
    Reasoned,
    Recover,
    Rekey,
    Restore,
    Return,
    SetOwners,
    SetStatus,
    Settle,
    Spend,
    Transaction,
    Vote,
    read_anchor,
    read_pay,
    read_pay_delegated,
    read_return,
)


class Signers(Enum):
    """Whose signatures make an entry of a kind valid."""

    OWNER = "the owner of the account that it is about, or a key that the owner has delegated"
    STEWARDS = "the stewards of the log's coop, enough of them"
    NODE = "the node of the log's coop, by the head over the entry"
    COOPS = "the nodes of several coops, over a content that is theirs together"


class Decider(Enum):
    """Which code of the native validator decides; the reference validator decides all in Python."""

    NATIVE = "native code, because there are many of it or because it touches many accounts"
    SHARED = "the shared rules, which are the reference validator's own"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """What has to be known of one kind of entry."""

    kind: Kind
    class_: type[Transaction]
    read: Callable[[list[object]], Transaction | None]
    """The transaction that a decoded array of this kind holds; None for another shape."""
    signers: Signers
    decider: Decider
    clause: str
    """The section of PROTOCOL with its rule."""

    @property
    def name(self) -> str:
        """What PROTOCOL, the interface and the command line call it."""
        return self.kind.name.lower()


KINDS: Final[Mapping[Kind, KindRow]] = {
    row.kind: row
    for row in (
        KindRow(
            kind=Kind.PAY,
            class_=Pay,
            read=read_pay,
            signers=Signers.OWNER,
            decider=Decider.NATIVE,
            clause="7.2",
        ),
        KindRow(
            kind=Kind.ADMIT,
            class_=Admit,
            read=read_admit,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="7.3",
        ),
        KindRow(
            kind=Kind.LIMIT,
            class_=Limit,
            read=read_limit,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="7.4",
        ),
        KindRow(
            kind=Kind.STATUS,
            class_=SetStatus,
            read=read_status,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="7.4",
        ),
        KindRow(
            kind=Kind.ANCHOR,
            class_=Anchor,
            read=read_anchor,
            signers=Signers.NODE,
            decider=Decider.NATIVE,
            clause="7.6",
        ),
        KindRow(
            kind=Kind.INDEX,
            class_=IndexEntry,
            read=read_index_entry,
            signers=Signers.COOPS,
            decider=Decider.SHARED,
            clause="9.3",
        ),
        KindRow(
            kind=Kind.RETURN,
            class_=Return,
            read=read_return,
            signers=Signers.NODE,
            decider=Decider.NATIVE,
            clause="7.7",
        ),
        KindRow(
            kind=Kind.CHARTER,
            class_=CharterEntry,
            read=read_charter_entry,
            signers=Signers.COOPS,
            decider=Decider.SHARED,
            clause="7.12",
        ),
        KindRow(
            kind=Kind.LEVY,
            class_=Levy,
            read=read_levy,
            signers=Signers.NODE,
            decider=Decider.SHARED,
            clause="13.10",
        ),
        KindRow(
            kind=Kind.SPEND,
            class_=Spend,
            read=read_spend,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="13.9",
        ),
        KindRow(
            kind=Kind.LEAVE,
            class_=Leave,
            read=read_leave,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="13.8",
        ),
        KindRow(
            kind=Kind.SETTLE,
            class_=Settle,
            read=read_settle,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="13.8",
        ),
        KindRow(
            kind=Kind.BYLAWS,
            class_=AdoptBylaws,
            read=read_bylaws,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="13.1",
        ),
        KindRow(
            kind=Kind.PROPOSE,
            class_=Propose,
            read=read_propose,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="13.3",
        ),
        KindRow(
            kind=Kind.VOTE,
            class_=Vote,
            read=read_vote,
            signers=Signers.OWNER,
            decider=Decider.SHARED,
            clause="13.4",
        ),
        KindRow(
            kind=Kind.ATTEST,
            class_=Attest,
            read=read_attest,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="13.5",
        ),
        KindRow(
            kind=Kind.ENACT,
            class_=Enact,
            read=read_enact,
            signers=Signers.NODE,
            decider=Decider.SHARED,
            clause="13.5",
        ),
        KindRow(
            kind=Kind.REKEY,
            class_=Rekey,
            read=read_rekey,
            signers=Signers.OWNER,
            decider=Decider.SHARED,
            clause="13.6",
        ),
        KindRow(
            kind=Kind.GUARDIANS,
            class_=GuardiansNamed,
            read=read_guardians,
            signers=Signers.OWNER,
            decider=Decider.SHARED,
            clause="13.6",
        ),
        KindRow(
            kind=Kind.RECOVER,
            class_=Recover,
            read=read_recover,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="13.6",
        ),
        KindRow(
            kind=Kind.OBJECT,
            class_=ObjectTo,
            read=read_object,
            signers=Signers.OWNER,
            decider=Decider.SHARED,
            clause="13.6",
        ),
        KindRow(
            kind=Kind.RESTORE,
            class_=Restore,
            read=read_restore,
            signers=Signers.NODE,
            decider=Decider.SHARED,
            clause="13.6",
        ),
        KindRow(
            kind=Kind.GUARANTEE,
            class_=Guarantee,
            read=read_guarantee,
            signers=Signers.OWNER,
            decider=Decider.SHARED,
            clause="13.7",
        ),
        KindRow(
            kind=Kind.LAPSE,
            class_=Lapse,
            read=read_lapse,
            signers=Signers.NODE,
            decider=Decider.SHARED,
            clause="13.7",
        ),
        KindRow(
            kind=Kind.DELEGATE,
            class_=Delegate,
            read=read_delegate,
            signers=Signers.OWNER,
            decider=Decider.SHARED,
            clause="14.2",
        ),
        KindRow(
            kind=Kind.PAY_DELEGATED,
            class_=PayDelegated,
            read=read_pay_delegated,
            signers=Signers.OWNER,
            decider=Decider.NATIVE,
            clause="14.3",
        ),
        KindRow(
            kind=Kind.OWNERS,
            class_=SetOwners,
            read=read_owners,
            signers=Signers.OWNER,
            decider=Decider.SHARED,
            clause="14.4",
        ),
        KindRow(
            kind=Kind.OPENING,
            class_=OpenBooks,
            read=read_opening,
            signers=Signers.STEWARDS,
            decider=Decider.SHARED,
            clause="16.1",
        ),
        KindRow(
            kind=Kind.ACKNOWLEDGE,
            class_=Acknowledge,
            read=read_acknowledge,
            signers=Signers.OWNER,
            decider=Decider.SHARED,
            clause="16.1",
        ),
    )
}


def kinds_of(*signers: Signers, decider: Decider | None = None) -> frozenset[Kind]:
    """The kinds that any of `signers` sign; with `decider`, those of them that it decides."""
    rows = [row for row in KINDS.values() if row.signers in signers]
    return frozenset(row.kind for row in rows if decider in (None, row.decider))


def names_of(kinds: Iterable[Kind]) -> list[str]:
    """The names of kinds, in the order of their numbers."""
    return [KINDS[kind].name for kind in sorted(kinds)]


STEWARDS_KINDS: Final = kinds_of(Signers.STEWARDS)
"""What stewards draft and sign."""

PEOPLES_KINDS: Final = kinds_of(Signers.OWNER) | STEWARDS_KINDS
"""What a node takes from people; it makes the rest itself."""

PAYMENT_KINDS: Final = frozenset(row.kind for row in KINDS.values() if issubclass(row.class_, Pay))
"""What moves amounts by a member's key. The first nine elements of all of them mean the same."""

NODES_KINDS: Final = frozenset(KINDS) - PEOPLES_KINDS
"""What nodes make."""

SHARED_KINDS: Final = kinds_of(*Signers, decider=Decider.SHARED)
"""What native code hands over to the shared rules."""

ACCOUNT_KINDS: Final = frozenset(
    row.kind for row in KINDS.values() if row.class_ in get_args(AccountChange)
)
"""What stewards change of an account, which its owner is told of."""

REASONED_KINDS: Final = frozenset(
    row.kind for row in KINDS.values() if row.class_ in get_args(Reasoned)
)
"""What binds a reason: the last element before the stewards' signatures is its hash."""


def read_transaction(fields: object) -> Transaction | Refusal:
    """The transaction that a decoded value holds, or the refusal that its kind or shape earns."""
    if type(fields) is not list or not fields or type(fields[0]) is not int:
        return Refusal.ENTRY_MALFORMED
    read = _READERS.get(fields[0])
    if read is None:
        # The shapes of known kinds leave no room for a type that is not allowed; here it must be looked for.
        return Refusal.ENTRY_MALFORMED if _has_foreign_types(fields) else Refusal.KIND_UNKNOWN
    return read(fields) or Refusal.ENTRY_MALFORMED


_READERS: Final = {row.kind.value: row.read for row in KINDS.values()}


def _has_foreign_types(fields: list[object]) -> bool:
    try:
        check_types(fields, MAX_DEPTH - 1)
    except EncodingError:
        return True
    return False
