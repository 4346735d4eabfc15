"""What `tests.builders` makes, for the index: charters with one, decisions and their signatures.

- `index_lines(...)` are the lines of `[index]` for `build_federation(index=...)`.
- `official(...)`, `surveyed(...)`, `source_change(...)` make `index` transactions as bytes, signed by
  the coops that are named, by as many as the quorum by default.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from ledger.agreement import Turn, decision_message
from ledger.decisions import (
    IndexEntry,
    Observation,
    observation_body,
    observation_message,
)
from ledger.index.conversion import units_from_price
from ledger.index.days import day_from_text
from ledger.index.definition_fields import definition_fields
from ledger.index.definitions import Definition
from ledger.index.prints import LateChange, Print, SourceChange
from ledger.index.statistics import median_level
from ledger.index.table import Index
from ledger.rules.index import SECONDS_IN_DAY
from ledger.transactions import Price, encode_transaction
from ledger.validators.interface import Validator
from tests.builders import Books, Federation

BASE_DAY = day_from_text("2025-12-15")
"""The day before a window of `cer`; the books of a test begin on 2026-01-01."""
SURVEY_HASH = sha256(b"a survey").digest()
Printed = int | tuple[int, int]
"""A printed change, or a printed level behind the one of the period before."""

SOURCE_HASH = sha256(b"another source").digest()


def index_lines(
    method: str = "cer",
    *,
    coops: int = 3,
    base_day: str = "2025-12-15",
    base_value: str = "1000.000000",
    publishers: Iterable[int] | None = None,
    quorum: int | None = None,
    source_quorum: int | None = None,
    step_cap: int = 300,
    stand_in_limit: int = 0,
    quote_days: int = 7,
    observations_needed: int = 1,
    lead_days: int = 0,
    pace_weeks: int = 4,
    period_days: int | None = None,
    unit: Definition | None = None,
) -> list[str]:
    """The lines of an `[index]` table; the quorums are the least that are lawful by default."""
    numbers = None if publishers is None else list(publishers)
    count = coops if numbers is None else len(numbers)
    quorum = quorum or count // 2 + 1
    lines = [
        "[index]",
        f'method = "{method}"',
        'currency = "ARS"',
        f'base_day = "{base_day}"',
        f'base_value = "{base_value}"',
        f"quorum = {quorum}",
        f"source_quorum = {source_quorum or quorum}",
        f"step_cap = {step_cap}",
        f"stand_in_limit = {stand_in_limit}",
        f"quote_days = {quote_days}",
        'source = "the statistics office"',
    ]
    if numbers is not None:
        lines.append(f"publishers = {numbers}")
    if method == "survey":
        lines += [
            f"observations_needed = {observations_needed}",
            f"lead_days = {lead_days}",
            f"pace_weeks = {pace_weeks}",
        ]
    if period_days is not None:
        lines.append(f"period_days = {period_days}")
    if unit is not None:
        fields = definition_fields(unit)
        lines += ["[index.unit]"]
        lines += [f"{name} = {json.dumps(v)}" for name, v in fields.items() if v is not None]
    return lines


def index_of(validator: Validator, coop: int) -> Index:
    """The index of a log of a federation that has one."""
    index = validator.index(coop)
    assert index is not None
    return index


def certify(
    federation: Federation, entry: IndexEntry, signers: Iterable[int] | None = None
) -> bytes:
    """The transaction with the signatures of these coops; of a quorum by default."""
    chartered = federation.charter.index
    if signers is None:
        assert chartered is not None
        parameters = chartered.parameters
        is_print = isinstance(entry.decided, Print)
        needed = parameters.quorum if is_print else parameters.source_quorum
        signers = chartered.publishers[:needed]
    body = entry.signed_body()
    signatures = tuple(
        (
            coop,
            federation.node_keys[coop].sign(
                decision_message(federation=federation.id, coop=coop, body=body)
            ),
        )
        for coop in sorted(signers)
    )
    return encode_transaction(replace(entry, signatures=signatures))


def official(
    federation: Federation,
    period: int,
    value: Printed,
    *,
    source: int = 0,
    is_stand_in: bool = False,
    late: Mapping[int, Printed] | None = None,
    turn: Turn | None = None,
    signers: Iterable[int] | None = None,
) -> bytes:
    """The print of a month: a change in tenths of a percent, or the level before and that of the month."""
    changes = []
    for month, change in (late or {}).items():
        before, now = _pair(change)
        changes.append(LateChange(period=month, change=now, before=before))
    before, now = _pair(value)
    new = Print(
        period=period,
        value=now,
        before=before,
        source=source,
        is_stand_in=is_stand_in,
        late=tuple(changes),
    )
    return certify(federation, IndexEntry(decided=new, turn=turn), signers)


def _pair(value: Printed) -> tuple[int | None, int]:
    return value if isinstance(value, tuple) else (None, value)


def observation(
    federation: Federation,
    coop: int,
    period: int,
    level: int,
    *,
    survey_hash: bytes = SURVEY_HASH,
    signed_by: int | None = None,
) -> Observation:
    """What `coop` observed in a week, with its signature."""
    body = observation_body(period=period, level=level, survey_hash=survey_hash)
    message = observation_message(federation=federation.id, coop=coop, body=body)
    key = federation.node_keys[coop if signed_by is None else signed_by]
    return Observation(coop=coop, level=level, survey_hash=survey_hash, signature=key.sign(message))


def surveyed(
    federation: Federation,
    period: int,
    levels: Mapping[int, int],
    *,
    value: int | None = None,
    source: int = 0,
    turn: Turn | None = None,
    signers: Iterable[int] | None = None,
) -> bytes:
    """The print of a week from the coops' levels; `value` claims another than their median."""
    observations = tuple(
        observation(federation, coop, period, levels[coop]) for coop in sorted(levels)
    )
    if value is None:
        value = median_level(levels, needed=1, cap=1).level
    new = Print(period=period, value=value, source=source)
    entry = IndexEntry(decided=new, observations=observations, turn=turn)
    return certify(federation, entry, signers)


