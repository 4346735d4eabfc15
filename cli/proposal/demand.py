"""A proposal that members demand, as a file that goes from hand to hand until enough have signed it.

Like a draft of stewards: the file holds the transaction with the signatures so far, and the text. What is
signed covers all of it but the signatures, so each copy can be signed by itself and all brought together.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cli.shell.language import say
from cli.steward.draft_file import DraftError, ReasonText
from ledger.charter import Charter, Coop
from ledger.entries import decode_transaction
from ledger.signatures import SigningKey
from ledger.transactions import Propose, binds_text, encode_transaction
from node.member.answers import encode_bytes, read_bytes
from node.member.client import Json
from node.member.voting import voting_message

FORMAT: Final = "fiado demand"
VERSION: Final = 1
LARGEST_FILE: Final = 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A proposal for a coop's log with the members' signatures so far, and its text."""

    federation: bytes
    coop: int
    transaction: Propose
    text: ReasonText

    def sign(self, key: SigningKey, account: int) -> "Demand":
        """With the signature of that account's owner."""
        message = voting_message(self.transaction, federation=self.federation, coop=self.coop)
        return self.merge([(account, key.sign(message))])

    def merge(self, signatures: Iterable[tuple[int, bytes]]) -> "Demand":
        """With more signatures; whether they are good the node says, which knows all members' keys."""
        together = dict(self.transaction.members) | dict(signatures)
        members = tuple(sorted(together.items()))
        return replace(self, transaction=replace(self.transaction, members=members))

    def document(self) -> Json:
        """As the node takes it."""
        return {
            "transaction": encode_bytes(encode_transaction(self.transaction)),
            "reason": {"salt": self.text.salt.hex(), "text": self.text.text},
        }


def render_demand(demand: Demand) -> str:
    """The text of the file."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "federation": demand.federation.hex(),
        "coop": demand.coop,
        **demand.document(),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read_demand(path: Path, charter: Charter, coop: Coop) -> Demand:
    """Read a file; raises `DraftError` for one that is none, or of another cooperative, or `OSError`."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise DraftError(say("the file is far too large"))
    try:
        document = json.loads(data)
        if (document["format"], document["version"]) != (FORMAT, VERSION):
            raise DraftError(say("it has another format"))
        transaction = decode_transaction(read_bytes(document["transaction"]))
        given = document["reason"]
        text = ReasonText(salt=bytes.fromhex(given["salt"]), text=str(given["text"]))
        federation, number = bytes.fromhex(document["federation"]), document["coop"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DraftError(say("it is not a file of a demand")) from error
    if federation != charter.federation or number != coop.number:
        raise DraftError(say("it is for another cooperative"))
    if not isinstance(transaction, Propose) or transaction.stewards:
        raise DraftError(say("it holds no proposal that members demand"))
    if not binds_text(transaction, salt=text.salt, text=text.text):
        raise DraftError(say("the text is not the one that the proposal is bound to"))
    return Demand(federation=federation, coop=coop.number, transaction=transaction, text=text)
