"""A reference and a native validator that are asked the same and have to answer the same.

Importing this module needs the native validator only when a `Both` is made.
"""

from collections.abc import Callable
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

    def replay(self, coop: int, entries: bytes) -> Replayed | None:
        """What both say of entries, or None when both find no boundaries in them."""

        def replay(validator: Validator) -> Replayed | None:
            try:
                return validator.replay(coop, entries)
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
        for coop in self.charter.coops:
            self.check_log(coop)

    def check_log(self, coop: int) -> None:
        """As `check_state`, for the views of one log."""
        self.ask(lambda validator: validator.log(coop))
        self.ask(lambda validator: list(validator.accounts(coop)))
        self.ask(lambda validator: validator.in_transit(coop))
        self.ask(lambda validator: validator.returnable(coop))
        self.ask(lambda validator: validator.index(coop))
        self.ask(lambda validator: validator.rows(coop, INDEX_CHAPTER))
        length = self.reference.log(coop).length
        places = (0, length // 2, length, length + 1)
        self.ask(lambda validator: [validator.head_at(coop, at) for at in places])
        self.ask(
            lambda validator: [
                validator.credits_waiting(home=coop, other=other) for other in self.charter.coops
            ]
        )
