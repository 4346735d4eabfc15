"""`fiado receipt`: a proof that a payment is in a cooperative's log, for anyone with the charter."""

import sys
from pathlib import Path

import click

from cli.shell.describing import Names, account_words, describe, moment
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.parameters import NODE_URL, PLACE, output_option, wallet_option
from cli.shell.terminal import Output
from ledger.charter import Charter
from ledger.errors import ProofError
from ledger.receipts import MAX_RECEIPT_BYTES, Receipt, decode_receipt
from ledger.transactions import Pay
from node.member.answers import decode_bytes, encode_bytes, read_bytes
from node.member.charters import (
    KnownCharter,
    changes_beside,
    charter_file,
    kept_charter,
)
from node.member.client import NodeClient, NodeProblem, path_of
from node.member.membership import NotJoined
from node.member.paying.kept_receipts import kept_receipt, known_handles
from node.member.places import EntryPlace
from node.member.private_files import UnsafeFile
from node.member.wallet_file import read_wallet
from node.member.wallet_format import WalletError

LARGEST_FILE = 2 * MAX_RECEIPT_BYTES
"""Bytes: a receipt as text is a third longer than as bytes."""

LONGEST_SHOWN = 8_192
"""Characters of a receipt that are written to the screen."""

LONGEST_QR = 2_000
"""Characters that a QR code takes and a phone may still read."""


@click.group()
def receipt() -> None:
    """Proofs of payments, which anyone can verify offline."""


@receipt.command("show")
@click.argument("place", metavar="COOP/ENTRY", type=PLACE)
@click.option(
    "--node", "node_url", type=NODE_URL, metavar="URL", help="Ask this node instead of your own."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the receipt to this file, to hand on.",
)
@click.option("--qr", is_flag=True, help="Draw it as a QR code.")
@wallet_option
@output_option
def show(
    place: EntryPlace,
    node_url: str | None,
    out: Path | None,
    qr: bool,
    wallet: Path,
    output: Output,
) -> None:
    """Show the receipt of an entry, such as `norte/12`: the one kept here, or else the node's.

    The wallet keeps the receipts of its own payments.
    """
    known = _known(None, wallet)
    charter = known.charter
    data = kept_receipt(wallet, charter, place) or _asked(wallet, place, node_url)
    proof = decode_receipt(data)
    coop = charter.coop_named(place.coop)
    if coop is None or (proof.coop, proof.length) != (coop.number, place.number):
        raise ProofError(f"the receipt is of another entry than {place}")
    if proof.stands(charter) is False:
        raise _fallen(proof, charter)
    _show(proof, known, _names(wallet, charter), output)
    _tell_what_follows(proof, place, output)
    written = encode_bytes(data)
    if out is not None:
        out.write_bytes(data)
        output.line(f"Written to {out}.")
    elif len(written) <= LONGEST_SHOWN:
        output.line()
        output.line(written)
    else:
        output.line(
            f"It has {len(data)} bytes, too many for the screen: write it to a file with --out."
        )
    if qr and len(written) <= LONGEST_QR:
        output.qr(written)
    elif qr:
        output.line("It is too long for a QR code.")
    output.result(
        {
            "coop": place.coop,
            "number": place.number,
            "receipt": data.hex(),
            "following": len(proof.following),
            "federation": charter.federation.hex(),
        }
    )


@receipt.command("verify")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--charter",
    "charter_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The federation's charter.toml; the one beside the wallet when left out.",
)
@click.option(
    "--against",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The receipt of the entry that stands in its place, if it is from a history that does not stand.",
)
@wallet_option
@output_option
def verify(
    file: Path, charter_path: Path | None, against: Path | None, wallet: Path, output: Output
) -> None:
    """Verify a receipt with nothing but the charter: no network, no passphrase, no trust.

    FILE has the receipt as bytes or as text; `-` reads it from standard input. Changes of the charter are
    read from the file beside it, charter.changes for charter.toml: `fiado federation history --out`
    writes it.

    What a cooperative has signed in a history of its log that does not stand is shown, and does not hold.
    `fiado federation fallen --receipts` writes such receipts, and those of what stands in their place.
    """
    known = _known(charter_path, wallet)
    charter = known.charter
    proof = decode_receipt(_read(file))
    entry = proof.entry_signed(charter)
    names = _names(wallet, charter)
    _show(proof, known, names, output)
    output.line()
    if proof.stands(charter) is False or _is_beside(proof, against, charter):
        raise _fallen(proof, charter)
    output.line(f"This is proven: the signature is that of {charter.coops[proof.coop].name}.")
    output.result(
        {
            "valid": True,
            "federation": charter.federation.hex(),
            "coop": charter.coops[proof.coop].name,
            "number": proof.length,
            "time": entry.time,
            "kind": entry.transaction.kind.name.lower(),
            "says": describe(entry.transaction, charter=charter, coop=proof.coop, names=names),
        }
    )


