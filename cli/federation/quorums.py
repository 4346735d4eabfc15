"""What a quorum bears: how many dishonest cooperatives it withstands, and how many may be away.

Two quorums that are large enough have an honest cooperative in common, which does not say two things. So
for decisions, which all cooperatives sign, a quorum q of n withstands f dishonest ones when q > (n + f) /
2. Witnesses are others than the cooperative whose log it is, and who shows two histories is one of the f:
so it is enough that q > (n + f - 2) / 2. The figures and what they mean are on the page docs/FEDERATION.md.
"""

from dataclasses import dataclass

from cli.shell.language import later, say
from ledger.charter_entries import MAX_CHARTER_SIGNATURES


@dataclass(frozen=True, slots=True)
class Bearing:
    """What a quorum bears in a federation of a certain size."""

    dishonest: int
    """So many may lie together; 0: not a single one."""
    away: int
    """So many may be off, and it still comes about."""


def decisions_bear(coops: int, quorum: int) -> Bearing:
    """What it means that `quorum` of `coops` cooperatives sign a decision."""
    return Bearing(dishonest=_bounded(2 * quorum - 1 - coops, coops), away=coops - quorum)


def witnesses_bear(coops: int, quorum: int) -> Bearing:
    """What it means that `quorum` cooperatives of `coops`, besides the anchored one, sign an anchor."""
    lying = _bounded(2 * quorum + 1 - coops, coops) if quorum else 0
    return Bearing(dishonest=lying, away=max(coops - 1 - quorum, 0))


def decision_quorum_against(coops: int, dishonest: int) -> int:
    """The least quorum of decisions that withstands so many dishonest cooperatives."""
    return (coops + dishonest) // 2 + 1


def witness_quorum_against(coops: int, dishonest: int) -> int:
    """The least quorum of witnesses that withstands so many dishonest cooperatives, 1 or more."""
    return (coops + dishonest) // 2


def cost_of_one(coops: int, quorum: int) -> str:
    """What it would cost if a single node were lost together with its key; empty when that can be mended."""
    if quorum < coops or coops < 2:
        return ""
    least = coops // 2 + 1
    lower = (
        say("There is no smaller quorum for so few; more can join.")
        if least == coops
        else say(
            "`fiado federation propose quorums --decisions {value}` mends that while all are "
            "there.",
            value=coops - 1,
        )
    )
    return say(
        "Careful: all {coops} have to sign. If a single node is lost together with its key, "
        "nothing can be decided any more: no other key for it, no quarantine, no price. "
        "{lower}",
        coops=coops,
        lower=lower,
    )


def advice(coops: int, *, witness_quorum: int, decision_quorum: int) -> list[str]:
    """In a few sentences, what these quorums bear and what would be better."""
    return [
        _of_decisions(coops, decision_quorum),
        _of_witnesses(coops, witness_quorum),
        *([] if coops >= 4 else [say(_TOO_FEW)]),
        *([] if decision_quorum <= MAX_CHARTER_SIGNATURES else [_too_many(coops)]),
    ]


_TOO_FEW = later(
    "Of fewer than four cooperatives none can be dishonest unless none is ever away: four "
    "bear one of each. More can join later."
)


def _too_many(coops: int) -> str:
    """That such a charter stays as it is for ever."""
    fit = MAX_CHARTER_SIGNATURES
    says = say(
        "Careful: this charter could never be changed, since {fit} signatures fit an entry of "
        "a log.",
        fit=fit,
    )
    if coops < 2 * fit:
        return say("{says} Let {fit} decide at most.", says=says, fit=fit)
    return say(
        "{says} More than half of the cooperatives have to decide, so at most {value} found a "
        "federation that can change: nobody could join or leave, and a lost key stays lost.",
        says=says,
        value=2 * fit - 1,
    )


def _of_decisions(coops: int, quorum: int) -> str:
    bears = decisions_bear(coops, quorum)
    said = say(
        "Decisions: {quorum} of {coops} sign. {away} may be away",
        quorum=quorum,
        coops=coops,
        away=_away(bears.away),
    )
    if bears.dishonest:
        return say(
            "{said}, and {number} may be dishonest.", said=said, number=_number(bears.dishonest)
        )
    safe = decision_quorum_against(coops, 1)
    but = say("; a single dishonest one could have two answers certified.")
    return (
        said
        + but
        + (say(" With {safe} it could not.", safe=safe) if quorum < safe <= coops else "")
    )


def _of_witnesses(coops: int, quorum: int) -> str:
    if coops < 2:
        return say("Witnesses: there is nobody else to be one.")
    bears = witnesses_bear(coops, quorum)
    safe = witness_quorum_against(coops, 1)
    if bears.dishonest:
        return say(
            "Witnesses: {quorum} besides the cooperative itself. {away} of the other {value} may "
            "be away, and {number} may be dishonest.",
            quorum=quorum,
            away=_away(bears.away),
            value=coops - 1,
            number=_number(bears.dishonest),
        )
    what = say("none") if not quorum else str(quorum)
    said = say(
        "Witnesses: {what}. A cooperative that shows two histories is proved, not prevented.",
        what=what,
    )
    if safe > coops - 1:
        return said
    spare = witnesses_bear(coops, safe).away
    return say(
        "{said} {safe} would prevent it, and {away} of the others may then be away.",
        said=said,
        safe=safe,
        away=_away(spare).lower(),
    )


def _away(count: int) -> str:
    return say("Nobody") if not count else _number(count).capitalize()


def _number(count: int) -> str:
    words = (
        say("none"),
        say("one"),
        say("two"),
        say("three"),
        say("four"),
        say("five"),
        say("six"),
    )
    return words[count] if count < len(words) else str(count)


def _bounded(dishonest: int, coops: int) -> int:
    return max(min(dishonest, coops), 0)
