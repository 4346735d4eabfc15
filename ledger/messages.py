"""What signatures cover, PROTOCOL section 3: `tag ‖ federation ‖ coop ‖ body`.

One tag for each purpose, so that a signature made for one can't be shown for another.
"""

from typing import Final


def _tag(name: str) -> bytes:
    return name.encode("ascii").ljust(16, b"\0")


TAG_CHARTER: Final = _tag("fiado1.charter")
TAG_HEAD: Final = _tag("fiado1.head")
TAG_ENTRY: Final = _tag("fiado1.entry")
TAG_LINK: Final = _tag("fiado1.link")
TAG_SESSION: Final = _tag("fiado1.session")
TAG_DECISION: Final = _tag("fiado1.decision")
TAG_SUPPORT: Final = _tag("fiado1.support")
TAG_OBSERVE: Final = _tag("fiado1.observe")
TAG_PUBLISH: Final = _tag("fiado1.publish")
TAG_LOG: Final = _tag("fiado1.log")
TAG_MEMO: Final = _tag("fiado1.memo")
TAG_ADDRESS: Final = _tag("fiado1.address")
TAG_REQUEST: Final = _tag("fiado1.request")
TAG_HOST: Final = _tag("fiado1.host")
TAG_REASON: Final = _tag("fiado1.reason")
TAG_TEXT: Final = _tag("fiado1.text")
TAG_GUARDIANS: Final = _tag("fiado1.guard")
TAG_NAME: Final = _tag("fiado1.name")


def signing_context(tag: bytes, *, federation: bytes, coop: int) -> bytes:
    """The part of a signed message that is the same for all signatures of one purpose and coop."""
    return tag + federation + coop.to_bytes(4, "big")


def signed_bytes(tag: bytes, *, federation: bytes, coop: int, body: bytes) -> bytes:
    """The message that a signature covers. `federation` is 32 bytes, `coop` a coop's number."""
    return signing_context(tag, federation=federation, coop=coop) + body
