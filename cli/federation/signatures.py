"""The signatures that gather beside a charter until every cooperative has signed it.

They are in a file of their own, since a signature covers the charter's very bytes. Nodes refuse to run by a
charter before all are there (`ledger.founding.check_charter_signatures`); until then people want to know
whose are, and whether they are good.
"""

from collections.abc import Mapping
from pathlib import Path

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.retelling import retold
from ledger.charter import Charter
from ledger.errors import CharterError
from ledger.founding import format_charter_signatures, parse_charter_signatures
from ledger.messages import TAG_CHARTER, signed_bytes
from ledger.signatures import SignatureInvalid, verify


def signatures_beside(charter: Path) -> Path:
    """Where the signatures of the charter in that file are unless somebody says otherwise.

    Each charter has its own: those of a second draft must not take the place of the first one's.
    """
    return charter.with_name(f"{charter.stem}.signatures.toml")


def read_signatures(path: Path) -> dict[int, bytes]:
    """Coop -> signature, unchecked; empty when there is no such file yet. Raises as `parse_signatures`."""
    return parse_signatures(path) if path.exists() else {}


def parse_signatures(path: Path) -> dict[int, bytes]:
    """Coop -> signature, unchecked. Raises `CliError` for a file that holds no signatures, and `OSError`."""
    try:
        return parse_charter_signatures(path.read_bytes())
    except CharterError as error:
        raise CliError(
            ExitCode.REFUSED,
            "signatures_unreadable",
            say(
                "{path} is not a file of signatures: {error}.", path=path, error=retold(str(error))
            ),
            say(
                "`fiado federation sign` writes them, such as charter.signatures.toml; the charter is "
                "not one."
            ),
        ) from error


def write_signatures(path: Path, charter: Charter, added: Mapping[int, bytes]) -> dict[int, bytes]:
    """Add signatures to those in the file; all that it then holds.

    Raises `CliError`, and writes nothing, when the file holds some that are not this charter's.
    """
    present = read_signatures(path)
    foreign = [number for number, is_valid in validity(charter, present).items() if not is_valid]
    if foreign:
        raise CliError(
            ExitCode.REFUSED,
            "signatures_of_another_charter",
            say(
                "{path} holds a signature of coop {foreign} that is not one of this charter.",
                path=path,
                foreign=foreign[0],
            ),
            say(
                "It belongs to another draft, or the charter was changed after it. Move that file "
                "away if nobody needs it any more, or name another with --out."
            ),
        )
    together = present | dict(added)
    path.write_bytes(format_charter_signatures(together))
    return together


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
