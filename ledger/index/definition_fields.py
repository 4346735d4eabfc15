"""A definition as data: a table of fields, and the same in an array (PROTOCOL section 9.9).

Reading is strict: a field that nobody knows, one that is missing, or a value of another type is a
`DefinitionError` with the field. Only `round` may be left out, which says that values are not rounded.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, TypeVar, cast

from ledger.index.definitions import (
    Carry,
    Definition,
    DefinitionError,
    Exponent,
    Input,
    Rounding,
    Shape,
)

FIELDS: Final = (
    "input",
    "decimals",
    "starts",
    "lag_months",
    "shape",
    "exponent",
    "round",
    "carry",
)
"""In the order of the array."""

Member = TypeVar("Member", bound=Enum)


def read_definition(fields: Mapping[str, object]) -> Definition:
    """The definition that a table of fields says; raises `DefinitionError`."""
    for name in sorted(fields.keys() - set(FIELDS)):
        raise DefinitionError(name, "nobody knows this field")
    for name in sorted(set(FIELDS) - fields.keys() - {"round"}):
        raise DefinitionError(name, "it is missing")
    places, rounding = _rounding(fields.get("round"))
    return Definition(
        printed=_choice(Input, fields["input"], "input"),
        decimals=_integer("decimals", fields["decimals"]),
        starts=tuple(_integer("starts", start) for start in _list("starts", fields["starts"])),
        lag=_integer("lag_months", fields["lag_months"]),
        shape=_choice(Shape, fields["shape"], "shape"),
        exponent=_choice(Exponent, fields["exponent"], "exponent"),
        places=places,
        rounding=rounding,
        carry=_choice(Carry, fields["carry"], "carry"),
    )


def definition_fields(unit: Definition) -> dict[str, Any]:
    """The table of fields; `read_definition` reads it back."""
    rounding: list[int | str] | None = None
    if unit.places is not None:
        rounding = [unit.places, _text(unit.rounding)]
    values = (
        _text(unit.printed),
        unit.decimals,
        list(unit.starts),
        unit.lag,
        _text(unit.shape),
        _text(unit.exponent),
        rounding,
        _text(unit.carry),
    )
    return dict(zip(FIELDS, values, strict=True))


def read_definition_array(value: object) -> Definition | None:
    """The definition in an array of its fields; None for what is none."""
    if type(value) is not list or len(value) != len(FIELDS):
        return None
    try:
        return read_definition(dict(zip(FIELDS, value, strict=True)))
    except DefinitionError:
        return None


def _text(member: Enum) -> str:
    return member.name.lower()


def _rounding(value: object) -> tuple[int | None, Rounding]:
    if value is None:
        return None, Rounding.HALF_EVEN
    pair = _list("round", value)
    if len(pair) != 2:
        raise DefinitionError("round", "it is decimals and a way, or left out")
    return _integer("round", pair[0]), _choice(Rounding, pair[1], "round")


def _choice(kind: type[Member], value: object, name: str) -> Member:
    for member in kind:
        if _text(member) == value:
            return member
    raise DefinitionError(name, f"{value!r} is none of {', '.join(map(_text, kind))}")


def _integer(name: str, value: object) -> int:
    if type(value) is not int:
        raise DefinitionError(name, f"{value!r} is not a whole number")
    return value


def _list(name: str, value: object) -> list[object]:
    if type(value) is not list:
        raise DefinitionError(name, f"{value!r} is not a list")
    return cast("list[object]", value)


def definition_text(unit: Definition) -> str:
    """All of it in a line, in the order of the array: `change, 1, 16, 1, geometric, window, -, exact`."""
    rounding = "-" if unit.places is None else f"{unit.places} {_text(unit.rounding)}"
    parts = (
        _text(unit.printed),
        str(unit.decimals),
        " ".join(map(str, unit.starts)),
        str(unit.lag),
        _text(unit.shape),
        _text(unit.exponent),
        rounding,
        _text(unit.carry),
    )
    return ", ".join(parts)
