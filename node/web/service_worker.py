"""The service worker as it is served: before its own lines stand its version and what it keeps.

Both are made from the files. When a file that is kept changes, the version does, and with it the worker's
bytes: a browser that has an older worker notices at the next visit, and the new one keeps everything anew.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

PAGES: Final = ("wallet", "verify", "me")
"""The pages that work without a network; each has a script and words of that name."""
BESIDE: Final = (
    *("fiado.css", "icon.svg"),
    *("parts/news.js", "protocol/changes.js", "protocol/proposals.js"),
    *("pages/stranger.js", "parts/nodes.js", "pages/setup.js"),
    *("parts/reading_words.js", "protocol/mnemonic.js"),
)
"""What every page needs, and what one loads once a charter changed, a link is followed, a wallet is made."""


def made_worker(source: bytes, kept: Mapping[str, bytes]) -> bytes:
    """The worker for these static files, by place, beside the pages and what they ask for at once."""
    digest = sha256()
    for place, body in sorted(kept.items()):
        digest.update(place.encode("utf-8") + b"\0" + sha256(body).digest())
    paths = [*(f"/{page}" for page in PAGES), "/manifest.webmanifest", "/v1/charter"]
    paths += [f"/web/{place}" for place in sorted(kept)]
    made = f'const VERSION = "{digest.hexdigest()[:16]}";\nconst KEPT = {json.dumps(paths)};\n'
    return made.encode("utf-8") + source
