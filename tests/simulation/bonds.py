"""What members of a simulated coop answer for with others, and how memberships end: deeds as in `deeds`."""

from dataclasses import replace

from ledger.codec import encode
from ledger.government.articles import Article
from ledger.government.guarantees import Guarantee
from ledger.government.leaving import CLAIMS_CHAPTER, Claim, Leave, Settle, Step, claim_of
from ledger.rules.government.guarantees import standing
from ledger.state import Account
from ledger.transactions import Status, encode_transaction
from tests.builders import REASON
from tests.simulation.hands import Hand, open_accounts, spared


def guarantee(hand: Hand) -> bytes | None:
    """A member answers for another, for more or less than before, or not any more."""
    able = open_accounts(hand)
    others = [each for each in hand.accounts() if each.status is not Status.CLOSED]
    if not able or len(others) < 2:
        return None
    guarantor = hand.random.choice(able)
    member = hand.random.choice([each for each in others if each.number != guarantor.number])
    before = standing(hand.log, guarantor.number, member.number)
    is_over = before.cap > 0 and hand.random.random() < 0.3
    bare = Guarantee(
        guarantor=guarantor.number,
        member=member.number,
        revision=before.revision + 1,
        cap=0 if is_over else hand.random.choice((20, 300, 4_000)),
        until=None if is_over else hand.now + hand.random.randint(2, 12),
    )
    return hand.owned(bare, guarantor)


def leave(hand: Hand) -> bytes | None:
    """A member leaves: who has something leaves it to somebody, who owes something goes with the stewards."""
    able = [each for each in open_accounts(hand) if each.number not in spared(hand.log)]
    if not able:
        return None
    account = hand.random.choice(able)
    heirs = [each.number for each in hand.accounts() if each.number != account.number]
    bare = Leave(
        account=account.number,
        revision=account.revision + 1,
        payee=hand.random.choice((None, *heirs)) if account.balance > 0 else None,
        debt=max(0, -account.balance),
    )
    signed = replace(bare, signature=hand.signature(bare, account))
    return hand.desk.sign(signed) if account.balance < 0 else encode_transaction(signed)


def settle(hand: Hand) -> bytes | None:
    """Stewards claim what somebody owes, give the claim up, or settle it after its term."""
    owing = [each for each in hand.accounts() if each.balance < 0]
    if not owing:
        return None
    account = hand.random.choice(owing)
    claim = claim_about(hand, account)
    if claim is None:
        return hand.desk.sign(step_about(account, Step.CLAIM))
    hurry = hand.random.choice((0, 1))  # some watches are ahead
    is_ripe = hand.now + hurry >= claim.time + hand.bylaws.value(Article.CLAIM_TERM)
    if is_ripe and account.number not in spared(hand.log):
        return hand.desk.sign(step_about(account, Step.SETTLE))
    given_up = hand.random.random() < 0.2
    return hand.desk.sign(step_about(account, Step.WITHDRAW)) if given_up else None


def claim_about(hand: Hand, account: Account) -> Claim | None:
    """What stewards have claimed of an account."""
    return claim_of(hand.log.row(CLAIMS_CHAPTER, encode(account.number)))


def step_about(account: Account, step: Step) -> Settle:
    """The next step about an account, which nobody has signed yet."""
    return Settle(account=account.number, revision=account.revision + 1, step=step, reason=REASON)
