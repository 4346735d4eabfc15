"""The shapes of JSON values that come from outside or go there, each said once.

A shape is a msgspec struct. What is read fits it exactly, or `read` says which field is wrong and what it
must be; what is written is encoded from it; and the description of the interface is made from it. Values
that JSON has only as texts, such as keys and hashes, are types of their own (`spellings`).

Whatever is needed to judge a value besides the value itself (the charter, the state) is not here.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import inspect

from node.spellings import SPELLED, Json, Spelled


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON object that has these fields and no others."""


Value = TypeVar("Value")


# --- reading ---


class ValueMalformed(ValueError):
    """A value does not fit its shape. `where` names the field that is wrong, its names joined by dots;
    `expected` says what it must be, and is None for a field that there is not. `pointer`: as RFC 6901."""

    def __init__(self, names: Sequence[str], expected: str | None) -> None:
        self.where = ".".join(names)
        self.expected = expected
        escaped = (name.replace("~", "~0").replace("/", "~1") for name in names)
        self.pointer = "".join(f"/{name}" for name in escaped)
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        """A sentence that says so."""
        if self.expected is None:
            return f"{self.where}: there is no such field."
        return f"{self.where}: must be {self.expected}."


_OBJECTS: Final = (inspect.StructType, inspect.DataclassType)
_COMPLAINT: Final = re.compile(
    r"(?P<what>.*?)(?: - at (?:`key` in )?`\$(?P<path>[^`]*)`)?", re.DOTALL
)
_MISSING: Final = re.compile(r"Object missing required field `(\w+)`")
_STEP: Final = re.compile(r"\.(\w+)|\[[^]]*\]")


def read(content: object, shape: type[Value]) -> Value:
    """A value of JSON, as `json.loads` gives it, as that shape; raises `ValueMalformed`."""
    try:
        return msgspec.convert(content, shape, dec_hook=_parse)
    except msgspec.ValidationError as error:
        raise _malformed(str(error), content, shape) from error


def _parse(type_: type[Spelled], text: object) -> Spelled:
    if type(text) is not str:
        raise ValueError(type_.expected)
    return type_.parse(text)


def _malformed(complaint: str, content: object, shape: type) -> ValueMalformed:
    """What msgspec complains about, in the words of the interface."""
    type_ = _inner(_type_info(shape))
    if complaint.startswith("Object contains unknown field"):
        # Its name was sent and may look like anything, so it is not taken from the complaint.
        return _unknown_field(content, type_)
    found = _COMPLAINT.fullmatch(complaint)
    assert found is not None
    names: list[str] = []
    for name in _STEP.findall(found["path"] or ""):
        if isinstance(type_, inspect.DictType):
            break  # the names in it are whatever was sent
        type_ = _step(type_, name)
        if name:  # an item goes by the name of its list
            names.append(name)
    missing = _MISSING.fullmatch(found["what"])
    if missing is not None:
        names.append(missing[1])
        type_ = _step(type_, missing[1])
    return ValueMalformed(names, _words(type_))


def _unknown_field(content: object, type_: inspect.Type) -> ValueMalformed:
    names, unknown = next(_unknown_fields(content, type_, ()))
    return ValueMalformed([*names, unknown[:40]], None)


def _unknown_fields(
    content: object, type_: inspect.Type, names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """All fields that the shape does not have, each with the names of the objects that it is in."""
    if isinstance(type_, _OBJECTS) and isinstance(content, dict):
        fields = {field.encode_name: _inner(field.type) for field in type_.fields}
        for unknown in sorted(content.keys() - fields.keys()):
            yield names, unknown
        for name, inner in fields.items():
            yield from _unknown_fields(content.get(name), inner, (*names, name))
    elif isinstance(type_, inspect.ListType) and isinstance(content, list):
        for item in content:
            yield from _unknown_fields(item, _inner(type_.item_type), names)


@cache
def _type_info(shape: type) -> inspect.Type:
    return inspect.type_info(shape)


def _step(type_: inspect.Type, name: str) -> inspect.Type:
    """The type of a field; without a name, that of a list's items."""
    if isinstance(type_, _OBJECTS):
        return next(_inner(field.type) for field in type_.fields if field.encode_name == name)
    assert isinstance(type_, inspect.ListType)
    return _inner(type_.item_type)


def _inner(type_: inspect.Type) -> inspect.Type:
    """The type without what describes it, and without null."""
    while True:
        match type_:
            case inspect.Metadata():
                type_ = type_.type
            case inspect.UnionType():
                type_ = next(each for each in type_.types if not isinstance(each, inspect.NoneType))
            case _:
                return type_


def _words(type_: inspect.Type) -> str:
    """What a value of the type must be."""
    type_ = _inner(type_)
    match type_:
        case inspect.CustomType():
            return cast(Spelled, type_.cls).expected
        case inspect.IntType(le=None):
            return "an integer"
        case inspect.IntType(ge=least, le=most):
            return f"an integer from {least} to {most}"
        case inspect.BoolType():
            return "true or false"
        case inspect.StrType(max_length=None):
            return "a text"
        case inspect.StrType(min_length=least, max_length=most):
            return f"a text of {least or 0} to {most} characters"
        case inspect.LiteralType(values=values):
            return " or ".join(
                f'"{each}"' if isinstance(each, str) else str(each) for each in values
            )
        case inspect.EnumType(cls=enum):
            return " or ".join(f'"{each.value}"' for each in enum)
        case inspect.ListType(min_length=least, max_length=most):
            bound = f"{least} to {most}" if least else f"at most {most}"
            return f"an array of {bound} items"
        case inspect.DictType(key_type=key, value_type=value, max_length=most):
            bound = "" if most is None else f" of at most {most} items"
            return f"an object{bound}, each item {_words(value)}, each name {_words(key)}"
        case _:
            return "an object"


# --- writing ---


def _write(value: object) -> str:
    if not isinstance(value, SPELLED):
        raise TypeError(f"{type(value).__name__} is not a value of the interface")
    return str(value)


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_write)


def to_json(value: object) -> bytes:
    """The JSON of a shape, and of whatever is made of shapes and plain values."""
    return _ENCODER.encode(value)


def to_plain(value: object) -> Any:
    """The same as dictionaries, lists and plain values."""
    return msgspec.to_builtins(value, enc_hook=_write)


# --- describing ---


def describe_shapes(shapes: Sequence[object]) -> tuple[list[Json], dict[str, Json]]:
    """The JSON Schemas of shapes, and the components that these refer to, by name."""
    schemas, components = msgspec.json.schema_components(
        shapes, schema_hook=_schema, ref_template="#/components/schemas/{name}"
    )
    return [_tidy(each) for each in schemas], {
        name: _tidy(each) for name, each in components.items()
    }


def _schema(type_: type[Spelled]) -> Json:
    return type_.schema()


def _tidy(schema: Any) -> Any:
    """Say the type of every enumeration, which some readers want to know, and nothing of nulls by default."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {name: _tidy(each) for name, each in schema.items()}
    if tidy.get("default", "") is None:
        del tidy["default"]
    if isinstance(tidy.get("enum"), list):
        is_text = all(isinstance(each, str) for each in tidy["enum"])
        tidy["type"] = "string" if is_text else "integer"
    return tidy
