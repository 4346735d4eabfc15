"""The signatures that gather beside a charter until every cooperative has signed it.

They are in a file of their own, since a signature covers the charter's very bytes. Nodes refuse to run by a
charter before all are there (`ledger.charter.check_charter_signatures`); until then people want to know
whose are, and whether they are good.
"""

from collections.abc import Mapping
from pathlib import Path

from ledger.charter import Charter, parse_charter_signatures
from ledger.messages import TAG_CHARTER, signed_bytes
from ledger.signatures import SignatureInvalid, verify


def signatures_beside(charter: Path) -> Path:
    """Where the signatures of the charter in that file are unless somebody says otherwise."""
    return charter.with_name("charter.signatures.toml")


def read_signatures(path: Path) -> dict[int, bytes]:
    """Coop -> signature, unchecked; empty when there is no such file yet. Raises `CharterError`."""
    return parse_charter_signatures(path.read_bytes()) if path.exists() else {}


def validity(charter: Charter, signatures: Mapping[int, bytes]) -> dict[int, bool]:
    """Coop -> whether its signature is one of this charter, for the coops in `signatures`."""
    valid = {}
    for number, signature in signatures.items():
        coop = charter.coops.get(number)
        valid[number] = False
        if coop is None:
            continue
        message = signed_bytes(TAG_CHARTER, federation=charter.federation, coop=number, body=b"")
        try:
            verify(public_key=coop.node_key, message=message, signature=signature)
            valid[number] = True
        except SignatureInvalid:
            pass
    return valid


def coops_missing(charter: Charter, signatures: Mapping[int, bytes]) -> list[str]:
    """The names of the coops without a valid signature, in the charter's order."""
    valid = validity(charter, signatures)
    return [coop.name for number, coop in charter.coops.items() if not valid.get(number)]
