"""The scripts of the pages as their sources say: what each imports, at once or later, and what it exports.

Only the few forms of `import` and `export` are understood that the scripts are written in. Another one is an
error, here and so in a test, rather than a page that lacks something.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from posixpath import normpath
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"
ROOMS: Final = ("protocol", "parts", "pages")
"""Where scripts are that are bundled; those of other folders are left to the browser."""

_COMMENT: Final = re.compile(r"^[ \t]*//[^\n]*\n", re.MULTILINE)
_INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)
_TAKEN: Final = re.compile(r'^(import|export) \{([^{}]*)\} from "(\.\.?/[^"]+)";\n', re.MULTILINE)
_LATER: Final = re.compile(r'\bimport\("(\.\.?/[^"]+)"\)')
_EXPORT: Final = re.compile(
    r"^export (?=(?:(?:async )?function|class|const) (\w+)\b)", re.MULTILINE
)
_SEVERAL: Final = re.compile(r"^export const \w+ = \w+(?:\(\w*\))?,[^;]*;", re.MULTILINE)
_FURTHER: Final = re.compile(r",\s+(\w+) = ")
_NOT_UNDERSTOOD: Final = re.compile(r"^(?:import|export)\b.*|import\.meta.*", re.MULTILINE)


class ModuleError(Exception):
    """A script that can't be bundled; the text says which, and why."""


@dataclass(slots=True)
class Module:
    """A script: which names it takes from which others, what it may load later, what it exports under which
    name; and its lines as the body of a function that has `use` and `later` and returns what is
    exported."""

    name: str
    imports: dict[str, set[str]] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)
    exports: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def place(self, written: str) -> str:
        """The place of another script, as this one writes it."""
        return normpath(f"{self.name}/../{written}")


Reader = Callable[[str], Module]


def without_comments(source: str) -> str:
    """A script without the lines that are comments."""
    return _COMMENT.sub("", source)


@cache
def read_module(name: str) -> Module:
    """The script at a place such as `parts/dom.js`; raises `ModuleError`."""
    return parse_module(name, (FOLDER / name).read_text(encoding="utf-8"))


def parse_module(name: str, source: str) -> Module:
    """The script that has this source."""
    module = Module(name)
    text = without_comments(source)
    module.exports = {each: each for each in _EXPORT.findall(text)}
    for constants in _SEVERAL.findall(text):
        module.exports |= {each: each for each in _FURTHER.findall(constants)}
    text = _TAKEN.sub(lambda match: _take(module, *match.groups()), text)
    text = _EXPORT.sub("", _LATER.sub(lambda match: _load_later(module, match), text))
    strange = _NOT_UNDERSTOOD.search(text)
    if strange is not None:
        raise ModuleError(f"{name}: {strange[0][:60]!r} is not understood")
    given = ", ".join(f"{name}: {what}" for name, what in module.exports.items())
    module.body = f"{_INDENT.sub('', text)}return {{ {given} }};\n"
    return module


def _take(module: Module, how: str, listed: str, written: str) -> str:
    """The line that stands in place of an `import`, or of an `export` that passes names on."""
    names = [tuple(each.split(" as ")) for each in re.split(r"\s*,\s*", listed.strip()) if each]
    place = module.place(written)
    if is_bundled(place):
        module.imports.setdefault(place, set()).update(each[0] for each in names)
    other = f'await use("{place}")' if is_bundled(place) else f'await import("{written}")'
    if how == "export":
        module.exports |= {each[-1]: f"({other}).{each[0]}" for each in names}
        return f"{other};\n"
    return f"const {{ {', '.join(': '.join(each) for each in names)} }} = {other};\n"


def _load_later(module: Module, match: re.Match[str]) -> str:
    place = module.place(match[1])
    if not is_bundled(place):
        return match[0]
    module.later.add(place)
    return f'later("{place}")'


def is_bundled(place: str) -> bool:
    """Whether a script is of those that are bundled."""
    return place.split("/")[0] in ROOMS


def in_order(names: Iterable[str], read: Reader = read_module) -> list[str]:
    """These scripts and all that they import at once, each after its own imports.

    Raises `ModuleError` for a circle, and for a name that nobody exports.
    """
    found: dict[str, None] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ModuleError(f"{name} imports itself by way of {above[-1]}")
        if name in found:
            return
        for place, taken in read(name).imports.items():
            visit(place, (*above, name))
            missing = taken.difference(read(place).exports)
            if missing:
                raise ModuleError(f"{name}: {place} exports no {min(missing)}")
        found[name] = None

    for name in names:
        visit(name, ())
    return list(found)


def with_later(name: str, read: Reader = read_module) -> list[str]:
    """A script and all that it may ever load, sorted."""
    found: set[str] = set()
    waiting = {name}
    while waiting:
        found.update(in_order(waiting, read))
        waiting = {later for each in found for later in read(each).later} - found
    return sorted(found)
