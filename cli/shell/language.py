"""In which language the command line speaks to people, and how it says a text there.

    say("You owe {amount}.", amount=in_units(owed))

The English text is what stands in the code, and the key of the catalogues in `cli/translations`; what they
lack is said in English. `{name}` is replaced by the value of that name. A text that is defined before
anybody knows the language is marked with `later`, and said with `say` when it is shown.

`forms` writes amounts and times. Nothing here is for programs: `--json`, exit codes and names of errors are
the same in every language, and so is what people type. Catalogues are read at the first text in a language
other than English.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from node.words.catalogs import read_texts
from node.words.codes import NAMES, SOURCE_LANGUAGE

FOLDER: Final = Path(__file__).parents[1] / "translations"
OPTION: Final = "--lang"
VARIABLES: Final = ("FIADO_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""What says in which language people want to be spoken to; the first that is set decides."""

_VALUE: Final = re.compile(r"\{(\w+)\}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]+")


class _State:
    code = SOURCE_LANGUAGE


def language() -> str:
    """The code of the language that is spoken now: en, es or pt."""
    return _State.code


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak another language for the `with` block."""
    before, _State.code = _State.code, code
    try:
        yield
    finally:
        _State.code = before


def chosen(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language for a command line: by `--lang` before the command, else by the environment."""
    code = _asked(arguments)
    if code in NAMES:
        return code
    named = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    found = _LANGUAGE.match(named)
    code = found[0].lower() if found else SOURCE_LANGUAGE
    return code if code in NAMES else SOURCE_LANGUAGE


def _asked(arguments: Sequence[str]) -> str:
    """What follows `--lang`, if it stands before the command."""
    for place, word in enumerate(arguments):
        if word == OPTION:
            return next(iter(arguments[place + 1 :]), "")
        if word.startswith(OPTION + "="):
            return word.removeprefix(OPTION + "=")
        if not word.startswith("-"):
            break
    return ""


def without_choice(arguments: Sequence[str]) -> list[str]:
    """The command line without `--lang` and its value, when it begins with them."""
    words = list(arguments)
    if words[:1] == [OPTION]:
        return words[2:]
    return words[1:] if words and words[0].startswith(OPTION + "=") else words


def say(message: str, /, **values: object) -> str:
    """A text in the language, with each `{name}` that has a value replaced by it."""
    told = message if _State.code == SOURCE_LANGUAGE else texts(_State.code).get(message, message)
    if not values:
        return told
    return _VALUE.sub(lambda found: str(values.get(found[1], found[0])), told)


def later(message: str) -> str:
    """Marks a text for the catalogues that is said later; it gives the text itself."""
    return message


@cache
def texts(code: str) -> Mapping[str, str]:
    """The translations of a language by their English text."""
    found = read_texts(FOLDER / f"{code}.po")
    return {message: text.string for message, text in found.items() if text.string}