def _is_beside(proof: Receipt, against: Path | None, charter: Charter) -> bool:
    """Whether another receipt shows that something else stands in this one's place."""
    if against is None:
        return False
    standing = decode_receipt(_read(against))
    standing.check(charter)
    if proof.is_beside(standing, charter):
        return True
    raise ProofError(f"{against} does not show what stands in the place of this entry")


def _fallen(proof: Receipt, charter: Charter) -> CliError:
    """What there is to say of a receipt from a history that does not stand."""
    coop = charter.coops[proof.coop]
    decided = "" if coop.stands is None else f" (change {coop.stands.version} of the charter)"
    return CliError(
        ExitCode.REFUSED,
        "receipt_not_standing",
        f"The node of {coop.name} has signed this entry, but in a history of its log that does not "
        f"stand{decided}: the entry does not hold.",
        "Whoever was credited by it elsewhere keeps that; `fiado federation fallen` says what holds of each.",
        {"coop": coop.name, "number": proof.length, "signed": True},
    )


def _names(wallet: Path, charter: Charter) -> Names:
    """The handles of the wallet's own account and of those that it paid: no receipt has names in it."""
    return {**known_handles(wallet, charter), **_own_name(wallet, charter)}


def _own_name(wallet: Path, charter: Charter) -> Names:
    try:
        public = read_wallet(wallet).public
    except (WalletError, UnsafeFile, OSError):
        return {}
    coop = charter.coop_named(public.coop or "")
    if public.federation != charter.federation or coop is None or public.account is None:
        return {}
    return {(coop.number, public.account): public.handle or ""}


def _show(proof: Receipt, known: KnownCharter, names: Names, output: Output) -> None:
    """What the receipt proves. Raises `ProofError` when it proves nothing."""
    charter = known.charter
    entry = proof.entry_signed(charter)
    coop = charter.coops[proof.coop]
    output.fields(
        {
            "federation": known.founding.name,
            "entry": f"{coop.name}/{proof.length}",
            "recorded": moment(entry.time),
        }
    )
    for line in describe(entry.transaction, charter=charter, coop=proof.coop, names=names):
        output.line(line)
    pay = entry.transaction
    if isinstance(pay, Pay) and (pay.payee_coop, pay.payee) in names:
        payee = account_words(charter, pay.payee_coop, pay.payee, {})
        output.line(f"Names are this wallet's; what is proven is that {payee} is paid.")


def _tell_what_follows(proof: Receipt, place: EntryPlace, output: Output) -> None:
    """Whoever hands on a receipt must know what else is in it."""
    count = len(proof.following)
    if count:
        entries = "the entry that follows" if count == 1 else f"the {count} entries that follow"
        output.line()
        output.line(
            f"It holds {entries} in the log too, up to where {place.coop} signed: who gets the receipt can "
            f"read them. The node of {place.coop} gives a receipt without them."
        )


def _known(given: Path | None, wallet: Path) -> KnownCharter:
    """The charter that a receipt is held to, with the changes that lie beside it."""
    path = _charter_path(given, wallet)
    return kept_charter(path, changes_beside(path))


def _charter_path(given: Path | None, wallet: Path) -> Path:
    if given is not None:
        return given
    path = charter_file(wallet)
    if not path.exists():
        raise CliError(
            ExitCode.USAGE,
            "charter_missing",
            "There is no charter beside the wallet.",
            "Give the federation's charter with --charter charter.toml.",
        )
    return path


def _asked(wallet: Path, place: EntryPlace, node_url: str | None) -> bytes:
    url = node_url or read_wallet(wallet).public.node_url
    if url is None:
        raise NotJoined(wallet)
    with NodeClient(url) as client:
        try:
            found = client.get(path_of("v1", "receipts", place.coop, place.number))
        except NodeProblem as problem:
            raise _without_receipt(problem, place) from problem
        return decode_bytes(client, found, "receipt")


def _without_receipt(problem: NodeProblem, place: EntryPlace) -> Exception:
    """Whom else to ask when a node can't prove an entry."""
    if problem.code != "receipt_not_found":
        return problem
    return CliError(
        ExitCode.REFUSED,
        problem.code,
        f"The node {problem.url} holds entry {place.coop}/{place.number}, but no signature of "
        f"{place.coop} over it or close enough after it.",
        f"The node of {place.coop} can always prove it: `fiado receipt show {place.coop}/{place.number} "
        f"--node URL`, with that node's address. The payer's wallet has the receipt too.",
    )


def _read(file: Path) -> bytes:
    """The receipt's bytes, from a file that has them plainly or as base64url."""
    if str(file) == "-":
        data = sys.stdin.buffer.read(LARGEST_FILE)
    else:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE)
    try:
        return read_bytes(data.decode("ascii").strip())
    except (UnicodeDecodeError, ValueError):
        return data
