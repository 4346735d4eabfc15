"""`index`: how a log takes in a decision about the index, PROTOCOL section 9.

These entries are rare, so both validators share this piece of code: it sees the log's index as it is and
answers with the index as the entry leaves it, or a refusal. It looks at nothing else of the log: no
account, balance or position has a part in it, and none changes.
"""

from collections.abc import Callable
from typing import Final

from ledger.agreement import decision_message
from ledger.charter import Charter, Coop, IndexCharter
from ledger.decisions import (
    Decision,
    IndexEntry,
    Observations,
    observation_body,
    observation_message,
)
from ledger.index.conversion import PriceRefusal, check_price
from ledger.index.days import Method
from ledger.index.parameters import LOWEST_VALUE
from ledger.index.prints import Print, PrintRefusal, SourceRefusal
from ledger.index.statistics import median_level
from ledger.index.table import (
    Index,
    apply_print,
    apply_source_change,
    begin_line,
    check_print,
    check_source_change,
)
from ledger.refusals import Refusal
from ledger.signatures import SignatureInvalid, verify
from ledger.transactions import Price

Verify = Callable[..., None]
"""As `ledger.signatures.verify`. A validator may pass one of its own."""

SECONDS_IN_DAY: Final = 86_400

REFUSALS: Final[dict[PrintRefusal | SourceRefusal, Refusal]] = {
    PrintRefusal.PERIOD_REPEATED: Refusal.INDEX_PERIOD_REPEATED,
    PrintRefusal.PERIOD_CONTRADICTED: Refusal.INDEX_PERIOD_CONTRADICTED,
    PrintRefusal.PERIOD_EARLY: Refusal.INDEX_PERIOD_EARLY,
    PrintRefusal.PERIOD_BEFORE_BASE: Refusal.INDEX_PERIOD_BEFORE_BASE,
    PrintRefusal.SOURCE_WRONG: Refusal.INDEX_SOURCE_WRONG,
    PrintRefusal.STAND_IN_NOT_ALLOWED: Refusal.INDEX_STAND_IN_NOT_ALLOWED,
    PrintRefusal.STAND_IN_VALUE_WRONG: Refusal.INDEX_STAND_IN_VALUE_WRONG,
    PrintRefusal.VALUE_MISSHAPEN: Refusal.INDEX_VALUE_MISSHAPEN,
    PrintRefusal.VALUE_IMPOSSIBLE: Refusal.INDEX_VALUE_IMPOSSIBLE,
    PrintRefusal.STEP_ABOVE_CAP: Refusal.INDEX_STEP_ABOVE_CAP,
    PrintRefusal.LATE_UNKNOWN: Refusal.INDEX_LATE_UNKNOWN,
    PrintRefusal.TABLE_OUT_OF_RANGE: Refusal.INDEX_TABLE_OUT_OF_RANGE,
    SourceRefusal.NUMBER_REPEATED: Refusal.INDEX_SOURCE_NUMBER_REPEATED,
    SourceRefusal.NUMBER_EARLY: Refusal.INDEX_SOURCE_NUMBER_EARLY,
    SourceRefusal.PERIOD_TAKEN: Refusal.INDEX_SOURCE_PERIOD_TAKEN,
    # The shape of the entry leaves no hash of another length; here for other callers.
    SourceRefusal.DESCRIPTION_MISSING: Refusal.ENTRY_MALFORMED,
}

PRICE_REFUSALS: Final = {
    PriceRefusal.NOT_KNOWN: Refusal.PRICE_NOT_KNOWN,
    PriceRefusal.STALE: Refusal.PRICE_STALE,
    PriceRefusal.MISMATCH: Refusal.PRICE_MISMATCH,
}


def index_of_new_log(charter: Charter) -> Index | None:
    """The index that a log begins with."""
    return None if charter.index is None else begin_line(charter.index.line)


def decide_index(
    entry: IndexEntry,
    *,
    charter: Charter,
    index: Index | None,
    time: int | None = None,
    verify: Verify = verify,
) -> Index | Refusal:
    """The log's index after `entry`, or the refusal. `index` is the one before it.

    `time` is that of the entry, in Unix seconds; None for a certificate that is looked at without any log.
    """
    # 9.3.1
    if charter.index is None or index is None:
        return Refusal.INDEX_NOT_CHARTERED
    refusal = (
        _check_publishers(entry, charter.index)
        or _check_observations(entry, charter.index)
        or _check_observers(entry, charter, verify)
        or _check_signers(entry, charter, verify)
        or _check_place(entry, index)
        or _check_gap(entry, index)
        or _check_decided(entry, index)
        or _check_over(entry, charter.index, time)
    )
    if refusal is not None:
        return refusal
    if isinstance(entry.decided, Print):
        return apply_print(index, entry.decided)
    return apply_source_change(index, entry.decided)


def check_content(entry: IndexEntry, *, charter: Charter, index: Index) -> Refusal | None:
    """The refusal that the entry would earn next in a log with that index, were it signed by enough.

    One without a place is judged as if it had the next. Whether its period is over is for `check_over`.
    """
    # 9.3.1
    if charter.index is None:
        return Refusal.INDEX_NOT_CHARTERED
    return (
        _check_observations(entry, charter.index)
        or _check_observers(entry, charter, verify)
        or (None if entry.turn is None else _check_place(entry, index))
        or _check_decided(entry, index)
    )


def _check_place(entry: IndexEntry, index: Index) -> Refusal | None:
    # 9.3.7
    if entry.turn is None:
        return Refusal.DECISION_OUT_OF_PLACE if index.line.run else None
    return None if entry.turn.place == index.place else Refusal.DECISION_OUT_OF_PLACE


