"""Engines that are wrong about what coops decide for themselves, each in one way: the simulation must catch
every one of them.

Their nodes agree with one another, so nothing but a look at who decided what finds them.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ledger.effects import Effects, Row
from ledger.entries import Entry
from ledger.government.guarantees import pledge_of
from ledger.government.tally import Proposal
from ledger.messages import TAG_ENTRY, signing_context
from ledger.refusals import Refusal
from ledger.rules.government.recovery import next_restoration
from ledger.rules.government.register import PROPOSALS_CHAPTER
from ledger.rules.shared import decide
from ledger.state import Log
from ledger.transactions import Enact, Guarantee, Limit, Pay, Vote
from ledger.validators.log_state import LogState
from node.engine.engine import Engine
from node.engine.recording.duties import DUTIES, Due, Duties
from tests.node.engine.inside import core_of
from tests.simulation.broken import bend

Checked = Refusal | Effects | Any


def _overrule(engine: Engine, change: Callable[[Log, Entry, Checked], Checked]) -> None:
    """Let the engine's validator think again about what the rules say to an entry."""
    validator: Any = core_of(engine).validator
    check = validator._check

    def check_again(log: Log, entry: Entry, data: bytes) -> Checked:
        return change(log, entry, check(log, entry, data))

    bend(validator, _check=check_again)


def _believing(log: Log, entry: Entry, validator: Any) -> Checked:
    """What the shared rules say when every signature is taken to be right."""
    founding = validator.founding
    context = signing_context(TAG_ENTRY, federation=founding.federation, coop=log.coop)
    state = LogState(validator._state, log)
    return decide(entry, state=state, context=context, verify=lambda **_: None)


class LetsOneStewardDecide(Engine):
    """Takes in a limit that too few stewards have signed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)

        def change(log: Log, entry: Entry, checked: Checked) -> Checked:
            limit = entry.transaction
            if checked is not Refusal.STEWARDS_TOO_FEW or not isinstance(limit, Limit):
                return checked
            account = log.accounts[limit.account]
            after = replace(
                account,
                revision=limit.revision,
                before=account.limit_at(entry.time),
                from_=limit.from_,
                limit=limit.limit,
                until=limit.until,
                after=limit.after,
            )
            return Effects(accounts=(after,))

        _overrule(self, change)


class BelievesWhoeverSigns(Engine):
    """Checks no signature of what members and stewards decide."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        validator = core_of(self).validator

        def change(log: Log, entry: Entry, checked: Checked) -> Checked:
            if checked is not Refusal.SIGNATURE_INVALID or isinstance(entry.transaction, Pay):
                return checked
            return _believing(log, entry, validator)

        _overrule(self, change)


class CountsOneMore(Engine):
    """Counts a yes too many whenever somebody votes."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)

        def change(log: Log, entry: Entry, checked: Checked) -> Checked:
            if not isinstance(checked, Effects) or not isinstance(entry.transaction, Vote):
                return checked
            return replace(checked, chapters=tuple(map(_with_one_more, checked.chapters)))

        _overrule(self, change)


def _with_one_more(row: Row) -> Row:
    if row.chapter != PROPOSALS_CHAPTER or row.value is None:
        return row
    proposal = Proposal.decoded(row.value)
    counts = replace(proposal.counts, yes=proposal.counts.yes + 1)
    return replace(row, value=replace(proposal, counts=counts).encoded())


class ForgetsWhatPassed(Engine):
    """Says that what passed was carried out, and changes no account by it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)

        def change(log: Log, entry: Entry, checked: Checked) -> Checked:
            if not isinstance(checked, Effects) or not isinstance(entry.transaction, Enact):
                return checked
            return checked if checked.commons else replace(checked, accounts=())

        _overrule(self, change)


class ThanksVoters(Engine):
    """Lets whoever votes owe more."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        validator: Any = core_of(self).validator
        apply = validator._apply

        def apply_and_thank(log: Log, entry: Entry, effects: Any) -> None:
            apply(log, entry, effects)
            if isinstance(entry.transaction, Vote):
                log.accounts[entry.transaction.account].limit += 100

        bend(validator, _apply=apply_and_thank)


class PledgesInOnesName(Engine):
    """Lets a guarantor answer for more than was signed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)

        def change(log: Log, entry: Entry, checked: Checked) -> Checked:
            if not isinstance(checked, Effects) or not isinstance(entry.transaction, Guarantee):
                return checked
            (row,) = checked.chapters
            pledge = pledge_of(row.value)
            cap = pledge.cap + 10**4
            more = replace(pledge, cap=cap, wanted=cap, until=10**11)
            (number, pledged), *_ = checked.pledged
            changed = replace(row, value=more.encoded())
            return replace(checked, chapters=(changed,), pledged=((number, pledged + 10**4),))

        _overrule(self, change)


class SettlesAtOnce(Engine):
    """Lets stewards settle a debt as soon as they have claimed it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        validator = core_of(self).validator

        def change(log: Log, entry: Entry, checked: Checked) -> Checked:
            if checked is not Refusal.SETTLEMENT_EARLY:
                return checked
            return _believing(log, replace(entry, time=entry.time + 10**5), validator)

        _overrule(self, change)


class NeverEnacts(Engine):
    """Does nothing that time alone makes due."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._duties, _duties=())


class GivesKeysEarly(Engine):
    """Ends a recovery as soon as it has begun."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)

        def early(log: Any) -> Due | None:
            found = next_restoration(log)
            return None if found is None else Due(found[0], 0)

        validator = core_of(self).validator

        def change(log: Log, entry: Entry, checked: Checked) -> Checked:
            if checked is not Refusal.RESTORE_EARLY:
                return checked
            late = replace(entry, time=entry.time + 10**6)
            return _believing(log, late, validator)

        _overrule(self, change)
        bend(self, _duties=Duties(core_of(self), (*DUTIES, early)))
