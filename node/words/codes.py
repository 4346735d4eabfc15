"""The languages that Fiado speaks."""

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {"es": "Español", "en": "English", "pt": "Português"}
"""The languages, by code."""
SOURCE_LANGUAGE: Final = "en"
"""What stands in the code, and needs no catalogue."""
