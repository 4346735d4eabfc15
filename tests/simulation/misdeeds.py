"""What dishonest stewards and members of a simulated coop try: each has to be refused.

They hold their own keys and see the log; what they lack is somebody else's consent. Nobody here looks whether
a node refuses: what is recorded is judged from the log alone, by `minutes`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ledger.codec import decode
from ledger.government.actions import AmendBylaws
from ledger.government.bylaws import AdoptBylaws
from ledger.government.commons import Levy, Spend
from ledger.government.guarantees import Lapse
from ledger.government.leaving import Leave, Settle, Step
from ledger.government.recovery import ObjectTo, Recover, Rekey, Restore
from ledger.government.voting import Choice, Enact, Propose, Vote
from ledger.kinds import read_transaction
from ledger.rules.government.commons import spends
from ledger.rules.government.recoveries import key_matters, running_recovery
from ledger.rules.government.register import open_proposals, read_register
from ledger.rules.government.votes import vote_of
from ledger.transactions import Limit, SetStatus, encode_transaction
from tests.builders import REASON
from tests.simulation import bonds, deeds, livelihoods
from tests.simulation.hands import Hand
from tests.voting_builders import TEXT

Misdeed = Callable[[Hand, Sequence[bytes]], bytes | None]
"""From what somebody sees, and from what stewards have signed before."""


def signed_by_too_few(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """A steward does with too few others what takes more."""
    make = hand.random.choice(
        (
            livelihoods.limit,
            livelihoods.spend,
            livelihoods.status,
            livelihoods.recover,
            bonds.settle,
        )
    )
    made = make(hand)
    transaction: Any = None if made is None else read_transaction(decode(made))
    if transaction is None or len(transaction.stewards) < 2:
        return None
    return encode_transaction(replace(transaction, stewards=transaction.stewards[:-1]))


def signatures_again(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """What stewards signed once is to count for the next time."""
    if not past:
        return None
    transaction = read_transaction(decode(hand.random.choice(past)))
    again: Any
    match transaction:
        case Limit() | SetStatus() | Settle():
            account = hand.log.account(transaction.account)
            again = replace(transaction, revision=1 + (account.revision if account else 0))
        case Spend():
            again = replace(transaction, number=spends(hand.log) + 1)
        case Propose():
            again = replace(transaction, number=read_register(hand.log).last + 1)
        case Recover():
            number = key_matters(hand.log, transaction.account).recoveries + 1
            again = replace(transaction, recovery=number)
        case _:
            return None
    return None if again == transaction else encode_transaction(again)


def signatures_in_another_order(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """Two signatures change places, so that one might count twice."""
    made = livelihoods.limit(hand)
    transaction: Any = None if made is None else read_transaction(decode(made))
    if transaction is None or len(transaction.stewards) < 2:
        return None
    return encode_transaction(replace(transaction, stewards=transaction.stewards[::-1]))


def bylaws_again(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """The founders would like other bylaws than the members."""
    version = hand.bylaws.version + 1
    if version == 1:
        return None
    desk = hand.desk
    entry = AdoptBylaws(version=version, articles=deeds.draw_articles(hand), text=TEXT)
    return desk.sign(entry, desk.places())


def spend_without_vote(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """Stewards spend what takes a vote."""
    payee = hand.random.choice(hand.accounts()).number
    entry = Spend(number=spends(hand.log) + 1, payee=payee, amount=10**6, reason=REASON)
    return hand.desk.sign(entry)


def do_the_nodes_work(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """Somebody sends what only a node makes: a count of one's own, a levy, the end of a recovery."""
    numbers = read_register(hand.log).waiting or (1,)
    return encode_transaction(
        hand.random.choice(
            (
                Enact(proposal=numbers[0], yes=hand.random.randint(1, 9), no=0, abstain=0),
                Levy(number=1, positive=50_000, negative=50_000),
                Lapse(guarantor=1, member=2, revision=1),
                Restore(account=hand.random.choice(hand.accounts()).number, recovery=1),
            )
        )
    )


def stuff_the_box(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """A vote again, ahead of its turn, for somebody else, after the close, or in one's own matter."""
    numbers = range(1, read_register(hand.log).last + 1)
    if not numbers:
        return None
    number, account = hand.random.choice(numbers[-3:]), hand.random.choice(hand.accounts())
    before = vote_of(hand.log, number, account.number)
    sequence = 1 if before is None else before[1] + hand.random.choice((0, 2))
    bare = Vote(account=account.number, proposal=number, sequence=sequence, choice=Choice.YES)
    other = hand.random.choice(hand.accounts())
    return hand.owned(bare, account, hand.owner(other) if before is None else None)


def pledge_too_much(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """Somebody answers for more than they have, or in another's name."""
    made = bonds.guarantee(hand)
    transaction: Any = None if made is None else read_transaction(decode(made))
    if transaction is None:
        return None
    guarantor = hand.log.account(transaction.guarantor)
    assert guarantor is not None, "a guarantor is chosen among members"
    if hand.random.random() < 0.5:
        return hand.owned(transaction, guarantor, hand.keys.new())
    bare = replace(transaction, cap=10**12, until=hand.now + 10)
    return hand.owned(bare, guarantor)


def settle_at_once(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """Stewards settle what nobody has claimed, or too early; or send somebody away who has not signed."""
    claimed = [each for each in hand.accounts() if bonds.claim_about(hand, each) is not None]
    account = hand.random.choice(claimed or hand.accounts())
    if claimed or hand.random.random() < 0.5:
        return hand.desk.sign(bonds.step_about(account, Step.SETTLE))
    bare = Leave(
        account=account.number,
        revision=account.revision + 1,
        payee=None,
        debt=max(0, -account.balance),
    )
    stranger = hand.keys.new().sign(hand.message(bare))
    return hand.desk.sign(replace(bare, signature=stranger))


def open_too_late(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """A vote that is to be over before anybody hears of it."""
    bare = Propose(
        number=read_register(hand.log).last + 1,
        action=AmendBylaws(articles=deeds.draw_articles(hand)),
        text=TEXT,
        ballot=None,
        about=(),
        first=hand.now - 1,
        second=hand.now - 1,
    )
    return hand.desk.sign(bare)


def steal(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """Somebody without the key replaces it, or objects a second time."""
    account = hand.random.choice(hand.accounts())
    recovery = running_recovery(hand.log, account.number)
    new = hand.keys.new()
    if recovery is not None:
        bare = ObjectTo(account=account.number, recovery=recovery.number)
        return hand.owned(bare, account, None if recovery.disputed is not None else new)
    revision = key_matters(hand.log, account.number).revision + 1
    theft = Rekey(account=account.number, revision=revision, key=new.public_key)
    signature = new.sign(hand.message(theft))
    return encode_transaction(replace(theft, signature=signature, key_signature=signature))


def vote_for_a_ballot(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """A vote in the log about what is decided elsewhere."""
    for number, opened in open_proposals(hand.log).items():
        if opened.ballot is not None:
            return deeds.said(hand, hand.random.choice(hand.accounts()), number, Choice.YES)
    return None


MISDEEDS: tuple[Misdeed, ...] = (
    signed_by_too_few,
    signed_by_too_few,
    signatures_again,
    signatures_again,
    signatures_in_another_order,
    bylaws_again,
    spend_without_vote,
    do_the_nodes_work,
    stuff_the_box,
    stuff_the_box,
    pledge_too_much,
    settle_at_once,
    open_too_late,
    steal,
    vote_for_a_ballot,
)
