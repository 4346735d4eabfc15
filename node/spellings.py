"""Values that JSON has as texts and numbers, each with the one spelling or the range that it may have.

Keys, hashes, signatures and salts are lower-case hex; longer bytes base64url without padding; amounts of
merchants texts of integers. Every one of them has exactly one spelling, and no other is read.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import Annotated, Any, ClassVar, Final, Protocol, Self

from msgspec import Meta

from ledger.codec import MAX

Json = dict[str, Any]

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")

Count = Annotated[int, Meta(ge=0, le=MAX)]
Number = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Time = Annotated[int, Meta(ge=0, le=MAX, description="Unix seconds.")]
Amount = Annotated[int, Meta(ge=-MAX, le=MAX, description="Minor units: hundredths of a unit.")]
Id = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="An id.")]
"""As it is written; what is read of it comes in paths."""
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]


def within(longest: int) -> Any:
    """For texts of at most so many characters, and not empty ones."""
    return Meta(min_length=1, max_length=longest)


def one_of(*values: str) -> Any:
    """For texts of which only these are written."""
    return Meta(extra_json_schema={"enum": list(values)})


class Spelled(Protocol):
    """A value that JSON has as a text of a certain spelling."""

    expected: ClassVar[str]
    """What the text must be, after "must be"."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The value; raises `ValueError`."""

    @classmethod
    def schema(cls) -> Json:
        """Its JSON Schema."""


class Hex(bytes):
    """Bytes of a fixed length in lower-case hex."""

    length: ClassVar[int]
    description: ClassVar[str]
    expected: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.expected = f"{2 * cls.length} hex digits in lower case"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The bytes; raises `ValueError` for any other spelling."""
        if not re.fullmatch(f"[0-9a-f]{{{2 * cls.length}}}", text):
            raise ValueError(cls.expected)
        return cls(bytes.fromhex(text))

    @classmethod
    def schema(cls) -> Json:
        """Its JSON Schema."""
        pattern = f"^[0-9a-f]{{{2 * cls.length}}}$"
        return {"type": "string", "pattern": pattern, "description": cls.description}

    def __str__(self) -> str:
        return self.hex()


class Hash(Hex):
    """A SHA-256 hash."""

    length = 32
    description = "A SHA-256 hash."


class PublicKey(Hex):
    """An Ed25519 public key."""

    length = 32
    description = "An Ed25519 public key."


class Signature(Hex):
    """An Ed25519 signature."""

    length = 64
    description = "An Ed25519 signature."


class Salt(Hex):
    """Random bytes that keep a hash from being guessed."""

    length = 16
    description = "Random bytes."


class Binary(bytes):
    """One byte or more in base64url without padding."""

    expected: ClassVar[str] = "1 or more bytes in base64url without padding"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The bytes; raises `ValueError` for none and for any other spelling."""
        data = from_base64url(text)
        if not data:
            raise ValueError(cls.expected)
        return cls(data)

    @classmethod
    def schema(cls) -> Json:
        """Its JSON Schema."""
        return {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]+$",
            "description": "base64url without padding.",
        }

    def __str__(self) -> str:
        return to_base64url(self)


class Minor(int):
    """An amount in minor units as a text, so that no reader of JSON can lose a cent."""

    expected: ClassVar[str] = "an integer in minor units, as text of at most 16 digits"
    pattern: ClassVar[str] = "(0|[1-9][0-9]{0,15})"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The number; raises `ValueError` for any other spelling."""
        if not re.fullmatch(cls.pattern, text):
            raise ValueError(cls.expected)
        return cls(text)

    @classmethod
    def schema(cls) -> Json:
        """Its JSON Schema."""
        description = "An integer in minor units, as text."
        return {"type": "string", "pattern": f"^{cls.pattern}$", "description": description}

    def __str__(self) -> str:
        return int.__repr__(self)


class SignedMinor(Minor):
    """The same, which may be below zero."""

    pattern = "-?(0|[1-9][0-9]{0,15})"


class Text(str):
    """A text that is not empty and not too long."""

    longest: ClassVar[int]
    expected: ClassVar[str]
    said: ClassVar[Json] = {}
    """What its schema says besides."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The text; raises `ValueError`."""
        if not 1 <= len(text) <= cls.longest or not cls.is_fit(text):
            raise ValueError(cls.expected)
        return cls(text)

    @classmethod
    def is_fit(cls, text: str) -> bool:
        """Whether such a text is taken when it has the right length."""
        return True

    @classmethod
    def schema(cls) -> Json:
        """Its JSON Schema."""
        return {"type": "string", "minLength": 1, "maxLength": cls.longest, **cls.said}


SPELLED: Final = (Hex, Binary, Minor, Text)
"""What is written as `str` gives it."""


def to_base64url(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes | None:
    """The bytes; None for padding, other characters, or a second spelling of the same bytes."""
    if not _BASE64URL.fullmatch(text):
        return None
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except Base64Error:
        return None
    return data if to_base64url(data) == text else None
