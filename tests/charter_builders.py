"""What `tests.builders` makes, for changes of the charter: entries of kind 13 and books that take them in.

`Union` is a federation of three coops with the keys of two more, and books in which each log is at its own
version: `decide` certifies a change under the newest charter, `take_in` lets a log take the next version in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledger.agreement import decision_message
from ledger.charter import Charter, Coop
from ledger.charter_changes import Change, Join
from ledger.charter_entries import CharterEntry
from ledger.signatures import SigningKey
from ledger.transactions import encode_transaction
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, Federation, MakeValidator, build_federation, open_books
from tests.charters import keyed

FOURTH, FIFTH = 4, 5


def certified(
    federation: Federation,
    charter: Charter,
    change: Change,
    *,
    signers: Iterable[int] | None = None,
    version: int | None = None,
    base: bytes | None = None,
    round_: int = 0,
) -> bytes:
    """The transaction by which logs that go by `charter` take in `change`, signed by a quorum by default."""
    entry = CharterEntry(
        version=charter.version + 1 if version is None else version,
        base=charter.base if base is None else base,
        change=change,
        round=round_,
    )
    if signers is None:
        signers = [coop.number for coop in charter.members()][: charter.decision_quorum]
    body = entry.signed_body()
    signatures = tuple(
        (
            coop,
            federation.node_keys[coop].sign(
                decision_message(federation=federation.id, coop=coop, body=body)
            ),
        )
        for coop in signers
    )
    return encode_transaction(replace(entry, signatures=signatures))


def join_of(coop: Coop, *, number: int | None = None) -> Join:
    """The change by which a coop with these fields joins."""
    return Join(
        coop=coop.number if number is None else number,
        name=coop.name,
        title=coop.title,
        node_key=coop.node_key,
        clearing_limit=coop.clearing_limit,
        steward_threshold=coop.steward_threshold,
        stewards=coop.stewards,
    )


@dataclass(slots=True)
class Union:
    """Books of a federation whose charter changes; `versions` are the entries of kind 13, oldest first."""

    books: Books
    people: Mapping[int, Coop]
    """The founding coops and those that may join, whose keys are the federation's, too."""
    versions: list[bytes] = field(default_factory=list)

    @property
    def fourth(self) -> Coop:
        """The first coop that may join."""
        return self.people[FOURTH]

    @property
    def charter(self) -> Charter:
        """The newest charter of any log."""
        return self.books.validator.newest_charter()

    @property
    def federation(self) -> Federation:
        """Everybody's keys."""
        return self.books.federation

    def next(self, change: Change) -> bytes:
        """The entry with that change, certified under the newest charter."""
        return certified(self.federation, self.charter, change)

    def decide(self, change: Change, *logs: int) -> None:
        """Certify a change and let these logs take it in, by default all whose coops haven't left."""
        self.versions.append(self.next(change))
        for log in logs or tuple(self.books.validator.coops):
            self.catch_up(log)

    def catch_up(self, log: int) -> None:
        """Let a log take in all versions that it lacks."""
        self.books.logs.setdefault(log, [])
        self.books.validator.open_log(log)
        taken = self.books.validator.charter(log).version
        self.books.append(log, *self.versions[taken:])

    def join_fourth(self, *logs: int) -> None:
        """Let the fourth coop join, by default in all logs, its own included."""
        self.decide(join_of(self.fourth), *(logs or (1, 2, 3, FOURTH)))

    def with_key(self, coop: int, key: SigningKey) -> None:
        """From now on the coop's node signs with that key."""
        self.books.federation = keyed(self.federation, coop, key)


def open_union(
    make_validator: MakeValidator = ReferenceValidator,
    *,
    seed: str = "union",
    witness_quorum: int = 0,
    index: Sequence[str] = (),
    entries_per_day: int | None = None,
) -> Union:
    """Books of three coops without an entry, and two coops that may join."""
    founded = build_federation(
        seed=seed,
        coops=3,
        witness_quorum=witness_quorum,
        index=index,
        entries_per_day=entries_per_day,
    )
    grown = build_federation(seed=seed, coops=5)
    people = replace(grown, founding=founded.founding)
    books = open_books(people, make_validator)
    return Union(books=books, people=grown.charter.coops)