def _check_gap(entry: IndexEntry, index: Index) -> Refusal | None:
    # 9.3.10: only where all logs take decisions in in one order is a period missed in all of them.
    if entry.turn is not None or not isinstance(entry.decided, Print):
        return None
    is_later = entry.decided.period > index.due_window.period
    return Refusal.INDEX_PERIOD_EARLY if is_later else None


def _check_decided(entry: IndexEntry, index: Index) -> Refusal | None:
    # 9.3.8 to 9.3.18, one by one in `ledger.index.table`: they are arithmetic, which knows no ledger.
    if isinstance(entry.decided, Print):
        print_refusal = check_print(index, entry.decided)
        return None if print_refusal is None else REFUSALS[print_refusal]
    # 9.3.20 to 9.3.22
    source_refusal = check_source_change(index, entry.decided)
    return None if source_refusal is None else REFUSALS[source_refusal]


def check_over(decision: int, number: int, *, chartered: IndexCharter, time: int) -> Refusal | None:
    """The refusal of a print or observation whose period is not over at that time (Unix seconds), or None."""
    # 9.3.19
    if decision == Decision.SOURCE:
        return None
    known_on = chartered.parameters.periods.known_on(number)
    return Refusal.INDEX_PERIOD_NOT_OVER if time // SECONDS_IN_DAY < known_on else None


def check_level(level: int) -> Refusal | None:
    """The refusal of an observed level that the value of a unit can't be, or None."""
    # 9.3.15
    return Refusal.INDEX_VALUE_IMPOSSIBLE if level < LOWEST_VALUE else None


def _check_over(entry: IndexEntry, chartered: IndexCharter, time: int | None) -> Refusal | None:
    if time is None:
        return None
    return check_over(entry.decision, entry.number, chartered=chartered, time=time)


def quorum_of(entry: IndexEntry, chartered: IndexCharter) -> int:
    """How many publishers must sign."""
    parameters = chartered.parameters
    return parameters.quorum if isinstance(entry.decided, Print) else parameters.source_quorum


def _check_publishers(entry: IndexEntry, chartered: IndexCharter) -> Refusal | None:
    # 9.3.2
    if not {coop for coop, _ in entry.signatures} <= set(chartered.publishers):
        return Refusal.PUBLISHER_UNKNOWN
    # 9.3.3
    if len(entry.signatures) < quorum_of(entry, chartered):
        return Refusal.PUBLISHERS_TOO_FEW
    return None


def _check_observations(entry: IndexEntry, chartered: IndexCharter) -> Refusal | None:
    parameters = chartered.parameters
    new = entry.decided
    # 9.3.4: a stand-in repeats a value, which nobody has observed.
    is_surveyed = isinstance(new, Print) and not new.is_stand_in
    needs_observations = is_surveyed and parameters.method is Method.SURVEY
    if needs_observations != (entry.observations is not None):
        return Refusal.INDEX_OBSERVATIONS_MISPLACED
    if entry.observations is None:
        return None
    # 9.3.5: the level follows from the observations alone; signers don't choose it.
    if not {seen.coop for seen in entry.observations} <= set(chartered.publishers):
        return Refusal.PUBLISHER_UNKNOWN
    if len(entry.observations) < parameters.observations_needed:
        return Refusal.INDEX_OBSERVATIONS_TOO_FEW
    if isinstance(new, Print) and new.value != median_of(entry.observations, chartered):
        return Refusal.INDEX_MEDIAN_WRONG
    return None


def median_of(observations: Observations, chartered: IndexCharter) -> int:
    """The certified level: the median of at least `observations_needed` observations."""
    return median_level(
        {seen.coop: seen.level for seen in observations},
        needed=chartered.parameters.observations_needed,
        cap=chartered.parameters.step_cap,
    ).level


def _check_observers(entry: IndexEntry, charter: Charter, verify: Verify) -> Refusal | None:
    # 9.3.6
    try:
        for seen in entry.observations or ():
            body = observation_body(
                period=entry.number, level=seen.level, survey_hash=seen.survey_hash
            )
            _verify_by_any_key(
                charter.coops[seen.coop],
                message=observation_message(
                    federation=charter.federation, coop=seen.coop, body=body
                ),
                signature=seen.signature,
                verify=verify,
            )
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return None


def _check_signers(entry: IndexEntry, charter: Charter, verify: Verify) -> Refusal | None:
    body = entry.signed_body()
    # 9.3.6
    try:
        for coop, signature in entry.signatures:
            _verify_by_any_key(
                charter.coops[coop],
                message=decision_message(federation=charter.federation, coop=coop, body=body),
                signature=signature,
                verify=verify,
            )
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return None


def _verify_by_any_key(coop: Coop, *, message: bytes, signature: bytes, verify: Verify) -> None:
    """Check a signature by any node key that the coop has had; else `SignatureInvalid`.

    Logs take a new key in at different times, and what was decided before has to fit all of them.
    """
    *others, oldest = coop.all_keys
    for key in others:
        try:
            verify(public_key=key, message=message, signature=signature)
        except SignatureInvalid:
            continue
        return
    verify(public_key=oldest, message=message, signature=signature)


def check_payment_price(
    index: Index | None, price: Price, *, amount: int, time: int
) -> Refusal | None:
    """The refusal that an indexed price earns in an entry of that time (Unix seconds), or None.

    The day of an entry is its time in UTC, in whole days since 1970-01-01.
    """
    # 9.4.1 to 9.4.3, in `ledger.index.conversion`.
    if index is None:
        return Refusal.PRICE_NOT_KNOWN
    refusal = check_price(
        index,
        price_minor=price.minor,
        day=price.day,
        amount=amount,
        today=time // SECONDS_IN_DAY,
    )
    return None if refusal is None else PRICE_REFUSALS[refusal]
