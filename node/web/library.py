"""The libraries that pages load where a browser can't sign, open notes or read codes by itself.

    python -m node.web.library FOLDER

copies their files from npm's `FOLDER` to where the node serves them from. `make install` does that where
there is npm; nothing of it is in the repository, and a node without them serves everything else. Which
files are needed is said here; which versions, with their hashes, in `package-lock.json`. What is copied is
what npm gave, but for the explanations, which phones would load too, and for the names of other packages,
which browsers can't look up.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname, normpath, relpath
from typing import Final

FOLDER: Final = Path(__file__).parent / "fetched"
ROOM: Final = "library"
"""Pages find them at `/web/library/`."""
PACKAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "@noble/ed25519": ("index.js",),
    "@noble/curves": (
        "utils.js",
        "abstract/curve.js",
        "abstract/modular.js",
        "abstract/montgomery.js",
    ),
    "@noble/ciphers": ("utils.js", "salsa.js", "_arx.js", "_poly1305.js"),
    "@noble/hashes": ("utils.js", "blake2.js", "_blake.js", "_md.js", "_u64.js"),
    "jsqr": ("dist/jsQR.js",),
}
"""Package -> its files that are loaded: those that the pages name, and what these import."""
LICENSE: Final = "LICENSE"
WITHOUT: Final = (
    "The libraries of the pages are not here: a phone whose browser has no Ed25519 can't keep a wallet,"
    " notes on payments are read in the program only, and some browsers can't read codes with the camera."
    " Where npm is installed, `make install` fetches them."
)
"""What it means for people that a node serves without them."""

_IMPORT: Final = re.compile(r"""^((?:import|export) .*from )['"]([^'"]+)['"];""", re.MULTILINE)
_EXPLANATION: Final = re.compile(
    r"^[ \t]*/\*\*.*?\*/[ \t]*\n|^[ \t]*//[^\n]*\n", re.MULTILINE | re.DOTALL
)
_SCOPE: Final = "@noble/"


class LibraryIncomplete(Exception):
    """A file that pages need is not there, or imports one that is not copied; the text says which."""


def places() -> dict[str, str]:
    """Each file's place below the folder of npm -> its place below `FOLDER`."""
    return {
        f"{package}/{name}": f"{package.removeprefix('@')}/{name}"
        for package, names in PACKAGES.items()
        for name in (*names, LICENSE)
    }


def is_here(folder: Path | None = None) -> bool:
    """Whether all of the files are where the node serves them from."""
    return all(((folder or FOLDER) / place).is_file() for place in places().values())


def copy_library(modules: Path, folder: Path | None = None) -> None:
    """Copy the files from npm's folder; all of them or `LibraryIncomplete`."""
    folder, made = folder or FOLDER, {}
    for source, place in places().items():
        if not (modules / source).is_file():
            raise LibraryIncomplete(f"{modules / source} is not there")
        text = (modules / source).read_text(encoding="utf-8")
        made[place] = _served(text, place) if source.startswith(_SCOPE) else text
    for place, text in made.items():
        _check_imports(place, text, set(made))
    for place, text in made.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")


def _served(text: str, place: str) -> str:
    """The file as pages load it: imports by relative address, and no explanations. Licences stay."""

    def near(found: re.Match[str]) -> str:
        name = found[2]
        if name.startswith(_SCOPE):
            name = relpath(name.removeprefix("@"), dirname(place))
            name = name if name.startswith(".") else f"./{name}"
        return f'{found[1]}"{name}";'

    return _EXPLANATION.sub("", _IMPORT.sub(near, text)) if place.endswith(".js") else text


def _check_imports(place: str, text: str, copied: set[str]) -> None:
    for _, name in _IMPORT.findall(text):
        if not name.startswith(".") or normpath(f"{dirname(place)}/{name}") not in copied:
            raise LibraryIncomplete(f"{place} imports {name}, which is not copied")


def main(modules: str | None = None) -> None:
    """Copy the files, or end with the sentence that says which one is missing.

    Without a folder to copy from, for machines without npm, it says what their absence means.
    """
    if modules is None:
        if not is_here():
            sys.stderr.write(f"npm was not found. {WITHOUT}\n")
        return
    try:
        copy_library(Path(modules))
    except (LibraryIncomplete, OSError) as error:
        sys.exit(f"The libraries of the pages were not copied: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
