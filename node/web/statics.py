"""Static files as they stand in the folder: read once, served from memory with an ETag, compressed where it
helps.

Scripts and styles are served without their comment lines: phones on slow networks load what runs, people
read the source where it is kept. What pages load has other addresses (`assets`); these are for tests and
old pages.

Only names found in the folder at start can be asked for, so no path from outside ever meets the disk.
"""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from aiohttp import web
from mnemonic import Mnemonic

from node.http.base.compressing import accepts_gzip
from node.web import library
from node.web.modules import FOLDER, without_comments

WORKER: Final = "service-worker.js"
WORD_LISTS: Final = ("english", "spanish")
FRESH: Final = "no-cache"
FOR_EVER: Final = "public, max-age=31536000, immutable"
NEVER: Final = "no-store"
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}
_STYLE_COMMENT: Final = re.compile(rb"^[ \t]*/\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_COMPRESSED: Final = (".js", ".css", ".json", ".svg")


@dataclass(frozen=True, slots=True)
class Static:
    """A file as it is served. `compressed` is empty when compressing it gains nothing."""

    content_type: str
    body: bytes
    compressed: bytes
    etag: str
    caching: str = FRESH

    def answer(self, request: web.Request, headers: Mapping[str, str]) -> web.Response:
        """The whole file, or 304 when the browser has it."""
        shared = {
            **headers,
            "ETag": self.etag,
            "Cache-Control": self.caching,
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304, headers=shared)
        shared["Content-Type"] = self.content_type
        if self.compressed and accepts_gzip(request):
            shared["Content-Encoding"] = "gzip"
            return web.Response(body=self.compressed, headers=shared)
        return web.Response(body=self.body, headers=shared)


def load_statics() -> dict[str, Static]:
    """All static files by place: those of the folder, and the word lists."""
    found = {
        path.relative_to(FOLDER).as_posix(): made_static(path.suffix, _served(path))
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in _TYPES
    }
    for path in sorted(library.FOLDER.rglob("*.js")):
        place = path.relative_to(library.FOLDER).as_posix()
        found[f"{library.ROOM}/{place}"] = made_static(path.suffix, path.read_bytes())
    for name in WORD_LISTS:
        listed = json.dumps(Mnemonic(name).wordlist, ensure_ascii=False)
        found[f"bip39-{name}.json"] = made_static(".json", listed.encode("utf-8"))
    return found


def _served(path: Path) -> bytes:
    body = path.read_bytes()
    if path.suffix == ".js":
        return without_comments(body.decode("utf-8")).encode("utf-8")
    return _STYLE_COMMENT.sub(b"", body) if path.suffix == ".css" else body


def made_static(suffix: str, body: bytes, caching: str = FRESH) -> Static:
    """A file with this content, of the type that its name's suffix says."""
    packed = gzip.compress(body, mtime=0) if suffix in _COMPRESSED else b""
    etag = f'"{sha256(body).hexdigest()[:24]}"'
    return Static(_TYPES[suffix], body, packed if len(packed) < len(body) else b"", etag, caching)
