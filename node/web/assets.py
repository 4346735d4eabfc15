"""What pages load: bundles of scripts, the style and the icon, at addresses with the hash of their content.

Such an address never gives anything else, so browsers keep it for ever, and a page goes with exactly what
it was made with. Bundles are made when a page is first rendered in a language. A page that is older than
this node asks for a hash that there is not any more: it is given a script that loads it anew, instead of
one that does not fit.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from itertools import product
from pathlib import PurePosixPath
from typing import Final

from node.web.bundles import page_bundle
from node.web.languages import Language
from node.web.statics import FOR_EVER, NEVER, Static, made_static

PAGE_SCRIPTS: Final = (
    "bill",
    "books",
    "desk",
    "guarantees",
    "keys",
    "me",
    "notices",
    "owners",
    "pay",
    "pos",
    "selling",
    "statement",
    "till",
    "verify",
    "votes",
    "wallet",
)
"""The scripts in `pages` that pages load; they import the others."""
MADE: Final = "made/"
"""Below `/web/`, where all this is."""
RENEWING: Final = "renew.js"
_HASH_DIGITS: Final = 16
_OF_PAGES: Final = re.compile(rf"made/([a-z]+)-([a-z]+)-[0-9a-f]{{{_HASH_DIGITS}}}\.js")


class Assets:
    """Of one process. `files` are the static files, by place."""

    def __init__(self, files: Mapping[str, Static], languages: Mapping[str, Language]) -> None:
        self._files = files
        self._languages = languages
        self._scripts: dict[tuple[str, str], str] = {}
        self._later: dict[tuple[str, str], set[str]] = {}
        self._made: dict[str, Static] = {}

    def address(self, place: str) -> str:
        """Where a style or picture is, such as `fiado.css`."""
        return self._publish(place, self._files[place].body)

    def script(self, page: str, code: str) -> str:
        """Where the script of a page is, in a language."""
        if (page, code) not in self._scripts:
            later = self._later[page, code] = set()

            def publish(place: str, body: bytes) -> str:
                address = self._publish(place, body)
                later.add(address)
                return address

            words = self._languages[code].script_words
            body = page_bundle(f"pages/{page}.js", words, publish)
            self._scripts[page, code] = self._publish(f"{page}-{code}.js", body)
        return self._scripts[page, code]

    def loaded_by(self, page: str, code: str) -> set[str]:
        """All that the script of a page may ever load, itself included."""
        return {self.script(page, code), *self._later[page, code]}

    def find(self, place: str) -> Static | None:
        """What is at `made/…`, or nothing; for the script of an older page one that loads the page anew."""
        if place not in self._made:
            self._make_all_like(place)
        if place not in self._made and self._is_of_page(place):
            return made_static(".js", self._files[RENEWING].body, NEVER)
        return self._made.get(place)

    def _publish(self, place: str, body: bytes) -> str:
        path = PurePosixPath(place)
        digest = sha256(body).hexdigest()[:_HASH_DIGITS]
        name = f"{MADE}{path.stem}-{digest}{path.suffix}"
        if name not in self._made:
            self._made[name] = made_static(path.suffix, body, FOR_EVER)
        return f"/web/{name}"

    def _make_all_like(self, place: str) -> None:
        """After a start a page that is still open may ask before a page was rendered."""
        match = _OF_PAGES.fullmatch(place)
        codes = [match[2]] if match and match[2] in self._languages else list(self._languages)
        for page, code in product(PAGE_SCRIPTS, codes):
            self.script(page, code)
        for name in self._files:
            if "/" not in name and name.endswith((".css", ".svg")):
                self.address(name)

    def _is_of_page(self, place: str) -> bool:
        match = _OF_PAGES.fullmatch(place)
        return match is not None and match[1] in PAGE_SCRIPTS and match[2] in self._languages
