"""What is asked of every entry before its kind is looked at: PROTOCOL sections 7.1.6 to 7.1.8."""

from ledger.entries import Entry
from ledger.refusals import Refusal
from ledger.rules.charter import check_standing
from ledger.rules.days import check_day, earliest_time, today_of
from ledger.state import Log
from ledger.transactions import CharterEntry, IndexEntry, Pay


def earliest(log: Log) -> int:
    """The least time that the next entry of `log` may have."""
    return earliest_time(log.charter, coop=log.coop, length=log.length, newest=log.time)


def check_order(log: Log, entry: Entry) -> Refusal | None:
    """The refusal that `entry` earns in `log` whatever its kind, or None."""
    # 7.1.6
    if entry.time < earliest(log):
        return Refusal.TIME_FALLS
    today, transaction = today_of(log, entry.time), entry.transaction
    is_decided = isinstance(transaction, CharterEntry | IndexEntry)
    return check_day(log.charter, today, is_payment=isinstance(transaction, Pay)) or check_standing(
        log.charter, log.coop, is_decided=is_decided, is_settled=log.is_settled
    )
