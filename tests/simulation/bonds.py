"""What members of a simulated coop answer for with others: deeds as in `deeds`."""

from ledger.government.guarantees import Guarantee
from ledger.rules.government.guarantees import standing
from ledger.transactions import Status
from tests.simulation.hands import Hand, open_accounts


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
