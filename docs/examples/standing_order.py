"""A program that acts for a member with `node.member` alone: it pays a standing order, once.

    python -m docs.examples.standing_order WALLET PASSPHRASE_FILE carla@sur 12.50 rent-2026-03

Run it as often as you like, such as every hour of the day on which the rent is due: the order's id is paid
once, whatever the network does, and each run says where the same payment is recorded.
"""

import sys
import time
from pathlib import Path

from ledger.receipts import decode_receipt
from node.member.amounts import parse_amount
from node.member.links import parse_payee
from node.member.membership import open_account
from node.member.orders import check_order
from node.member.paying.arrival import Delivery
from node.member.paying.desk import open_desk
from node.member.paying.kept_receipts import kept_receipt
from node.member.paying.link_hosts import check_link
from node.member.paying.paying import Terms
from node.member.paying.settling import pay_once
from node.member.pending_journal import PaymentIntent
from node.member.places import EntryPlace
from node.member.private_files import DiskFiles
from node.member.wallet_file import read_wallet, unlock_wallet

LARGEST_PASSPHRASE = 1_024
WAIT_SECONDS = 30


def pay_standing_order(
    wallet: Path, *, passphrase: str, payee: str, amount: str, order: str
) -> str:
    """Pay, unless the order is paid; how that stands, in words.

    What goes wrong is raised, and tells whether trying again may help: `NodeUnreachable` (nothing was
    sent), `PaymentInDoubt` (the next run settles it), `NodeProblem` (refused), `OtherFederation` (a link
    for somebody who has the same name elsewhere).
    """
    asked = parse_payee(payee)
    intent = PaymentIntent(payee=str(asked.payee), amount=parse_amount(amount))
    unlocked = unlock_wallet(read_wallet(wallet), passphrase=passphrase)
    with open_account(unlocked) as member:
        check_link(asked, federation=member.charter.federation, known=())
        with open_desk(member) as desk:
            terms = Terms(order=desk.orders.digest(check_order(order)))
            paid = pay_once(desk, intent, payee=asked.payee, now=int(time.time()), terms=terms)
        arrival = Delivery(member, paid).wait(seconds=WAIT_SECONDS)
        place = EntryPlace(coop=member.coop.name, number=paid.number)
        data = kept_receipt(wallet, member.charter, place)
        assert data is not None, "paying keeps the receipt"
        proven = decode_receipt(data).check(member.charter)
    return f"{place} at {proven.time}: {arrival.status}{', again' * paid.is_repeated}"


def main() -> None:
    """Run as said above."""
    wallet, secret, payee, amount, order = sys.argv[1:]
    passphrase = DiskFiles().read(Path(secret), largest=LARGEST_PASSPHRASE)
    if passphrase is None:
        sys.exit(f"There is no file {secret}.")
    print(
        pay_standing_order(
            Path(wallet),
            passphrase=passphrase.decode("utf-8").strip(),
            payee=payee,
            amount=amount,
            order=order,
        )
    )


if __name__ == "__main__":
    main()
