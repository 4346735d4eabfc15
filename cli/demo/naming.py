"""Names of a demonstration's members, given to the nodes before the admissions that hide them."""

from collections.abc import Sequence
from typing import Final

from cli.demo.sending import Home
from cli.demo.signing import opening_of, steward_key
from node.member.client import NodeClient
from node.member.sessions import closing_session, open_session

_AT_ONCE: Final = 400


def offer_names(homes: Sequence[Home]) -> None:
    """Let each node keep what its members will be called, as its first steward asks."""
    for home in homes:
        signer = home.signer
        with NodeClient(home.url) as client, closing_session(client):
            open_session(
                client,
                steward_key(signer.seed, coop=signer.coop, steward=0),
                role="steward",
                number=0,
                coop=signer.coop,
                federation=signer.federation,
            )
            openings = [opening_of(signer, member) for member in home.members]
            for at in range(0, len(openings), _AT_ONCE):
                names = [
                    {"salt": each.salt.hex(), "handle": each.handle}
                    for each in openings[at : at + _AT_ONCE]
                ]
                client.post("/v1/names", {"names": names})
