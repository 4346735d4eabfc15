"""What can go wrong between a program and a node, and how it is told from what came.

A failure says what a caller must know to act: `NodeUnreachable` (nothing was sent), `AnswerLost` (it may
have been done), `NodeProblem` (the node said no, and why), `NodeMisbehaved` (it answered nonsense). It words
nothing for people.
"""

import json
from dataclasses import dataclass
from typing import Final

import urllib3

_PASSED_OVER: Final = frozenset(
    {"not_ready", "busy", "stopping", "too_many_requests", "home_not_asked"}
)


@dataclass(eq=False)
class NodeError(Exception):
    """Base of what can go wrong between a command and the node at `url`."""

    url: str


@dataclass(eq=False)
class NodeUnreachable(NodeError):
    """No connection could be made, so nothing was sent. `reason` is the system's, in few words."""

    reason: str


@dataclass(eq=False)
class AnswerLost(NodeError):
    """The request was sent and no answer came: it may have been done or not."""

    reason: str


@dataclass(eq=False)
class NodeMisbehaved(NodeError):
    """The answer is not what a node answers: another program, or a faulty or hostile node."""

    reason: str


@dataclass(eq=False)
class NodeProblem(NodeError):
    """The node refused; the fields are those of its problem document. `number` is a refusal's."""

    status: int
    code: str
    title: str
    detail: str
    remedy: str
    is_retryable: bool
    number: int | None = None
    request_id: str = ""
    is_after_doubt: bool = False
    """An earlier try of the same request may have been done, whatever this answer says of the last."""

    @property
    def was_passed_over(self) -> bool:
        """Whether the node says that it did not even look at this try of the request."""
        return self.code in _PASSED_OVER

    @property
    def is_final(self) -> bool:
        """Whether the node decided, and recorded nothing: a refusal by the rules, or a request it can't take.

        A refusal may be `is_retryable`, such as one over a limit that stewards may raise, and is final
        all the same: the member was told that nothing was paid.
        """
        return self.number is not None or (not self.is_retryable and 400 <= self.status < 500)


def problem_of(url: str, status: int, data: bytes) -> NodeError:
    """What an answer says that is not a good one."""
    try:
        document = json.loads(data)
        return NodeProblem(
            url,
            status=status,
            code=str(document["code"]),
            title=str(document["title"]),
            detail=str(document.get("detail", "")),
            remedy=str(document.get("remedy", "")),
            is_retryable=document.get("retryable") is True,
            number=_refusal_number(document.get("number")),
            request_id=str(document.get("request_id", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        if status >= 500:
            # Something between us and the node, or a node about to stop: it may have been done.
            return AnswerLost(url, f"status {status}")
        return NodeMisbehaved(url, f"status {status}, and not a word why")


def reason_of(error: Exception) -> str:
    """What the system said, without the library's wrapping."""
    cause: BaseException = error
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__ or cause
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "it took too long"
    return str(cause).split("(")[0].strip() or type(cause).__name__


def _refusal_number(value: object) -> int | None:
    """What a problem says of the refusal's number. Raises `TypeError` when that is not a number."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise TypeError("not a refusal's number")
