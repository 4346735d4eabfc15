"""The payments of an account: found page by page, by time and by text, and each as a line."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cli.account.memos import with_memo
from cli.shell.csv_text import Amount, Cell
from cli.shell.forms import in_units, when
from cli.shell.language import later, say
from cli.shell.periods import Period
from node.member.answers import Pages, objects, reading
from node.member.bookkeeping.bookings import Worth, text_of, worth_of
from node.member.client import Json
from node.member.membership import Membership

_PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which payments: at most `limit`, from `before` on back, of a time, with a text in them."""

    limit: int
    before: str | None
    period: Period | None
    find: str | None

    @property
    def is_part(self) -> bool:
        """Whether it is not the history from its newest payment on."""
        return self.before is not None or self.period is not None or self.find is not None

    @property
    def words(self) -> str:
        """The options that ask for the same."""
        period, words = self.period, ["--limit", str(self.limit)]
        if period is not None:
            words += [] if period.first is None else ["--from", period.first.isoformat()]
            words += ["--to", period.last.isoformat(), "--zone", period.zone.key]
        words += [] if self.find is None else ["--find", self.find]
        return f"{shlex.join(words)} "


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Payments with their memos opened, newest first, and where to go on."""

    items: Sequence[Json]
    next: str | None
    is_complete: bool


def find_payments(member: Membership, asked: Asked) -> Found:
    """As many of them as are asked for, from as many pages as it takes.

    With a text it stops at the end of a page, since from there it can go on: a few more may be found.
    """
    found: list[Json] = []
    before, is_complete = asked.before, True
    pages = Pages(member.client)
    while True:
        page = _page(member, asked, before, missing=asked.limit - len(found))
        is_complete = is_complete and page.get("complete") is not False
        opened = [with_memo(member, item) for item in objects(member.client, page, "items")]
        with reading(member.client):
            found += [item for item in opened if asked.find is None or _has(item, asked.find)]
        following = pages.after(page)
        before = None if following is None else str(following)
        if before is None or len(found) >= asked.limit:
            return Found(items=found, next=before, is_complete=is_complete)


def _page(member: Membership, asked: Asked, before: str | None, *, missing: int) -> Json:
    limit = _PAGE if asked.find is not None else min(_PAGE, missing)
    period = asked.period
    since = None if period is None else period.since
    until = None if period is None else period.until
    times = {"from": since, "to": until}
    return member.client.get("/v1/me/history", limit=limit, before=before, **times)


def _has(item: Json, text: str) -> bool:
    """Whether a line of it has the text, however it is written large or small."""
    return text.casefold() in " ".join(history_line(item).shown()).casefold()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the history: the same in the table and in the file."""

    time: int
    amount: int
    other: str
    state: str
    entry: str
    memo: str
    worth: Worth | None

    def shown(self) -> list[str]:
        """For the table."""
        amount = in_units(self.amount)
        worth = worth_words(self.worth)
        return [when(self.time), amount, self.other, self.state, self.entry, self.memo, worth]

    def cells(self) -> list[Cell]:
        """For CSV."""
        moment = datetime.fromtimestamp(self.time, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
        place = [self.other, self.state, self.entry, self.memo]
        return [moment, Amount(self.amount), *place, *worth_cells(self.worth)]


def worth_words(worth: Worth | None) -> str:
    """What a payment was worth, for a table."""
    return "" if worth is None else f"{worth.currency} {in_units(worth.minor)}"


def worth_cells(worth: Worth | None) -> list[Cell]:
    """The same for CSV: currency and amount."""
    return ["", ""] if worth is None else [worth.currency, Amount(worth.minor)]


def history_line(item: Json) -> Line:
    """A payment as a line of the history."""
    other = item.get("other") or {}
    name = other.get("handle") or other.get("account")
    sign = -1 if item.get("direction") == "out" else 1
    return Line(
        time=int(item["time"]),
        amount=sign * (int(item["amount"]) + (int(item.get("fee", 0)) if sign < 0 else 0)),
        other=f"{name}@{other.get('coop')}",
        state=_state(item),
        entry=f"{item['coop']}/{item['number']}",
        memo=text_of(item, str(item.get("memo") or "")),
        worth=worth_of(item),
    )


def _state(item: Json) -> str:
    """What has become of a payment."""
    if item.get("direction") == "returned":
        return say(_CAME_BACK.get(str(item.get("cause")), later("came back")))
    if item.get("status") == "returned":
        if item.get("direction") == "in":
            return say("went back")
        has_left = item.get("cause") == "coop_left"
        return say("not taken, came back") if has_left else say("not taken, comes back")
    return say("arrived") if item.get("delivered") else say("on its way")


_CAME_BACK = {
    "account_closed": later("came back: the account was closed"),
    "coop_left": later("came back: the cooperative has left"),
}
