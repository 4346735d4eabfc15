"""Engines that are wrong on purpose, each in one way: the simulation must catch every one of them.

They bend objects of one engine, not classes, so that nothing leaks into other tests.
"""

from dataclasses import replace
from typing import Any

from node.engine import Engine
from node.store import Write


def _bend(target: object, **methods: Any) -> None:
    """Put other functions in the place of an object's methods."""
    for name, method in methods.items():
        if not hasattr(target, name):
            raise AttributeError(f"{target!r} has no {name} to be bent")
        setattr(target, name, method)


class AnswersBeforeCommit(Engine):
    """Hands out its answers first and writes afterwards."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        store = self._core.store
        commit, late = store.commit, list[Write]()

        def commit_later(write: Write) -> None:
            for earlier in late:
                commit(earlier)
            late[:] = [write]

        _bend(store, commit=commit_later)


class TrustsEveryHead(Engine):
    """Takes entries without checking the signature over their head."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        _bend(self._replicas, _check_signature=lambda signed: None)


class AnchorsAnchors(Engine):
    """Takes every growth of another log as a reason to anchor it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        core, growth = self._core, self._replicas.growth

        def since_ms(coop: int) -> int | None:
            signed = core.signed.get(coop)
            anchored = core.validator.log(core.coop).anchored[coop]
            return 0 if signed is not None and signed.length > anchored else None

        _bend(growth, since_ms=since_ms)


class ForgetsWhatItWitnessed(Engine):
    """Signs as a witness without saving that it did."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        store = self._core.store
        commit = store.commit
        _bend(store, commit=lambda write: commit(replace(write, witnessed=())))


class DeniesWhatItRecorded(Engine):
    """Refuses the same bytes the second time."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        _bend(self._own, _find_same=lambda transaction: None)


class DoesNotRecover(Engine):
    """Signs at once, whatever others may hold of its log."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        _bend(self, _is_behind=lambda: False, _has_heard_enough=lambda now_ms: True)


class BelievesItsClock(Engine):
    """Measures deadlines by a clock that may be set back."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        _bend(self, _steady_ms=lambda now_ms: now_ms)


class KeepsWhatIsNotItsOwn(Engine):
    """Never returns a payment whose payee has closed."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        validator = self._core.validator
        _bend(self._anchors, _core=_Blind(self._core, validator))


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
