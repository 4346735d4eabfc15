"""The founding file: a charter as people write, read and sign it (PROTOCOL section 4).

It is a TOML file; the SHA-256 of its exact bytes is the federation's id. Reading is strict: a key that this
module does not know, a wrong type or an inadmissible public key raises `CharterError` with the name of the
field. Files are read elsewhere.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, TypeVar, cast

from ledger.charter import Charter, Coop, IndexCharter, Steward
from ledger.charter_changes import COOP_NAME as COOP_NAME
from ledger.codec import MAX
from ledger.errors import CharterError
from ledger.index.days import Method, day_from_text, text_from_day
from ledger.index.definition_fields import read_definition
from ledger.index.definitions import Definition, DefinitionError
from ledger.index.line import Line
from ledger.index.parameters import IndexParameters, ParametersError
from ledger.messages import TAG_CHARTER, signed_bytes
from ledger.shapes import (
    MAX_ANCHOR_SIGNATURES,
    MAX_COOPS,
    MAX_NUMBER,
    MAX_PUBLISHERS,
    MAX_STEWARDS,
)
from ledger.signatures import (
    KeyInadmissible,
    SignatureInvalid,
    SigningKey,
    check_key_admissible,
    verify,
)
from ledger.texts import FOUNDING_HIDDEN
from ledger.toml_edition import check_edition

MAX_CHARTER_BYTES: Final = 1_048_576
"""1 KiB for each of the most coops: with half a dozen stewards each they have room."""
EARLIEST_BASE_DAY: Final = day_from_text("2000-01-01")
"""Periods are written as numbers from 0 on, counted from 1970."""
LATEST_BASE_DAY: Final = day_from_text("2999-12-31")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What never changes about a federation: its founding file, and what only that file says."""

    source: bytes = field(repr=False)
    name: str
    unit: str
    """What the unit is called."""
    genesis: Charter
    """The charter that every log begins with."""

    @property
    def federation(self) -> bytes:
        """The federation's id."""
        return self.genesis.federation


def parse_founding(source: bytes) -> Founding:
    """Read a charter file's bytes; `CharterError` says what is wrong with which field."""
    if len(source) > MAX_CHARTER_BYTES:
        raise CharterError(f"the charter is over {MAX_CHARTER_BYTES} bytes")
    document = _read_toml(source, "the charter is")
    if document.integer("fiado", least=1) != 1:
        raise CharterError("fiado: this software reads charters of version 1")
    about = document.table("federation")
    coops = [_read_coop(table) for table in document.tables("coop", most=MAX_COOPS)]
    _check_unique("coop.number", [coop.number for coop in coops])
    _check_unique("coop.name", [coop.name for coop in coops])
    _check_unique("coop.node_key", [coop.node_key for coop in coops])
    if sum(coop.clearing_limit for coop in coops) > MAX:
        raise CharterError(f"coop.clearing_limit: together at most {MAX} minor units")
    name, unit = about.text("name", most=64), about.text("unit", most=16)
    genesis = Charter(
        federation=sha256(source).digest(),
        witness_quorum=about.integer(
            "witness_quorum", least=0, most=min(len(coops), MAX_ANCHOR_SIGNATURES) - 1
        ),
        decision_quorum=about.integer(
            "decision_quorum", least=len(coops) // 2 + 1, most=len(coops)
        ),
        coops={coop.number: coop for coop in sorted(coops, key=lambda coop: coop.number)},
        index=_read_index(document, sorted(coop.number for coop in coops)),
        entries_per_day=(
            about.integer("entries_per_day", least=1) if about.has("entries_per_day") else None
        ),
    )
    about.check_all_read()
    document.check_all_read()
    return Founding(source=source, name=name, unit=unit, genesis=genesis)


def _read_coop(table: "_Table") -> Coop:
    stewards = [_read_steward(steward) for steward in table.tables("steward", most=MAX_STEWARDS)]
    _check_unique(table.path("steward.key"), [steward.key for steward in stewards])
    coop = Coop(
        number=table.integer("number", least=1, most=MAX_NUMBER),
        name=table.text("name", most=32, pattern=COOP_NAME),
        title=table.text("title", most=64),
        node_key=table.public_key("node_key"),
        clearing_limit=table.amount("clearing_limit"),
        steward_threshold=table.integer("steward_threshold", least=1, most=len(stewards)),
        stewards=tuple(stewards),
    )
    table.check_all_read()
    return coop


def _read_steward(table: "_Table") -> Steward:
    steward = Steward(name=table.text("name", most=32), key=table.public_key("key"))
    table.check_all_read()
    return steward


