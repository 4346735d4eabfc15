"""What a name that people read may hold, PROTOCOL section 7.13: only what is seen, with single spaces.

People choose by names, so two names that look alike must not differ in what nobody sees. All is listed by its
code points, because what counts as a letter or as printable changes with the versions of Unicode.
This says nothing about letters of different scripts that look alike.
"""

import re
from typing import Final

FOUNDING_HIDDEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
"""What no text of a founding file has. It is less than `_UNSEEN`: a file that all have signed stays valid."""

_UNSEEN: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\uffff\U000110bd\U000110cd\U00013430-\U0001345f\U00016fe4\U0001bca0-\U0001bca3"
    "\U0001d159\U0001d173-\U0001d17a\U000e0000-\U0010ffff"
)
"""Controls, marks of direction, fillers, variation selectors, tags, and what no script has."""
_SPACES: Final = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Spaces that look like U+0020."""
_MARKS: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Marks that are put on the character before them."""

UNSEEN_AND_SPACES: Final = _UNSEEN + _SPACES
"""All of that, for a class of a regular expression."""

_LINE_ENDS: Final = re.compile(f"[\t-\r\x85\u2028\u2029{_SPACES}]")
_UNSEEN_AT_ALL: Final = re.compile(f"[{_UNSEEN}]")
_HIDING: Final = re.compile(rf"[{_UNSEEN}{_SPACES}]|\A[{_MARKS} ]| \Z|  |[{_MARKS}]{{3}}")


def is_shown(text: str) -> bool:
    """Whether a reader sees all of it: nothing unseen, single spaces within, at most two marks in a row."""
    return _HIDING.search(text) is None


def without_unseen(text: str) -> str:
    """A text that somebody else wrote, in one line, with nothing in it that a reader does not see."""
    return _UNSEEN_AT_ALL.sub("", _LINE_ENDS.sub(" ", text))
