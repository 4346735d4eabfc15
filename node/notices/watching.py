"""What is looked at now and then: limits of those who are told, and the stewards' desk."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from ledger.codec import decode
from ledger.entries import decode_transaction
from ledger.government.articles import Article
from ledger.government.limits import is_near_limit, soft_limit
from ledger.rules.office import bylaws_in_force
from ledger.state import Account
from ledger.transactions import Admit, Status, Stewarded
from ledger.validators.interface import Validator
from ledger.validators.reading import LogReader
from node.notices.notice import NoticeKind
from node.notices.targets import Person
from node.store import DocumentKind, Store

DAY_S: Final = 86_400
_MOST_DRAFTS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A limit that falls to `limit` at `time` (Unix seconds), `beyond` below what is owed and pledged."""

    time: int
    limit: int
    beyond: int


def coming_fall(account: Account, *, pledged: int, now: int, days: int) -> Fall | None:
    """The next fall of an account's limit within so many days, if its balance would be beyond it then."""
    found = account.next_fall(now)
    if found is None or found[0] > now + days * DAY_S:
        return None
    time, limit = found
    beyond = -(account.balance + limit - pledged)
    return Fall(time=time, limit=limit, beyond=beyond) if beyond > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Something to tell a member: `seed` tells it from every other of its kind."""

    account: int
    kind: NoticeKind
    seed: str
    values: dict[str, int]


class Limits:
    """What members should know of their limits, told when it begins."""

    def __init__(self, validator: Validator, coop: int, *, reminder_days: int) -> None:
        self._validator = validator
        self._coop = coop
        self._days = reminder_days
        self._near: dict[int, bool] = {}
        self._limits: dict[int, int] = {}

    def look(self, accounts: Collection[int], *, now: int) -> Iterator[Seen]:
        """What has begun for these accounts. Of who is looked at for the first time only falls are told."""
        log = LogReader(self._validator, self._coop)
        permille = bylaws_in_force(log).value(Article.SOFT_LIMIT)
        for number in accounts:
            account = self._validator.account(self._coop, number)
            if account is None or account.status is Status.CLOSED:
                continue
            pledged, limit = log.pledged(number), account.limit_at(now)
            yield from self._changed(number, limit, account.revision)
            yield from self._nearness(account, limit, pledged, now, permille)
            fall = coming_fall(account, pledged=pledged, now=now, days=self._days)
            if fall is not None:
                values = {"time": fall.time, "limit": fall.limit, "beyond": fall.beyond}
                yield Seen(
                    account=number,
                    kind=NoticeKind.LIMIT_FALLS,
                    seed=f"{fall.time}/{fall.limit}",
                    values=values,
                )

    def _changed(self, number: int, limit: int, revision: int) -> Iterator[Seen]:
        before = self._limits.get(number, limit)
        self._limits[number] = limit
        if before != limit:
            yield Seen(
                account=number,
                kind=NoticeKind.LIMIT_CHANGED,
                seed=f"{revision}/{limit}",
                values={"limit": limit},
            )

    def _nearness(
        self, account: Account, limit: int, pledged: int, now: int, permille: int
    ) -> Iterator[Seen]:
        number = account.number
        is_near = is_near_limit(account.balance, soft=soft_limit(limit, permille=permille))
        was_near = self._near.get(number, is_near)
        self._near[number] = is_near
        if is_near and not was_near:
            left = max(account.balance + limit - pledged, 0)
            # Once a day at most, however often it goes to and fro.
            yield Seen(
                account=number,
                kind=NoticeKind.NEAR_LIMIT,
                seed=str(now // DAY_S),
                values={"left": left},
            )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft, or a request to join, by the desk's id, and the stewards who have signed it already."""

    id: str
    is_join: bool
    signed: frozenset[int]


def newcomer_of(store: Store, join: str) -> Person | None:
    """Who waits by a request to be admitted; None where there is none with that id."""
    document = store.document(DocumentKind.JOIN, join)
    match None if document is None else decode(document.data):
        case [bytes(data), *_]:
            admit = decode_transaction(data)
            if isinstance(admit, Admit):
                return Person("newcomer", admit.account, admit.key)
            return None
        case _:
            return None


def waiting_at_desk(store: Store) -> Iterator[Waiting]:
    """What lies at the stewards' desk."""
    for kind in (DocumentKind.DRAFT, DocumentKind.JOIN):
        for document in store.documents(kind, limit=_MOST_DRAFTS):
            match decode(document.data):
                case [bytes(data), *_]:
                    transaction = decode_transaction(data)
                case _:
                    continue
            if isinstance(transaction, Stewarded):
                signed = frozenset(place for place, _ in transaction.stewards)
                yield Waiting(document.id, kind is DocumentKind.JOIN, signed)
