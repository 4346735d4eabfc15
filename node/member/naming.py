"""Names as a member's program sees them: the salt of one's own, and whether others' open.

PROTOCOL section 15. What a node says of an account's name is shown only when it opens the commitment that
it says the log has. That the log has this commitment is shown by the receipt of the account's admission,
and by `fiado audit`.
"""

import hmac
from hashlib import sha256
from typing import Final

from ledger.names import SALT_BYTES, NameNotOpened, Opening, check_opening
from node.member.answers import decode_hex, text
from node.member.client import Json, NodeClient, NodeMisbehaved

_SALT_OF_NAME: Final = b"fiado salt of a name"


def own_opening(seed: bytes, *, handle: str, federation: bytes, coop: int) -> Opening:
    """The name of a new account of the wallet with that seed: asked for again, it has the same salt.

    Only who has the key can come to the salt; the same request then is the same request.
    """
    said = _SALT_OF_NAME + federation + coop.to_bytes(4, "big") + handle.encode("utf-8")
    salt = hmac.new(seed, said, sha256).digest()[:SALT_BYTES]
    return Opening(salt=salt, handle=handle)


def check_name(client: NodeClient, found: Json, *, federation: bytes) -> None:
    """Raise `NodeMisbehaved` for an account whose name does not open its commitment.

    A node that has no name for it says so by `#` and the number; that is no name.
    """
    if found.get("commitment") is None or found.get("salt") is None:
        return
    opening = Opening(
        salt=decode_hex(client, found, "salt", length=SALT_BYTES),
        handle=text(client, found, "handle"),
    )
    commitment = decode_hex(client, found, "commitment")
    coop = found.get("coop_number")
    try:
        check_opening(opening, commitment, federation=federation, coop=int(str(coop)))
    except (NameNotOpened, ValueError, OverflowError) as error:
        raise NodeMisbehaved(client.url, "a name that is not the one of its account") from error
