"""Engines that are wrong about whose keys may do what, each in one way: the simulation must catch them.

Their nodes agree with one another, so nothing but a look at who signed what finds them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ledger.account_keys import (
    DELEGATES_CHAPTER,
    OWNERS_CHAPTER,
    SetOwners,
    delegate_key,
    delegated_of,
    owners_of,
)
from ledger.codec import encode
from ledger.entries import Entry
from ledger.government.recovery import Rekey, Restore
from ledger.refusals import Refusal
from ledger.state import Log
from ledger.transactions import Guarantee, Pay, PayDelegated
from node.engine.engine import Engine
from tests.node.engine.inside import core_of
from tests.simulation.broken import bend


@contextmanager
def _instead(log: Log, chapter: str, key: bytes, value: bytes) -> Iterator[None]:
    """Within it a row of the log is another."""
    rows = log.chapters[chapter]
    before, rows[key] = rows[key], value
    try:
        yield
    finally:
        rows[key] = before


class ForgetsWhatTillsSpent(Engine):
    """Gives a till the whole day again for each of its payments."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        validator: Any = core_of(self).validator
        check = validator._check

        def check_again(log: Log, entry: Entry, data: bytes) -> Any:
            checked, pay = check(log, entry, data), entry.transaction
            if checked is not Refusal.DELEGATE_DAY_CAP or not isinstance(pay, PayDelegated):
                return checked
            key = delegate_key(pay.payer, pay.place)
            till = delegated_of(log.chapters[DELEGATES_CHAPTER][key])
            with _instead(log, DELEGATES_CHAPTER, key, replace(till, spent=0).encoded()):
                return check(log, entry, data)

        bend(validator, _check=check_again)


class AsksOneOwnerLess(Engine):
    """Takes one owner fewer for enough than the owners have said."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        validator: Any = core_of(self).validator
        check = validator._check

        def check_again(log: Log, entry: Entry, data: bytes) -> Any:
            checked = check(log, entry, data)
            if checked is not Refusal.OWNERS_TOO_FEW:
                return checked
            key = encode(_signer(entry))
            owners = owners_of(log.chapters[OWNERS_CHAPTER][key])
            assert owners is not None, "a joint account has owners"
            less = replace(owners, needed=max(1, owners.needed - 1))
            with _instead(log, OWNERS_CHAPTER, key, less.encoded()):
                return check(log, entry, data)

        bend(validator, _check=check_again)


def _signer(entry: Entry) -> int:
    """The account that signs."""
    transaction: Any = entry.transaction
    match transaction:
        case Pay():
            return transaction.payer
        case Guarantee():
            return transaction.guarantor
        case _:
            return int(transaction.account)


class KeepsTillsOfLostKeys(Engine):
    """Lets tills pay on when the key of their account is replaced, recovered or shared."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        validator: Any = core_of(self).validator
        apply = validator._apply

        def apply_and_keep(log: Log, entry: Entry, effects: Any) -> None:
            before = dict(log.chapters.get(DELEGATES_CHAPTER, {}))
            apply(log, entry, effects)
            if before and isinstance(entry.transaction, Rekey | Restore | SetOwners):
                log.chapters[DELEGATES_CHAPTER].update(before)

        bend(validator, _apply=apply_and_keep)
