"""The service worker as it is served: before its own lines stand its edition, its language, what it keeps,
and what it says when it was told to look and could not.

All of these are made from the files, for each language and node. When anything changes that is kept, the
edition does, and with it the worker's bytes: a browser that has an older worker notices at the next visit,
and the new one keeps everything anew. Pages say which edition they are of.
"""

import json
from functools import cache
from hashlib import sha256
from typing import Final

from node.http.base.api import Api
from node.notices.words import FALLBACKS
from node.web.assets import Assets
from node.web.statics import Static, made_static

PAGES: Final = ("wallet", "verify", "me", "pos")
"""The pages that work without a network; each has a script of that name."""


def kept_by_worker(assets: Assets, code: str) -> list[str]:
    """Addresses of all that the worker keeps in a language: these pages, and what they may ever load."""
    loaded = {each for page in PAGES for each in assets.loaded_by(page, code)}
    loaded |= {assets.address("fiado.css"), assets.address("icon.svg")}
    return [
        *(f"/{page}" for page in PAGES),
        "/manifest.webmanifest",
        "/v1/charter",
        *sorted(loaded),
    ]


@cache
def edition(*, of: str, code: str, kept: tuple[str, ...], worker: str) -> str:
    """The edition of the pages of a node, which `of` names, in a language."""
    told = json.dumps([of, code, kept, worker])
    return sha256(told.encode("utf-8")).hexdigest()[:16]


def edition_of(api: Api, assets: Assets, source: Static, code: str) -> str:
    """The edition of this node's pages in a language. `source` is the worker's file."""
    of = f"{api.founding.federation.hex()} {api.coop.number} {api.coop.title}"
    kept = tuple(kept_by_worker(assets, code))
    return edition(of=of, code=code, kept=kept, worker=source.etag)


def made_worker(source: bytes, *, edition: str, code: str, kept: list[str]) -> Static:
    """The worker with the lines before its own."""
    made = f'const EDITION = "{edition}";\nconst LANGUAGE = "{code}";\nconst KEPT = {json.dumps(kept)};\n'
    made += f"const NEWS = {json.dumps(FALLBACKS[code])};\n"
    return made_static(".js", made.encode("utf-8") + source)
