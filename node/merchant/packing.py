"""Values as the JSON of a record."""

import json
from typing import Any, Final

_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def fields_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass with slots, by name; those within it are left as they are."""
    return {name: getattr(value, name) for name in value.__slots__}


def to_bytes(content: Any) -> bytes:
    """JSON in one line, as UTF-8."""
    return _ENCODER.encode(content).encode("utf-8")
