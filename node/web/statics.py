"""Static files: read once at start, served from memory with an ETag, compressed where it helps.

Scripts and styles are served without their comment lines: phones on slow networks load what runs, people read
the source where it is kept. The words of a page are those of its script and of all that this imports.

Only names found in the folder at start can be asked for, so no path from outside ever meets the disk.
"""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from posixpath import normpath
from typing import Final

from aiohttp import web
from mnemonic import Mnemonic

from node.web import library
from node.web.languages import Language
from node.web.service_worker import BESIDE, PAGES, made_worker

FOLDER: Final = Path(__file__).parent / "static"
PAGE_SCRIPTS: Final = (
    "bill",
    "books",
    "desk",
    "guarantees",
    "me",
    "pay",
    "pos",
    "verify",
    "votes",
    "wallet",
)
"""The scripts in `pages` that pages load; they import the others."""
WORKER: Final = "service-worker.js"
WORD_LISTS: Final = ("english", "spanish")
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}
_COMMENTS: Final = {
    ".js": re.compile(rb"^[ \t]*//[^\n]*\n", re.MULTILINE),
    ".css": re.compile(rb"^[ \t]*/\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL),
}
_IMPORT: Final = re.compile(r'from "(\.\.?/[a-z_/]+\.js)"')
_LATER: Final = re.compile(r'import\("(\.\.?/[a-z_/]+\.js)"\)')
_COMPRESSED: Final = (".js", ".css", ".json", ".svg")


@dataclass(frozen=True, slots=True)
class Static:
    """A file as it is served. `compressed` is empty when compressing it gains nothing."""

    content_type: str
    body: bytes
    compressed: bytes
    etag: str

    def answer(self, request: web.Request, headers: Mapping[str, str]) -> web.Response:
        """The whole file, or 304 when the browser has it."""
        shared = {
            **headers,
            "ETag": self.etag,
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304, headers=shared)
        shared["Content-Type"] = self.content_type
        if self.compressed and accepts_gzip(request):
            shared["Content-Encoding"] = "gzip"
            return web.Response(body=self.compressed, headers=shared)
        return web.Response(body=self.body, headers=shared)


def accepts_gzip(request: web.Request) -> bool:
    """Whether the browser takes gzip."""
    offered = request.headers.get("Accept-Encoding", "").lower().split(",")
    return any(part.strip().replace(" ", "") in ("gzip", "gzip;q=1.0") for part in offered)


def load_statics(languages: Mapping[str, Language]) -> dict[str, Static]:
    """All static files by place: those of the folder, the scripts' words, and the word lists."""
    found = {
        path.relative_to(FOLDER).as_posix(): _static(path.suffix, _served(path))
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in _TYPES
    }
    for path in sorted(library.FOLDER.rglob("*.js")):
        place = path.relative_to(library.FOLDER).as_posix()
        found[f"{library.ROOM}/{place}"] = _static(path.suffix, path.read_bytes())
    for page in PAGE_SCRIPTS:
        scripts = with_imports(f"pages/{page}.js", is_later=True)
        for language in languages.values():
            words: dict[str, str] = {}
            for script in scripts:
                words |= language.script_words.get(script, {})
            listed = json.dumps(words, ensure_ascii=False, sort_keys=True)
            found[f"words-{language.code}-{page}.json"] = _static(".json", listed.encode("utf-8"))
    for name in WORD_LISTS:
        listed = json.dumps(Mnemonic(name).wordlist, ensure_ascii=False)
        found[f"bip39-{name}.json"] = _static(".json", listed.encode("utf-8"))
    kept = {place: found[place].body for place in _kept_places(languages)}
    found[WORKER] = _static(".js", made_worker(found[WORKER].body, kept))
    return found


def _kept_places(languages: Mapping[str, Language]) -> set[str]:
    """What the service worker keeps: all that its pages load. English needs no words."""
    words = {f"words-{code}-{page}.json" for code in languages if code != "en" for page in PAGES}
    return words | with_imports(*(f"pages/{page}.js" for page in PAGES)) | set(BESIDE)


def with_imports(*scripts: str, is_later: bool = False) -> set[str]:
    """These scripts and all that they import, directly or not; with `is_later`, also once it is needed.

    Files of the library are not among them: there may be none, and they have no words.
    """
    found: set[str] = set()
    waiting = list(scripts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            source = (FOLDER / name).read_text(encoding="utf-8")
            places = _IMPORT.findall(source) + (_LATER.findall(source) if is_later else [])
            meant = (normpath(f"{name}/../{place}") for place in places)
            waiting += [place for place in meant if not place.startswith(f"{library.ROOM}/")]
    return found


def _served(path: Path) -> bytes:
    body = path.read_bytes()
    comment = _COMMENTS.get(path.suffix)
    return body if comment is None else comment.sub(b"", body)


def _static(suffix: str, body: bytes) -> Static:
    packed = gzip.compress(body, mtime=0) if suffix in _COMPRESSED else b""
    etag = f'"{sha256(body).hexdigest()[:24]}"'
    return Static(_TYPES[suffix], body, packed if len(packed) < len(body) else b"", etag)
