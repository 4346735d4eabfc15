"""Which receipt `fiado receipt show` means: an entry's number is not enough where histories have parted.

`sur/12` names the entry of the history that stands. Where another history has a payment with that number,
that one is named by its head besides; the receipt of one is never shown in the place of the other.
"""

from typing import Final

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.fallen_words import FALLEN_PATH, fetch_fallen, outcome_words, place_of
from cli.shell.language import say
from ledger.chain import extend
from ledger.charter import Charter
from ledger.errors import ProofError
from ledger.receipts import Receipt, decode_receipt
from ledger.transactions import Pay
from node.member.answers import decode_bytes, reading
from node.member.client import Json, NodeClient, NodeProblem, path_of
from node.member.places import EntryPlace

Party = tuple[int, int] | None
"""The coop and account that the wallet is for, if it is for one."""

_MOST_PAGES: Final = 10
_SHOWN_DIGITS: Final = 16


def receipt_that_stands(
    client: NodeClient, place: EntryPlace, charter: Charter, own: Party
) -> bytes:
    """The receipt of the entry that stands there.

    Raises `CliError` when that is somebody else's, and the wallet's own payment with this number has fallen.
    """
    try:
        found = client.get(path_of("v1", "receipts", place.coop, place.number))
    except NodeProblem as problem:
        raise _without_receipt(problem, place) from problem
    data = decode_bytes(client, found, "receipt")
    proof = decode_receipt(data)
    if own is None or _is_of(proof, charter, own):
        return data
    for item in _fallen_at(client, place):
        with reading(client):
            if own in (place_of(item, "payer"), place_of(item, "payee")):
                raise _of_another(item, place, own)
    return data


def fallen_receipt(
    client: NodeClient, place: EntryPlace, head: str, own: Party
) -> tuple[bytes, str]:
    """The receipt of the fallen payment whose head begins so, not checked, and what holds of it, in words."""
    for item in _fallen_at(client, place):
        with reading(client):
            full, words = str(item["head"]), outcome_words(item, account=own)
        if full.startswith(head.lower()):
            proof = client.get(path_of("v1", "federation", "fallen", full))
            data = decode_bytes(client, proof, "receipt")
            receipt = decode_receipt(data)
            if extend(receipt.previous, receipt.entry).hex() != full:
                raise ProofError(
                    say("the receipt is of another entry than that with the head {full}", full=full)
                )
            return data, words
    raise CliError(
        ExitCode.REFUSED,
        "fallen_not_found",
        say(
            "The node {url} lists no payment {place} with such a head that has fallen.",
            url=client.url,
            place=place,
        ),
        say(
            "`fiado history` and `fiado federation fallen` list them; another node may know more: "
            "--node URL."
        ),
    )


def _is_of(proof: Receipt, charter: Charter, own: tuple[int, int]) -> bool:
    pay = proof.entry_signed(charter).transaction
    if not isinstance(pay, Pay):
        return False
    return own in ((proof.coop, pay.payer), (pay.payee_coop, pay.payee))


def _fallen_at(client: NodeClient, place: EntryPlace) -> list[Json]:
    """The fallen payments with that number, as the node lists them."""
    found: list[Json] = []
    after: int | None = 0
    for _ in range(_MOST_PAGES):
        page, items = fetch_fallen(client, FALLEN_PATH, coop=place.coop, after=after, limit=200)
        found += [item for item in items if item.get("number") == place.number]
        after = page.get("next")
        if not isinstance(after, int):
            break
    return found


def _of_another(item: Json, place: EntryPlace, own: tuple[int, int]) -> CliError:
    head = str(item["head"])
    return CliError(
        ExitCode.REFUSED,
        "receipt_of_another",
        say(
            "The entry {place} that stands is somebody else's. Your payment with that number is "
            "in a history that does not stand: {outcome}.",
            place=place,
            outcome=outcome_words(item, account=own),
        ),
        say(
            "Its receipt: `fiado receipt show {place} --fallen {head}`.",
            place=place,
            head=head[:_SHOWN_DIGITS],
        ),
        {"coop": place.coop, "number": place.number, "head": head, "outcome": str(item["outcome"])},
    )


def _without_receipt(problem: NodeProblem, place: EntryPlace) -> Exception:
    """Whom else to ask when a node can't prove an entry."""
    if problem.code != "receipt_not_found":
        return problem
    return CliError(
        ExitCode.REFUSED,
        problem.code,
        say(
            "The node {url} holds entry {coop}/{number}, but no signature of {coop} over it or "
            "close enough after it.",
            url=problem.url,
            coop=place.coop,
            number=place.number,
        ),
        say(
            "The node of {coop} can always prove it: `fiado receipt show {coop}/{number} --node "
            "URL`, with that node's address. The payer's wallet has the receipt too.",
            coop=place.coop,
            number=place.number,
        ),
    )
