"""What the HTTP interface answers when something is wrong, in words for people (RFC 9457).

Each kind of problem is a constant with a stable `code`, a status, a title, what is wrong, what would make it
work, and whether the same request may succeed later. It stands in `problems.py` of the room whose subject it
belongs to; the refusals of the protocol are in `refusals_problems`. The CLI shows these words as they come.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from msgspec import UNSET

from node.http.base import shapes


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A problem that can be met again and again."""

    code: str
    status: int
    title: str
    detail: str
    remedy: str
    retryable: bool = False
    number: int | None = None
    """Of a refusal of the protocol."""


def not_found(code: str, detail: str, remedy: str) -> ProblemKind:
    """The kind of a problem with something that is not there."""
    return ProblemKind(code, 404, "Not found", detail, remedy)


def kinds_in(module: ModuleType) -> Iterator[ProblemKind]:
    """The kinds of problems that are constants of a module."""
    return (each for each in vars(module).values() if isinstance(each, ProblemKind))


class Problem(Exception):
    """Ends a request with a problem. `detail`, `remedy` and `retryable` may differ from the kind's.

    `pointer` names the field that is wrong (RFC 6901), `retry_after_s` when to come back, `allow`
    the methods that the address takes. `is_for_all_pages` lets pages of other nodes read it.
    """

    is_for_all_pages = False

    def __init__(
        self,
        kind: ProblemKind,
        detail: str | None = None,
        *,
        pointer: str | None = None,
        retry_after_s: int | None = None,
        allow: str | None = None,
        remedy: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.detail = detail or self.kind.detail
        self.remedy = remedy or self.kind.remedy
        self.retryable = self.kind.retryable if retryable is None else retryable
        self.pointer = pointer
        self.retry_after_s = retry_after_s
        self.allow = allow

    def answer(self, request_id: str) -> shapes.Problem:
        """As it is told."""
        kind = self.kind
        return shapes.Problem(
            type=f"urn:fiado:problem:{kind.code}",
            title=kind.title,
            status=kind.status,
            detail=self.detail,
            code=kind.code,
            remedy=self.remedy,
            retryable=self.retryable,
            request_id=request_id,
            number=UNSET if kind.number is None else kind.number,
            pointer=UNSET if self.pointer is None else self.pointer,
        )
