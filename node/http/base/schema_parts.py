"""The pieces of which the schemas of the interface are made."""

from collections.abc import Mapping
from typing import Any, Final

from ledger.codec import MAX

Schema = Mapping[str, Any]


def object_(**properties: Schema) -> Schema:
    """An object that has all of these and nothing else."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def with_optional(schema: Schema, *optional: str) -> Schema:
    """The object, some of whose fields may be left out."""
    required = [name for name in schema["required"] if name not in optional]
    return {**schema, "required": required}


def list_(item: Schema) -> Schema:
    """An array of such items."""
    return {"type": "array", "items": item}


def or_null(schema: Schema) -> Schema:
    """That, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def hex_(length: int, description: str) -> Schema:
    """`length` bytes in lower-case hex."""
    pattern = f"^[0-9a-f]{{{2 * length}}}$"
    return {"type": "string", "pattern": pattern, "description": description}


def one_of(*values: str) -> Schema:
    """One of these texts."""
    return {"type": "string", "enum": list(values)}


def reference(name: str) -> Schema:
    """A reference to a schema of this module."""
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Final[Schema] = {"type": "string"}
BOOLEAN: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": MAX}
NUMBER: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
TIME: Final[Schema] = {**COUNT, "description": "Unix seconds."}
AMOUNT: Final[Schema] = {
    "type": "integer",
    "minimum": -MAX,
    "maximum": MAX,
    "description": "Minor units: hundredths of a unit.",
}
BINARY: Final[Schema] = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]+$",
    "description": "base64url without padding.",
}
HASH: Final = hex_(32, "A SHA-256 hash.")
KEY: Final = hex_(32, "An Ed25519 public key.")
SIGNATURE: Final = hex_(64, "An Ed25519 signature.")
CLASS: Final = one_of("person", "organisation")
STATUS: Final = one_of("open", "frozen", "closed")
DRAFT_ID: Final = hex_(16, "A draft's id.")
REASON: Final = object_(salt=hex_(16, "Random bytes."), text={**TEXT, "maxLength": 512})
COOP: Final = {"coop": TEXT, "coop_number": NUMBER}
