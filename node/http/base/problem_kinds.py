"""A line of the table of problems."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One line of the table."""

    code: str
    status: int
    title: str
    detail: str
    remedy: str
    retryable: bool = False
    number: int | None = None
