"""How many entries a log takes in a day, where the charter bounds them: PROTOCOL section 7.1.

What one coop's members write, every node of the federation stores for ever; so the federation may agree on
how much that is. Payments have one allowance and all other entries another of the same size: however many
payments come, the node can go on to anchor, to return and to take in the index, and stewards can act.
"""

from dataclasses import dataclass

from ledger.charter import Charter
from ledger.refusals import Refusal
from ledger.rules.index import SECONDS_IN_DAY
from ledger.state import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """How many entries a log has of one day."""

    payments: int = 0
    others: int = 0


def entries_of_day(*, time: int, newest: int, payments: int, others: int) -> Today:
    """What a log has of the day of `time`; its newest entry is of `newest`, whose day has so many."""
    if time // SECONDS_IN_DAY != newest // SECONDS_IN_DAY:
        return Today()
    return Today(payments=payments, others=others)


def check_day(charter: Charter, today: Today, *, is_payment: bool) -> Refusal | None:
    """The refusal that one more entry earns on a day that has `today` already, or None."""
    # 7.1.7
    most = charter.entries_per_day
    count = today.payments if is_payment else today.others
    return Refusal.DAY_FULL if most is not None and count >= most else None


def earliest_time(charter: Charter, *, coop: int, length: int, newest: int) -> int:
    """The least time that the next entry of a log of that length may have; its newest has `newest`."""
    # 7.1.6
    found = charter.coops.get(coop)
    fall = None if found is None else found.time_fall
    return newest if fall is None or fall.length != length else min(newest, fall.time)


def today_of(log: Log, time: int) -> Today:
    """What `log` has of the day of `time`."""
    return entries_of_day(
        time=time, newest=log.time, payments=log.payments_today, others=log.others_today
    )


def apply_day(charter: Charter, log: Log, *, time: int, is_payment: bool) -> None:
    """Let an entry of `time` be the newest of `log`, and count it where the charter bounds them."""
    today = today_of(log, time)
    log.payments_today = log.others_today = 0
    if charter.entries_per_day is not None:
        log.payments_today = today.payments + int(is_payment)
        log.others_today = today.others + int(not is_payment)
    log.time = time
