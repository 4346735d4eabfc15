"""`fiado receipt`: a proof that a payment is in a cooperative's log, for anyone with the charter."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import click

from cli.paying.receipts_found import fallen_receipt, receipt_that_stands
from cli.shell.describing import Names, account_words, describe
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import moment
from cli.shell.language import say
from cli.shell.parameters import NODE_URL, PLACE, output_option, wallet_option
from cli.shell.retelling import retold
from cli.shell.terminal import Output
from ledger.charter import Charter
from ledger.errors import ProofError
from ledger.receipts import MAX_RECEIPT_BYTES, Receipt, decode_receipt
from ledger.transactions import Pay
from node.member.answers import encode_bytes, read_bytes
from node.member.charters import (
    KnownCharter,
    changes_beside,
    charter_file,
    kept_charter,
)
from node.member.client import NodeClient, NodeError
from node.member.membership import NotJoined
from node.member.paying.fallen import is_beaten
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


_HEX: Final = re.compile("[0-9a-fA-F]{8,64}")


class HeadType(click.ParamType[str]):
    """The head after an entry, in hex, or the beginning of one."""

    name = "head"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the text."""
        if not _HEX.fullmatch(str(value)):
            self.fail(say("give 8 to 64 hexadecimal digits of it"), param, ctx)
        return str(value)


HEAD: Final = HeadType()


@click.group()
def receipt() -> None:
    """Proofs of payments, which anyone can verify offline."""


@receipt.command("show")
@click.argument("place", metavar="COOP/ENTRY", type=PLACE)
@click.option(
    "--node", "node_url", type=NODE_URL, metavar="URL", help="Ask this node instead of your own."
)
@click.option(
    "--fallen",
    "head",
    type=HEAD,
    metavar="HEAD",
    help="That of the payment with this head, or beginning of one, in a history that does not stand.",
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
    head: str | None,
    out: Path | None,
    qr: bool,
    wallet: Path,
    output: Output,
) -> None:
    """Show the receipt of an entry, such as `norte/12`: the one kept here, or else the node's.

    The wallet keeps the receipts of its own payments.

    Where a cooperative's node has signed several histories, an entry's number is that of the one that stands.
    A payment in another is named by its head besides, as `fiado history` lists it.
    """
    known = _known(None, wallet)
    charter = known.charter
    data, what_holds = _found(place, head, wallet=wallet, node_url=node_url, charter=charter)
    proof = decode_receipt(data)
    coop = charter.coop_named(place.coop)
    if coop is None or (proof.coop, proof.length) != (coop.number, place.number):
        raise ProofError(say("the receipt is of another entry than {place}", place=place))
    if not what_holds and _has_fallen(proof, charter, wallet, node_url):
        raise _fallen(proof, charter)
    _show(proof, known, _names(wallet, charter), output)
    if what_holds:
        output.line(
            say(
                "It is in a history of the log of {coop} that does not stand: {what_holds}.",
                coop=place.coop,
                what_holds=what_holds,
            )
        )
    _tell_what_follows(proof, place, output)
    _hand_over(data, out, output, qr=qr)
    output.result(
        {
            "coop": place.coop,
            "number": place.number,
            "receipt": data.hex(),
            "following": len(proof.following),
            "federation": charter.federation.hex(),
            "what_holds": what_holds or None,
        }
    )


def _hand_over(data: bytes, out: Path | None, output: Output, *, qr: bool) -> None:
    """Write or show the receipt itself, as text and as a code."""
    written = encode_bytes(data)
    if out is not None:
        out.write_bytes(data)
        output.line(say("Written to {out}.", out=out))
    elif len(written) <= LONGEST_SHOWN:
        output.line()
        output.line(written)
    else:
        output.line(
            say(
                "It has {count} bytes, too many for the screen: write it to a file with --out.",
                count=len(data),
            )
        )
    if qr and len(written) <= LONGEST_QR:
        output.qr(written)
    elif qr:
        output.line(say("It is too long for a QR code."))


def _has_fallen(proof: Receipt, charter: Charter, wallet: Path, node_url: str | None) -> bool:
    """Whether that is proven; where the receipt by itself can't tell, a node that answers may show it."""
    decided = charter.coops[proof.coop].stands
    is_seen = proof.stands(charter)
    if is_seen is not None or decided is None or proof.length > decided.length:
        return is_seen is False
    with suppress(NodeError, NotJoined), _asking(wallet, node_url) as client:
        return is_beaten(client, charter, proof)
    return False


