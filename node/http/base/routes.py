"""A route: an address, its handler, and what the description says about it.

Each module of handlers ends with its table of routes. The server and `openapi.json` are both made
from these tables, so none can lack what the other has.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web

from ledger.codec import MAX
from ledger.refusals import Refusal
from node.http.base.api import Api
from node.http.base.problem import Problem, ProblemKind
from node.http.base.problems import REQUEST_MALFORMED
from node.http.base.reading import plain_number

Handler = Callable[[Api, web.Request], Awaitable[web.StreamResponse]]


class Access(StrEnum):
    """Who may call."""

    PUBLIC = "public"
    SESSION = "session"
    MEMBER = "member"
    STEWARD = "steward"
    MERCHANT = "merchant"
    """The account's owner, or a program with an API key that has the power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the path or the query string."""

    name: str
    description: str
    schema: Mapping[str, object] = field(default_factory=lambda: {"type": "string"})
    in_: str = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberParameter(Parameter):
    """A number in the query string: described and read by the same bounds."""

    least: int = 0
    most: int = MAX
    default: int | None = None

    def find(self, request: web.Request, *, most: int | None = None) -> int | None:
        """The number, whose highest value a setting may change; None where it is missing.

        Raises `request_malformed`.
        """
        text = request.query.get(self.name)
        if text is None:
            return None
        most = self.most if most is None else most
        number = plain_number(text, most=most)
        if number is None or number < self.least:
            expected = f"a number from {self.least} to {most}"
            raise Problem(REQUEST_MALFORMED, f"{self.name}: must be {expected}.", pointer=self.name)
        return number

    def read(self, request: web.Request, *, most: int | None = None) -> int:
        """The same; where there is none, the default, or `most` if that is lower."""
        found = self.find(request, most=most)
        if found is not None:
            return found
        assert self.default is not None, f"{self.name} has no default"
        return self.default if most is None else min(self.default, most)


@dataclass(frozen=True, slots=True)
class Header:
    """A header of an answer. `is_always`: every good answer has it."""

    description: str
    schema: Mapping[str, object]
    is_always: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation. `answer` is the shape of what it answers with `status`.

    `body` has the shape for each type of content; several, of which it has one, in a tuple. None stands
    for bytes, or for a text when the type of content is one. `headers` are those of the answer that mean
    something to the caller. `also` says when the same shape comes with another status.
    `problems` are what this operation adds to those that every one may give.
    """

    method: str
    path: str
    handler: Handler
    name: str
    summary: str
    subject: str
    access: Access = Access.PUBLIC
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    answer: object = None
    answer_type: str = "application/json"
    headers: Mapping[str, Header] = field(default_factory=dict)
    also: Mapping[int, str] = field(default_factory=dict)
    problems: tuple[ProblemKind | Refusal, ...] = ()


COOP = Parameter(
    name="coop",
    in_="path",
    description="A cooperative's name, or its number without a zero in front.",
)
ACCOUNT = Parameter(
    name="account",
    in_="path",
    description="An account's number, or its handle; `@` in front always means a handle.",
)
ENTRY_NUMBER = Parameter(
    name="number",
    in_="path",
    description="The entry's place in the log, from 1 on.",
    schema={"type": "integer", "minimum": 1, "maximum": MAX},
)


def number_parameter(
    name: str,
    description: str,
    *,
    default: int | None = None,
    least: int = 0,
    most: int = MAX,
) -> NumberParameter:
    """A number in the query string."""
    schema: dict[str, object] = {"type": "integer", "minimum": least, "maximum": most}
    if default is not None:
        schema["default"] = default
    return NumberParameter(
        name=name, description=description, schema=schema, least=least, most=most, default=default
    )


def limit_parameter(default: int = 50) -> NumberParameter:
    """How long a page may be."""
    return number_parameter("limit", "How many at most.", default=default, least=1, most=200)


def id_parameter(name: str, what: str) -> Parameter:
    """An id in the path."""
    return Parameter(
        name=name,
        in_="path",
        description=f"{what} id.",
        schema={"type": "string", "pattern": "^[0-9a-f]{32}$"},
    )
