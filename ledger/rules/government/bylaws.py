"""`bylaws`: a cooperative's first bylaws, PROTOCOL section 13.1; votes adopt later ones by `adoption`."""

from ledger.effects import Effects, Row
from ledger.government.bylaws import (
    BYLAWS_CHAPTER,
    AdoptBylaws,
    Articles,
    Bylaws,
    check_articles,
)
from ledger.refusals import Refusal
from ledger.rules.office import OfficeState, Verify, bylaws_in_force, check_stewards


def decide_bylaws(
    entry: AdoptBylaws, *, state: OfficeState, time: int, message: bytes, verify: Verify
) -> Effects | Refusal:
    """What the founders' act changes at `time`, or the refusal."""
    # 13.1.5: nobody who is a steward then can say later that it was done without them.
    refusal = check_bylaws(entry, state) or check_stewards(
        state, None, entry.stewards, message, verify
    )
    return refusal or adoption(entry.version, entry.articles, entry.text, time)


def check_bylaws(entry: AdoptBylaws, state: OfficeState) -> Refusal | None:
    """The refusal that the founders' act earns whoever signed it, or None."""
    # 13.1.1: what was adopted once is for all members to change.
    if entry.version != 1 or bylaws_in_force(state).version != 0:
        return Refusal.BYLAWS_VERSION_WRONG
    return check_articles(entry.articles)


def adoption(version: int, articles: Articles, text: bytes, time: int) -> Effects:
    """What it changes that checked articles become the bylaws in force at `time`, as that version."""
    bylaws = Bylaws(version=version, articles=dict(articles), text=text, adopted=time)
    key, value = bylaws.row()
    row = Row(chapter=BYLAWS_CHAPTER, key=key, value=value)
    return Effects(chapters=(row,), terms=bylaws.payment_terms)
