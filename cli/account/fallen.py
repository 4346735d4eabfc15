"""A member's payments in a history that does not stand: by the node's list and the wallet's receipts."""

from typing import Final

from cli.shell.fallen_words import fetch_fallen, outcome_words, party_words, place_of
from cli.shell.forms import in_units, when
from cli.shell.language import later, say
from cli.shell.terminal import Output
from ledger.chain import extend
from ledger.charter import Charter
from ledger.receipts import Receipt
from ledger.transactions import Pay
from node.member.client import Json
from node.member.membership import Membership
from node.member.paying.fallen import fallen_by_receipts
from node.member.paying.kept_receipts import known_handles

MOST_FALLEN: Final = 1_000
"""How many are listed; the rest `fiado federation fallen` shows."""
FALLEN_HINT: Final = later(
    "Some of your payments are in a history that does not stand: `fiado history` shows "
    "what holds of each."
)


def my_fallen(member: Membership) -> list[Json]:
    """All of them, as a node lists them. What holds of those that the node does not know is unknown."""
    found: list[Json] = []
    after = 0
    while len(found) < MOST_FALLEN:
        page, items = fetch_fallen(member.client, "/v1/me/fallen", after=after, limit=200)
        found += items
        if not isinstance(page.get("next"), int) or not items:
            break
        after += len(items)
    return [*found, *_unlisted(member, {item.get("head") for item in found})]


def has_fallen_payments(member: Membership) -> bool:
    """Whether there is any."""
    _, listed = fetch_fallen(member.client, "/v1/me/fallen", limit=1)
    return bool(listed) or bool(_unlisted(member, set()))


def show_fallen(fallen: list[Json], account: tuple[int, int], output: Output) -> None:
    """A table of them, for the owner of that account."""
    if not fallen:
        return
    rows = [
        [
            when(int(item["time"])),
            in_units(int(item["amount"]) * (-1 if place_of(item, "payer") == account else 1)),
            party_words(item, "payee" if place_of(item, "payer") == account else "payer"),
            outcome_words(item, account=account),
            f"{item['coop']}/{item['number']} {str(item['head'])[:16]}",
        ]
        for item in fallen
    ]
    output.line()
    output.line(
        say(
            "In a history that does not stand, because a cooperative's node has signed several. "
            "Receipts: `fiado receipt show ENTRY --fallen HEAD`, or `fiado federation fallen "
            "--receipts FOLDER`."
        )
    )
    headings = [say("when"), say("amount"), say("with"), say("what holds"), say("entry and head")]
    output.table(headings, rows, right_aligned=[say("amount")])


def _unlisted(member: Membership, listed: set[object]) -> list[Json]:
    items = []
    for receipt, pay in fallen_by_receipts(member):
        head = extend(receipt.previous, receipt.entry).hex()
        if head not in listed:
            items.append(_item(member, receipt, pay, head))
    return items


def _item(member: Membership, receipt: Receipt, pay: Pay, head: str) -> Json:
    charter, coop = member.charter, member.coop
    payee = known_handles(member.wallet.path, charter).get((pay.payee_coop, pay.payee))
    return {
        "coop": coop.name,
        "coop_number": coop.number,
        "number": receipt.length,
        "head": head,
        "time": receipt.entry_signed(charter).time,
        "payer": _party(charter, coop.number, pay.payer, member.address.handle),
        "payee": _party(charter, pay.payee_coop, pay.payee, payee),
        "amount": pay.amount,
        "fee": pay.fee,
        "is_return": False,
        "outcome": "unknown",
        "stands_as": None,
    }


def _party(charter: Charter, coop: int, account: int, handle: str | None) -> Json:
    name = charter.coops[coop].name
    return {"coop": name, "coop_number": coop, "account": account, "handle": handle}
