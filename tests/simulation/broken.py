"""Engines that are wrong on purpose, each in one way: the simulation must catch every one of them.

They bend objects of one engine, not classes, so that nothing leaks into other tests.
"""

from dataclasses import replace
from typing import Any

from ledger.decisions import IndexEntry
from ledger.effects import Effects
from ledger.entries import Entry
from ledger.index.prints import Print
from ledger.index.table import apply_print, apply_source_change
from ledger.refusals import Refusal
from ledger.rules.index_rows import index_row
from ledger.state import Log
from ledger.transactions import Pay
from node.engine.engine import Engine
from node.store import Write
from tests.node.engine.inside import agreement_of, core_of


def bend(target: object, **methods: Any) -> None:
    """Put other functions in the place of an object's methods."""
    for name, method in methods.items():
        if not hasattr(target, name):
            raise AttributeError(f"{target!r} has no {name} to be bent")
        setattr(target, name, method)


class AnswersBeforeCommit(Engine):
    """Hands out its answers first and writes afterwards."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        store = self._core.store
        commit, late = store.commit, list[Write]()

        def commit_later(write: Write) -> None:
            for earlier in late:
                commit(earlier)
            late[:] = [write]

        bend(store, commit=commit_later)


class TrustsEveryHead(Engine):
    """Takes entries without checking the signature over their head."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._replicas, _is_signed=lambda peer, signed: True)


class HearsEverybodyOut(Engine):
    """Takes in whatever a peer sends, as fast as it comes, whoever waits meanwhile."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._core.work, may_go_on=lambda peer: True, may_finish=lambda peer: True)


class AnchorsAnchors(Engine):
    """Takes every growth of another log as a reason to anchor it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        core, growth = self._core, self._replicas.growth

        def since_ms(coop: int) -> int | None:
            signed = core.signed.get(coop)
            anchored = core.validator.log(core.coop).anchored[coop]
            return 0 if signed is not None and signed.length > anchored else None

        bend(growth, since_ms=since_ms, is_open=lambda coop, now_ms: since_ms(coop) is not None)


class ForgetsWhatItWitnessed(Engine):
    """Signs as a witness without saving that it did."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        store = self._core.store
        commit = store.commit
        bend(store, commit=lambda write: commit(replace(write, witnessed=())))


class DeniesWhatItRecorded(Engine):
    """Refuses the same bytes the second time."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._own, _find_same=lambda transactions: {})


class DoesNotRecover(Engine):
    """Signs at once, whatever others may hold of its log."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(
            self._recovery,
            _is_behind=lambda: False,
            _has_heard_enough=lambda now_ms: True,
        )


class BelievesItsClock(Engine):
    """Measures deadlines by a clock that may be set back."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        tick = self.tick
        bend(self, tick=lambda now_ms, inbox, *, steady_ms: tick(now_ms, inbox))


class TakesItsClockForTheTime(Engine):
    """Never doubts its clock."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._clock, _find_doubt=lambda now_ms, wrong, *, of: None)


class KeepsWhatIsNotItsOwn(Engine):
    """Never returns a payment whose payee has closed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        validator = self._core.validator
        bend(self._anchors, _core=_Blind(self._core, validator))


class _Blind:
    """A core whose validator shows nothing to be returned."""

    def __init__(self, core: Any, validator: Any) -> None:
        self._core = core
        self.validator = _NothingOwed(validator)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)


class _NothingOwed:
    def __init__(self, validator: Any) -> None:
        self._validator = validator

    def returnable(self, coop: int) -> list[Any]:
        return []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._validator, name)


class LeavesOthersBehind(Engine):
    """Does not tell what it knows of decisions to those who ask."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._decisions.parts[0], on_due=lambda tick, peer, message: None)


class BelievesOneCoop(Engine):
    """Takes a decision in as soon as one coop has signed it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        agreement: Any = agreement_of(self)

        def certificate() -> Any:
            proofs = agreement.rounds.signatures()
            return agreement.decided(proofs[0]) if proofs else None

        bend(agreement, certificate=certificate)
        _overrule(self, Refusal.PUBLISHERS_TOO_FEW)


class TakesInOutOfOrder(Engine):
    """Does not wait for a change of source before it takes in the new source's prints."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._publishing, _check_content=lambda subject, publication: None)
        part = self._decisions.parts[0]
        due = part.subject.keys
        bend(part.subject, keys=lambda numbers: tuple(sorted(due(numbers), reverse=False)))
        bend(agreement_of(self), is_valid=lambda choice: True)
        _overrule(self, Refusal.INDEX_SOURCE_WRONG)


def _overrule(engine: Engine, overruled: Refusal) -> None:
    """Let the engine's validator take in decisions that the rules refuse in that way."""
    validator: Any = core_of(engine).validator
    check = validator._check

    def check_less(log: Log, entry: Entry, data: bytes) -> Any:
        refusal = check(log, entry, data)
        decision = entry.transaction
        if refusal is not overruled or not isinstance(decision, IndexEntry) or log.index is None:
            return refusal
        if isinstance(decision.decided, Print):
            index = apply_print(log.index, decision.decided)
        else:
            index = apply_source_change(log.index, decision.decided)
        return Effects(chapters=(index_row(decision.decided, run=index.line.run),), index=index)

    bend(validator, _check=check_less)


class GuessesValues(Engine):
    """Lets payments name days that have no value yet: it takes the last one for them."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        validator: Any = self._core.validator
        check = validator._check

        def check_by_guess(log: Log, entry: Entry, data: bytes) -> Any:
            index = log.index
            if index is None or not isinstance(entry.transaction, Pay):
                return check(log, entry, data)
            log.index = replace(
                index,
                values=(*index.values, *[index.values[-1]] * 60),
                latest=replace(index.latest, day=index.latest.day + 60),
            )
            try:
                return check(log, entry, data)
            finally:
                log.index = index

        bend(validator, _check=check_by_guess)


class RewritesThePast(Engine):
    """Changes the values of past days a little when it takes a decision in."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        validator: Any = self._core.validator
        apply = validator._apply

        def apply_and_change(log: Log, entry: Entry, changed: Any) -> None:
            apply(log, entry, changed)
            if isinstance(changed, Effects) and changed.index is not None:
                values = tuple(value + 1 for value in changed.index.values)
                log.index = replace(changed.index, values=values)

        bend(validator, _apply=apply_and_change)


class AsksOnlyOnce(Engine):
    """Does not look for survey files that had not come when it stopped."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._index.surveys._wanted.clear()
