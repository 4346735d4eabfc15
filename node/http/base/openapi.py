"""`openapi.json`, made from the tables of routes and their shapes (OpenAPI 3.1)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledger.refusals import Refusal
from node.http.base import shapes
from node.http.base.api import PROBLEM_JSON
from node.http.base.problem import ProblemKind
from node.http.base.problems import (
    BUSY,
    FORBIDDEN,
    INTERNAL,
    KEY_FORBIDDEN,
    KEY_INVALID,
    OUTCOME_UNKNOWN,
    REQUEST_MALFORMED,
    SESSION_ENDED,
    SESSION_INVALID,
    STOPPING,
    TOO_MANY_REQUESTS,
    UNAUTHORIZED,
)
from node.http.base.reading import TOML
from node.http.base.refusals_problems import REFUSED
from node.http.base.routes import Access, Header, Parameter, Route
from node.shapes import describe_shapes
from node.spellings import Json

_ACCESS_PROBLEMS = {
    Access.PUBLIC: (),
    Access.SESSION: (UNAUTHORIZED, SESSION_INVALID, SESSION_ENDED, FORBIDDEN),
    Access.MEMBER: (UNAUTHORIZED, SESSION_INVALID, SESSION_ENDED, FORBIDDEN),
    Access.STEWARD: (UNAUTHORIZED, SESSION_INVALID, SESSION_ENDED, FORBIDDEN),
    Access.MERCHANT: (
        UNAUTHORIZED,
        SESSION_INVALID,
        SESSION_ENDED,
        KEY_INVALID,
        FORBIDDEN,
        KEY_FORBIDDEN,
        TOO_MANY_REQUESTS,
    ),
}
_SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    Access.PUBLIC: [],
    Access.MERCHANT: [{"key": []}, {"session": []}],
}
_SCHEMES = {
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a session, from `POST /v1/sessions`.",
    },
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `fk_…`, from `POST /v1/merchant/keys`.",
    },
}
_EVERYWHERE = (REQUEST_MALFORMED, INTERNAL, BUSY, STOPPING, OUTCOME_UNKNOWN)

_DESCRIPTION = """\
Members' wallets, stewards' tools, auditors and other programs talk to a cooperative's node here.

Amounts are integers in minor units (hundredths of a unit) of at most 2^53 - 1, times Unix seconds. Keys,
hashes and signatures are lower-case hex; longer byte strings are base64url without padding.
Unknown and duplicate fields are refused. Every error is a problem (RFC 9457) with a stable `code`.
A request whose answer was lost may be sent again with the same bytes: it is recorded only once."""


def describe(routes: Sequence[Route], *, version: str) -> dict[str, Any]:
    """The description of the interface."""
    said = list(dict.fromkeys([*_shapes(routes), shapes.Problem]))
    schemas, components = describe_shapes(said)
    operations = _Operations(dict(zip(said, schemas, strict=True)))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = operations.describe(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "A Fiado node",
            "version": version,
            "description": _DESCRIPTION,
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": subject} for subject in dict.fromkeys(r.subject for r in routes)],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _shapes(routes: Sequence[Route]) -> Iterator[object]:
    """All shapes that are read or answered."""
    for route in routes:
        for said in (*route.body.values(), route.answer):
            yield from said if isinstance(said, tuple) else () if said is None else (said,)


class _Operations:
    """Describes routes, with the schemas of their shapes."""

    def __init__(self, schemas: Mapping[object, Json]) -> None:
        self._schemas = schemas

    def describe(self, route: Route) -> dict[str, Any]:
        """One operation."""
        operation: dict[str, Any] = {
            "operationId": route.name,
            "summary": route.summary,
            "tags": [route.subject],
            "responses": self._responses(route),
            "security": _SECURITY.get(route.access, [{"session": []}]),
        }
        if route.access in (Access.MEMBER, Access.STEWARD):
            operation["description"] = f"For sessions of a {route.access.value}."
        if route.parameters:
            operation["parameters"] = [_parameter(parameter) for parameter in route.parameters]
        if route.body:
            operation["requestBody"] = self._body(route)
        return operation

    def _body(self, route: Route) -> dict[str, Any]:
        body: dict[str, Any] = {
            "content": {kind: self._content(kind, said) for kind, said in route.body.items()}
        }
        if len(body["content"]) == 1:
            return {"required": True, **body}
        # It is needed all the same. But openapi-python-client makes a function that can't be imported of a
        # body that is required and may be of several kinds.
        return {"description": "Needed, of one of these kinds.", **body}

    def _content(self, kind: str, said: object) -> dict[str, Any]:
        if isinstance(said, tuple):
            return {"schema": {"oneOf": [self._schemas[shape] for shape in said]}}
        if said is not None:
            return {"schema": self._schemas[said]}
        is_text = kind == TOML or kind.startswith("text/")
        return {"schema": {"type": "string"} if is_text else {"type": "string", "format": "binary"}}

    def _responses(self, route: Route) -> dict[str, Any]:
        done: dict[str, Any] = {"description": "Done."}
        if route.status not in (204, 303):
            done["content"] = {route.answer_type: self._content(route.answer_type, route.answer)}
        if route.headers:
            done["headers"] = {name: _header(header) for name, header in route.headers.items()}
        responses: dict[str, Any] = {str(route.status): done}
        by_status: dict[int, list[str]] = {}
        for kind in dict.fromkeys(_kinds(route)):
            by_status.setdefault(kind.status, []).append(kind.code)
        for status, codes in sorted(by_status.items()):
            listed = ", ".join(f"`{code}`" for code in codes)
            responses[str(status)] = self._problem(f"Codes: {listed}")
        responses["default"] = self._problem(
            "Any other problem, such as another refusal of the protocol."
        )
        for status, description in route.also.items():
            response = self._problem(description)
            response["content"][route.answer_type] = done["content"][route.answer_type]
            responses[str(status)] = response
        return responses

    def _problem(self, description: str) -> dict[str, Any]:
        content = {PROBLEM_JSON: self._content(PROBLEM_JSON, shapes.Problem)}
        return {"description": description, "content": content}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.in_,
        "required": parameter.in_ == "path",
        "description": parameter.description,
        "schema": dict(parameter.schema),
    }


def _header(header: Header) -> dict[str, Any]:
    return {
        "description": header.description,
        "required": header.is_always,
        "schema": dict(header.schema),
    }


def _kinds(route: Route) -> Iterator[ProblemKind]:
    for each in (*route.problems, *_ACCESS_PROBLEMS[route.access], *_EVERYWHERE):
        yield REFUSED[each] if isinstance(each, Refusal) else each
