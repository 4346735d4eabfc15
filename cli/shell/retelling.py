"""Says a sentence that was made elsewhere, in English, in the language that is spoken.

    retold("The clock of sur's node is 3 minutes ahead of this one's.")

Nodes, and the packages below this one, word what is wrong in English with the values in place, and know of no
other language. `cli.extract` puts the form of each such sentence into the catalogues, `{name}` where a value
stands. Here the form is found again: its pieces stand in the text in that order. What stands between them is
a value, and retold in its turn. What no form fits is taken apart at its ends of sentences and colons; what is
still not known is said as it came, so an older or newer node is understood as far as its words are the same.

Of the forms that fit, that one counts which leaves the fewest letters unknown, then the one with most of its
own. A text is read from left to right once for each form, and each part once, so no text takes long. Values
decide nothing but how the sentence reads.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from cli.shell.language import language, say, texts
from node.words.codes import SOURCE_LANGUAGE

LONGEST: Final = 4_000
"""Characters; longer texts are said as they came."""
DEEPEST: Final = 8
"""How often a part of a part is retold."""

_NAME: Final = re.compile(r"\{(\w+)\}")
_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_END: Final = re.compile(r"\. ")
_SEAMS: Final = ("” ", ": ", "; ", ", ")
_FEW_LETTERS: Final = 6
"""A form with fewer of its own, such as `{least} to {most}`, fits values of one word only."""


@dataclass(frozen=True, slots=True)
class Form:
    """A sentence with places for values: the `pieces` around them, and their names in between."""

    message: str
    pieces: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def letters(self) -> int:
        """How much of the sentence is its own."""
        return sum(len(word) for piece in self.pieces for word in _WORD.findall(piece))

    def values_in(self, text: str) -> Mapping[str, str] | None:
        """What stands in the places, or None for a text of another form."""
        first, *between, last = self.pieces
        if not text.startswith(first):
            return None
        at, found = len(first), []
        for piece in between:
            end = text.find(piece, at + 1) if piece else -1
            if end < 0:
                return None
            found.append(text[at:end])
            at = end + len(piece)
        rest = len(text) - len(last)
        if at >= rest or not text.endswith(last) or (last and ". " in text[at:rest]):
            return None
        values: dict[str, str] = {}
        for name, value in zip(self.names, (*found, text[at:rest]), strict=True):
            if values.setdefault(name, value) != value:
                return None
            if self.letters < _FEW_LETTERS and " " in value:
                return None
        if any(". " in value for value in found):
            return None
        return values


def form_of(message: str) -> Form | None:
    """The form of a text of a catalogue; None without places or without words of its own."""
    parts = _NAME.split(message)
    pieces, names = tuple(parts[::2]), tuple(parts[1::2])
    if not names or not any(_WORD.search(piece) for piece in pieces):
        return None
    return Form(message=message, pieces=pieces, names=names)


def retold(text: str) -> str:
    """The text in the language that is spoken, as far as the catalogue knows its sentences."""
    if language() == SOURCE_LANGUAGE or len(text) > LONGEST:
        return text
    return _Telling(texts(language()), _forms(language())).tell(text, DEEPEST).text


@dataclass(frozen=True, slots=True)
class _Told:
    """A text as it is retold, and how many letters of it nobody knew; a single word may be a name."""

    text: str
    unknown: int


class _Telling:
    """One text, and what was found of its parts so far."""

    def __init__(self, known: Mapping[str, str], forms: Sequence[Form]) -> None:
        self._known = known
        self._forms = forms
        self._found: dict[str, _Told] = {}

    def tell(self, text: str, deep: int) -> _Told:
        """The text retold; `deep` is how often its parts may be taken apart again."""
        if text not in self._found:
            self._found[text] = self._tell(text, deep)
        return self._found[text]

    def _tell(self, text: str, deep: int) -> _Told:
        as_it_came = _Told(text, sum(map(len, _WORD.findall(text))) if " " in text else 0)
        if text in self._known:
            return _Told(self._known[text], 0)
        if deep == 0 or " " not in text.strip():
            return as_it_came
        bare = text.removesuffix(".")
        if bare in self._known:
            return _Told(self._known[bare] + ".", 0)
        if text + "." in self._known:
            return _Told(self._known[text + "."].removesuffix("."), 0)
        ways = [*self._by_forms(text, "", deep), *self._by_forms(bare, text[len(bare) :], deep)]
        if all(way.unknown for way in ways):
            ways += self._apart(text, deep)
        return min([*ways, as_it_came], key=lambda told: told.unknown)

    def _by_forms(self, text: str, end: str, deep: int) -> Iterator[_Told]:
        for form in self._forms:
            values = form.values_in(text)
            if values is not None:
                told = {name: self.tell(value, deep - 1) for name, value in values.items()}
                said = say(form.message, **{name: each.text for name, each in told.items()})
                yield _Told(said + end, sum(each.unknown for each in told.values()))

    def _apart(self, text: str, deep: int) -> list[_Told]:
        """What stands before an end of a sentence, or else before the first mark, and what after."""
        ends = [found.end() for found in _END.finditer(text)]
        if ends:
            known = [end for end in ends if text[: end - 1] in self._known]
            return [self._parted(text, max(known, default=ends[0]) - 1, "", deep)]
        for seam in _SEAMS:
            at = text.find(seam)
            if at >= 0:
                return [self._parted(text, at, seam.rstrip(), deep)]
        return []

    def _parted(self, text: str, at: int, mark: str, deep: int) -> _Told:
        head = self.tell(text[:at], deep - 1)
        rest = self.tell(text[at + len(mark) + 1 :], deep - 1)
        return _Told(f"{head.text}{mark} {rest.text}", head.unknown + rest.unknown)


@cache
def _forms(code: str) -> tuple[Form, ...]:
    """All forms of a language's catalogue, those with most of their own first."""
    found = (form_of(message) for message in texts(code))
    return tuple(sorted((each for each in found if each), key=lambda form: -form.letters))
