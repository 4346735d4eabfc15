"""The chapter of proposals: what each is, which are open, the number of the last. PROTOCOL section 13.3."""

from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from ledger.codec import decode, encode
from ledger.effects import Row
from ledger.government.tally import Proposal

PROPOSALS_CHAPTER: Final = "proposals"
"""By number, each proposal that was ever made; under 0 the register."""

_REGISTER_KEY: Final = encode(0)


class ChapterState(Protocol):
    """What is seen of a log to read a row."""

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The number of the last proposal, and the numbers of those that are open, rising."""

    last: int = 0
    waiting: tuple[int, ...] = ()

    def opened(self) -> "Register":
        """The register with one more proposal, the next."""
        return Register(last=self.last + 1, waiting=(*self.waiting, self.last + 1))

    def closed(self, number: int) -> "Register":
        """The register once that proposal is enacted."""
        return Register(
            last=self.last, waiting=tuple(each for each in self.waiting if each != number)
        )

    def row(self) -> Row:
        """Its row."""
        value = encode([self.last, self.waiting])
        return Row(chapter=PROPOSALS_CHAPTER, key=_REGISTER_KEY, value=value)


def read_register(state: ChapterState) -> Register:
    """The register of a log."""
    value = state.row(PROPOSALS_CHAPTER, _REGISTER_KEY)
    if value is None:
        return Register()
    last, numbers = cast("list[Any]", decode(value))
    return Register(last=last, waiting=tuple(numbers))


def read_proposal(state: ChapterState, number: int) -> Proposal | None:
    """The proposal of that number, or None."""
    value = state.row(PROPOSALS_CHAPTER, encode(number)) if number else None
    return None if value is None else Proposal.decoded(value)


def open_proposals(state: ChapterState) -> dict[int, Proposal]:
    """The proposals that are not enacted yet, by number, rising."""
    numbers = read_register(state).waiting
    found = {number: read_proposal(state, number) for number in numbers}
    return {number: proposal for number, proposal in found.items() if proposal is not None}


def proposal_row(number: int, proposal: Proposal) -> Row:
    """The row of a proposal."""
    return Row(chapter=PROPOSALS_CHAPTER, key=encode(number), value=proposal.encoded())