def source_change(
    federation: Federation,
    number: int,
    first_period: int,
    *,
    description_hash: bytes = SOURCE_HASH,
    signers: Iterable[int] | None = None,
) -> bytes:
    """A change of source."""
    change = SourceChange(
        number=number, first_period=first_period, description_hash=description_hash
    )
    return certify(federation, IndexEntry(decided=change), signers)


def wait_until_over(books: Books, index: Index, periods: int = 1) -> None:
    """Move the clock on until that many periods that the index knows nothing of can be known."""
    last = index.due_window.period + periods - 1
    day = index.parameters.periods.known_on(last)
    books.now = max(books.now, day * SECONDS_IN_DAY)


def take_prints(books: Books, *values: int, coops: Iterable[int] | None = None) -> None:
    """Let logs take in the next prints of months, of these values."""
    for coop in coops or sorted(books.logs):
        for value in values:
            index = index_of(books.validator, coop)
            turn = Turn(index.place, 0) if index.line.run else None
            period = index.due_window.period
            wait_until_over(books, index)
            books.append(coop, official(books.federation, period, value, turn=turn))


def priced(
    books: Books,
    coop: int,
    payer: int,
    payee_coop: int,
    payee: int,
    *,
    minor: int,
    day: int,
    amount: int | None = None,
) -> bytes:
    """The next payment of an account at a price; the amount is the conversion unless it is given."""
    account = books.validator.account(coop, payer)
    assert account is not None
    if amount is None:
        amount = units_from_price(minor, index_of(books.validator, coop).value_on(day))
    return books.federation.pay(
        coop,
        payer=payer,
        sequence=account.next_sequence,
        payee_coop=payee_coop,
        payee=payee,
        amount=amount,
        price=Price(minor=minor, day=day),
    )


def day_of(books: Books) -> int:
    """The day of the books' clock."""
    return books.now // SECONDS_IN_DAY
