"""A reference and a native validator that are asked the same and have to answer the same.

Importing this module needs the native validator only when a `Both` is made.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

import pytest

from ledger.errors import EncodingError
from ledger.founding import Founding
from ledger.rules.index_rows import INDEX_CHAPTER
from ledger.validators.interface import Replayed, Sequenced, Validator
from ledger.validators.reference import ReferenceValidator

Answer = TypeVar("Answer")


class Both:
    """Two validators of one charter. `threads` is how many threads the native one verifies with."""

    def __init__(self, founding: Founding, *, threads: int = 2) -> None:
        native = pytest.importorskip("ledger.validators.native").NativeValidator
        self.charter = founding.genesis
        self.reference: Validator = ReferenceValidator(founding)
        self.native: Validator = native(founding, threads=threads)

    def ask(self, question: Callable[[Validator], Answer]) -> Answer:
        """The answer that both give."""
        expected, answer = question(self.reference), question(self.native)
        assert answer == expected
        return expected

    def open_logs(self, coops: Iterable[int]) -> None:
        """Let each of these coops have a log."""
        for validator in (self.reference, self.native):
            for coop in coops:
                validator.open_log(coop)

    def add_branches(self, branches: Mapping[int, int]) -> None:
        """Let there be so many branches of each of these coops' logs."""
        for coop, count in branches.items():
            for _ in range(count - 1):
                self.ask(partial(_add_branch, coop))

    def replay(self, coop: int, entries: bytes, *, branch: int = 0) -> Replayed | None:
        """What both say of entries, or None when both find no boundaries in them."""

        def replay(validator: Validator) -> Replayed | None:
            try:
                return validator.replay(coop, entries, branch=branch)
            except EncodingError:
                return None

        return self.ask(replay)

    def sequence(self, coop: int, time: int, transactions: list[bytes]) -> Sequenced:
        """What both make of transactions."""
        return self.ask(lambda validator: validator.sequence(coop, time, transactions))

    def check_state(self) -> None:
        """Everything that can be seen of the state is the same, byte for byte."""
        self.ask(lambda validator: validator.snapshot())
        self.ask(lambda validator: validator.digest())
        self.ask(lambda validator: [validator.standing(coop) for coop in validator.coops])
        for coop, branches in self.ask(branches_of).items():
            for branch in branches:
                self.check_log(coop, branch)

    def check_log(self, coop: int, branch: int = 0) -> None:
        """As `check_state`, for the views of one branch of a log."""
        self.ask(lambda validator: validator.log(coop, branch=branch))
        self.ask(lambda validator: validator.charter(coop, branch=branch))
        self.ask(lambda validator: list(validator.accounts(coop, branch=branch)))
        self.ask(lambda validator: validator.in_transit(coop, branch=branch))
        self.ask(lambda validator: validator.returnable(coop, branch=branch))
        self.ask(lambda validator: validator.index(coop, branch=branch))
        self.ask(lambda validator: validator.rows(coop, INDEX_CHAPTER, branch=branch))
        length = self.reference.log(coop, branch=branch).length
        places = (0, length // 2, length, length + 1)
        self.ask(lambda validator: [validator.head_at(coop, at, branch=branch) for at in places])
        others = [other for other in self.reference.coops if other != coop]
        self.ask(
            lambda validator: [
                validator.credits_waiting(home=coop, other=other) for other in others
            ]
        )
        self.ask(
            lambda validator: [
                (
                    validator.gone_by(coop, other=other, branch=branch),
                    validator.fork_loss(coop, other=other, branch=branch),
                    [
                        validator.taken_in(coop, other=other, branch=branch, of=of)
                        for of in validator.branches(other)
                    ],
                )
                for other in others
            ]
        )


def _add_branch(coop: int, validator: Validator) -> int:
    return validator.add_branch(coop)


def branches_of(validator: Validator) -> dict[int, list[int]]:
    """The numbers of the branches of every coop's log."""
    return {coop: list(validator.branches(coop)) for coop in validator.coops}