def _read_index(document: "_Table", coops: list[int]) -> IndexCharter | None:
    if not document.has("index"):
        return None
    table = document.table("index")
    publishers = table.numbers("publishers") if table.has("publishers") else coops
    _check_unique(table.path("publishers"), publishers)
    if not set(publishers) <= set(coops):
        raise CharterError(f"{table.path('publishers')}: a number that no coop has")
    if not 1 <= len(publishers) <= MAX_PUBLISHERS:
        raise CharterError(f"{table.path('publishers')}: must be 1 to {MAX_PUBLISHERS} coops")
    index = IndexCharter(
        line=Line(start=_read_parameters(table, len(publishers))),
        publishers=tuple(sorted(publishers)),
        source=table.text("source", most=256),
    )
    table.check_all_read()
    return index


def _read_parameters(table: "_Table", publishers: int) -> IndexParameters:
    method = table.text("method", most=16)
    if method not in _METHODS:
        raise CharterError(f"{table.path('method')}: must be one of {', '.join(_METHODS)}")
    quorum = table.integer("quorum", least=publishers // 2 + 1, most=publishers)
    more: dict[str, Any] = {}
    if _METHODS[method] is Method.UNIT:
        more = {"unit": _read_unit(table)}
    if _METHODS[method] is Method.SURVEY:
        more = {
            "observations_needed": table.integer("observations_needed", least=1, most=publishers),
            "lead_days": table.integer("lead_days", least=0),
            "pace_weeks": table.integer("pace_weeks", least=0),
        }
        if table.has("period_days"):
            more["period_days"] = table.integer("period_days", least=1)
    try:
        return IndexParameters(
            method=_METHODS[method],
            currency=table.text("currency", most=3),
            base_day=table.day("base_day", least=EARLIEST_BASE_DAY, most=LATEST_BASE_DAY),
            base_value=table.value("base_value"),
            quorum=quorum,
            source_quorum=table.integer("source_quorum", least=quorum, most=publishers),
            step_cap=table.integer("step_cap", least=1),
            stand_in_limit=table.integer("stand_in_limit", least=0),
            quote_days=table.integer("quote_days", least=0),
            **more,
        )
    except ParametersError as error:
        raise CharterError(f"index.{error}") from error


def _read_unit(table: "_Table") -> Definition:
    """The definition of an official unit, in a table of its own."""
    try:
        return read_definition(table.content("unit"))
    except DefinitionError as error:
        raise CharterError(f"{table.path('unit')}.{error.field}: {error.problem}") from error


def sign_charter(founding: Founding, *, coop: int, key: SigningKey) -> bytes:
    """A coop's signature under the charter."""
    return key.sign(signed_bytes(TAG_CHARTER, federation=founding.federation, coop=coop, body=b""))


def parse_charter_signatures(source: bytes) -> dict[int, bytes]:
    """The signatures by coop number from a `charter.signatures.toml` file, not yet verified."""
    document = _read_toml(source, "the signatures are")
    signatures: dict[int, bytes] = {}
    for table in document.tables("signature", most=MAX_COOPS):
        number = table.integer("coop", least=1, most=MAX_NUMBER)
        if number in signatures:
            raise CharterError(f"{table.path('coop')}: a second signature by coop {number}")
        signatures[number] = table.hexadecimal("signature", length=64)
        table.check_all_read()
    document.check_all_read()
    return signatures


def format_charter_signatures(signatures: Mapping[int, bytes]) -> bytes:
    """The inverse of `parse_charter_signatures`."""
    blocks = [
        f'[[signature]]\ncoop = {coop}\nsignature = "{signature.hex()}"\n'
        for coop, signature in sorted(signatures.items())
    ]
    return "\n".join(blocks).encode("ascii")


def check_charter_signatures(founding: Founding, signatures: Mapping[int, bytes]) -> None:
    """Raise `CharterError` unless every coop of the charter signed it."""
    for number, coop in founding.genesis.coops.items():
        signature = signatures.get(number)
        if signature is None:
            raise CharterError(f"coop {coop.name} has not signed the charter yet")
        message = signed_bytes(TAG_CHARTER, federation=founding.federation, coop=number, body=b"")
        try:
            verify(public_key=coop.node_key, message=message, signature=signature)
        except SignatureInvalid as error:
            raise CharterError(
                f"the signature of coop {coop.name} is not one of this charter"
            ) from error


def _read_toml(source: bytes, what: str) -> "_Table":
    try:
        text = source.decode("utf-8")
        check_edition(text, what)
        return _Table(tomllib.loads(text), "")
    except (ValueError, RecursionError) as error:
        # Besides its own error, a ValueError like that of text that is not UTF-8, the parser lets pass
        # those of a number with thousands of digits and of arrays thousands deep.
        raise CharterError(f"{what} not a TOML file: {error}") from error


def _check_unique(path: str, values: list[T]) -> None:
    if len(set(values)) != len(values):
        raise CharterError(f"{path}: two are the same")


class _Table:
    """A TOML table that knows where it stands and which of its keys have been read."""

    def __init__(self, content: dict[str, object], where: str) -> None:
        self._content = content
        self._where = where
        self._unread = set(content)

    def has(self, key: str) -> bool:
        return key in self._content

    def path(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key

    def _take(self, key: str, kind: type[T]) -> T:
        self._unread.discard(key)
        value = self._content.get(key)
        if type(value) is not kind:
            raise CharterError(f"{self.path(key)}: expected {_KIND_NAMES[kind]}")
        return value

    def check_all_read(self) -> None:
        if self._unread:
            raise CharterError(f"{self.path(min(self._unread))}: not a field of a charter")

    def integer(self, key: str, *, least: int, most: int = MAX) -> int:
        value = self._take(key, int)
        if not least <= value <= most:
            raise CharterError(f"{self.path(key)}: must be from {least} to {most}")
        return value

    def text(self, key: str, *, most: int, pattern: re.Pattern[str] | None = None) -> str:
        value = self._take(key, str)
        if not 1 <= len(value) <= most or FOUNDING_HIDDEN.search(value):
            raise CharterError(f"{self.path(key)}: must be 1 to {most} visible characters")
        if pattern is not None and not pattern.fullmatch(value):
            raise CharterError(f"{self.path(key)}: must match {pattern.pattern}")
        return value

    def hexadecimal(self, key: str, *, length: int) -> bytes:
        value = self._take(key, str)
        if not re.fullmatch(f"[0-9a-f]{{{2 * length}}}", value):
            raise CharterError(f"{self.path(key)}: must be {2 * length} hex digits in lower case")
        return bytes.fromhex(value)

    def public_key(self, key: str) -> bytes:
        value = self.hexadecimal(key, length=32)
        try:
            check_key_admissible(value)
        except KeyInadmissible as error:
            raise CharterError(
                f"{self.path(key)}: not an admissible public key: {error}"
            ) from error
        return value

    def amount(self, key: str) -> int:
        value = self._take(key, str)
        if not re.fullmatch(r"(0|[1-9][0-9]{0,15})\.[0-9]{2}", value):
            raise CharterError(f'{self.path(key)}: must be units with two decimals, as "250.00"')
        minor = int(value.replace(".", ""))
        if minor > MAX:
            raise CharterError(f"{self.path(key)}: must be at most {MAX} minor units")
        return minor

    def value(self, key: str) -> int:
        value = self._take(key, str)
        if not re.fullmatch(r"(0|[1-9][0-9]{0,9})\.[0-9]{6}", value):
            raise CharterError(f'{self.path(key)}: must have six decimals, as "1000.000000"')
        return int(value.replace(".", ""))

    def day(self, key: str, *, least: int, most: int) -> int:
        value = self._take(key, str)
        try:
            day = day_from_text(value)
        except ValueError as error:
            raise CharterError(f'{self.path(key)}: must be a date, as "2026-01-15"') from error
        if not least <= day <= most:
            raise CharterError(
                f"{self.path(key)}: must be from {text_from_day(least)} to {text_from_day(most)}"
            )
        return day

    def numbers(self, key: str) -> list[int]:
        items = cast("list[object]", self._take(key, list))
        numbers = [item for item in items if type(item) is int]
        if len(numbers) != len(items):
            raise CharterError(f"{self.path(key)}: expected whole numbers")
        return numbers

    def content(self, key: str) -> dict[str, object]:
        """All that a table has, for a reader of its own."""
        return cast("dict[str, object]", self._take(key, dict))

    def table(self, key: str) -> "_Table":
        return _Table(cast("dict[str, object]", self._take(key, dict)), self.path(key))

    def tables(self, key: str, *, most: int) -> "list[_Table]":
        items = cast("list[object]", self._take(key, list))
        if not 1 <= len(items) <= most:
            raise CharterError(f"{self.path(key)}: must have 1 to {most}")
        tables = []
        for position, item in enumerate(items):
            if not isinstance(item, dict):
                raise CharterError(f"{self.path(key)}: expected tables")
            tables.append(_Table(item, f"{self.path(key)}[{position}]"))
        return tables


_METHODS: Final = {method.name.lower(): method for method in Method}

_KIND_NAMES: dict[Callable[..., object], str] = {
    int: "a whole number",
    str: "a text",
    dict: "a table",
    list: "a list",
}