def _found(
    place: EntryPlace, head: str | None, *, wallet: Path, node_url: str | None, charter: Charter
) -> tuple[bytes, str]:
    """The receipt, and what holds of the payment if it is one that has fallen."""
    own = next(iter(_own_name(wallet, charter)), None)
    kept = None if head is not None else kept_receipt(wallet, charter, place)
    if kept is not None:
        return kept, ""
    with _asking(wallet, node_url) as client:
        if head is not None:
            return fallen_receipt(client, place, head, own)
        return receipt_that_stands(client, place, charter, own), ""


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
    try:
        entry = proof.entry_signed(charter)
    except ProofError as error:
        raise _by_changes(error, proof, known, _charter_path(charter_path, wallet)) from error
    names = _names(wallet, charter)
    _show(proof, known, names, output)
    output.line()
    if proof.stands(charter) is False or _is_beside(proof, against, charter):
        raise _fallen(proof, charter)
    output.line(
        say("This is proven: the signature is that of {name}.", name=charter.coops[proof.coop].name)
    )
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


def _by_changes(
    error: ProofError, proof: Receipt, known: KnownCharter, charter: Path
) -> ProofError:
    """A key that came with a change can't be known where the changes are missing."""
    changes = changes_beside(charter)
    if known.charter.version or proof.federation != known.charter.federation:
        return error
    return ProofError(
        say(
            "{error}. No changes of the charter are known, from {changes}: if the cooperative has "
            "another node key by now, or joined later, get them with `fiado federation history "
            "--out`",
            error=retold(str(error)),
            changes=changes,
        )
    )


def _is_beside(proof: Receipt, against: Path | None, charter: Charter) -> bool:
    """Whether another receipt shows that something else stands in this one's place."""
    if against is None:
        return False
    standing = decode_receipt(_read(against))
    standing.check(charter)
    if proof.is_beside(standing, charter):
        return True
    raise ProofError(
        say("{against} does not show what stands in the place of this entry", against=against)
    )


def _fallen(proof: Receipt, charter: Charter) -> CliError:
    """What there is to say of a receipt from a history that does not stand."""
    coop = charter.coops[proof.coop]
    decided = (
        ""
        if coop.stands is None
        else say(" (change {version} of the charter)", version=coop.stands.version)
    )
    return CliError(
        ExitCode.REFUSED,
        "receipt_not_standing",
        say(
            "The node of {name} has signed this entry, but in a history of its log that does not "
            "stand{decided}: the entry does not hold.",
            name=coop.name,
            decided=decided,
        ),
        say(
            "Whoever was credited by it elsewhere keeps that; `fiado federation fallen` says what "
            "holds of each."
        ),
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
            say("federation"): known.founding.name,
            say("entry"): f"{coop.name}/{proof.length}",
            say("recorded"): moment(entry.time),
        }
    )
    for line in describe(entry.transaction, charter=charter, coop=proof.coop, names=names):
        output.line(line)
    pay = entry.transaction
    if isinstance(pay, Pay) and (pay.payee_coop, pay.payee) in names:
        payee = account_words(charter, pay.payee_coop, pay.payee, {})
        output.line(
            say("Names are this wallet's; what is proven is that {payee} is paid.", payee=payee)
        )


def _tell_what_follows(proof: Receipt, place: EntryPlace, output: Output) -> None:
    """Whoever hands on a receipt must know what else is in it."""
    count = len(proof.following)
    if count:
        entries = (
            say("the entry that follows")
            if count == 1
            else say("the {count} entries that follow", count=count)
        )
        output.line()
        output.line(
            say(
                "It holds {entries} in the log too, up to where {coop} signed: who gets the receipt "
                "can read them. The node of {coop} gives a receipt without them.",
                entries=entries,
                coop=place.coop,
            )
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
            say("There is no charter beside the wallet."),
            say("Give the federation's charter with --charter charter.toml."),
        )
    return path


@contextmanager
def _asking(wallet: Path, node_url: str | None) -> Iterator[NodeClient]:
    url = node_url or read_wallet(wallet).public.node_url
    if url is None:
        raise NotJoined(wallet)
    with NodeClient(url) as client:
        yield client


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
