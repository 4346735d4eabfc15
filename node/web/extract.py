"""Collects the texts of templates, scripts and words for changes, for the translations.

    python -m node.web.extract

writes what is new into `translations/*.po` with an empty translation, and drops what is no longer used. A
test sees to it that nothing stays empty. A catalog that says what it should is left as it is, however
the library of today would wrap its lines or word its header. Pages use neither this module nor that library.
"""

from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from node.web.languages import FOLDER, read_catalog
from node.words import writing
from node.words.codes import NAMES, SOURCE_LANGUAGE
from node.words.writing import bring_up_to_date

HERE: Final = Path(__file__).parent
_KEYWORDS: Final = {"_": None, "gettext": None, "say": None}
_METHODS: Final = {
    "templates/*.html": "jinja2.ext:babel_extract",
    "static/**/*.js": "javascript",
    "../change_words.py": "python",
}


def collect() -> Catalog:
    """All texts of templates and scripts, each with the files that use it."""
    catalog = Catalog(fuzzy=False)
    for pattern, method in _METHODS.items():
        for path in sorted(HERE.glob(pattern)):
            found = extract_from_file(method, path, keywords=_KEYWORDS)
            for _, message, _, _ in found:
                # Files, not lines: a translation should not change when code above it moves.
                catalog.add(message, locations=[(path.relative_to(HERE).as_posix(), 0)])
    return catalog


def updated(code: str, collected: Catalog) -> Catalog:
    """The catalog of a language with exactly the collected texts, keeping what is translated."""
    old = read_catalog(code) if (FOLDER / f"{code}.po").exists() else {}
    return writing.updated(
        code, collected, old, about=f"The pages of a Fiado node in {NAMES[code]}."
    )


def main() -> None:
    """Bring all catalogs up to date."""
    collected = collect()
    for code in NAMES:
        if code != SOURCE_LANGUAGE:
            bring_up_to_date(FOLDER / f"{code}.po", updated(code, collected))


if __name__ == "__main__":
    main()
