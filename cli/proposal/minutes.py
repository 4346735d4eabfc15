"""The minutes of a vote, for the assembly's book.

They hold what a book of assemblies asks for: the agenda, the call, the roll by name, who took part and how,
who did not, the counts, what was decided by which majority, and the entries of the log that prove it. The
counts are made anew from the votes themselves.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cli.proposal.fetched import Fetched
from cli.proposal.minutes_agenda import agenda_words
from cli.proposal.minutes_words import Words
from ledger.charter import Coop
from node.member.client import Json
from node.plain import PlainForms

LONGEST_ROLL: Final = 2_000
"""The longest roll that minutes list by name."""
_TIME = PlainForms().time


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """The lines of the minutes; `counts_agree` says whether the votes add up to the counts."""

    lines: tuple[str, ...]
    counts_agree: bool


def last_votes(votes: Sequence[Json]) -> list[Json]:
    """What each member said last, by handle."""
    last = {each["account"]: each for each in votes}
    return sorted(last.values(), key=lambda each: str(each["handle"]))


def render_minutes(
    proposal: Fetched,
    answer: Json,
    votes: Sequence[Json],
    roll: Sequence[str] | None,
    *,
    coop: Coop,
    language: Words,
) -> Minutes:
    """The minutes of a proposal from what the node tells of it and from its votes.

    `roll` are the handles of all who may vote, or None where they are too many to be listed.
    """
    found, said = proposal.found, last_votes(votes)
    counted = Counter(str(each["choice"]) for each in said)
    counts_agree = found["ballot"] is not None or all(
        counted[name] == count for name, count in proposal.counts.items()
    )
    title = language["title"].format(coop=coop.title, number=proposal.number)
    given = answer["text"]
    text = language["no_text"].format(hash=answer["text_hash"]) if given is None else given["text"]
    lines = [
        title,
        "=" * len(title),
        "",
        f"{language['agenda']}: {agenda_words(proposal.action, proposal.who(coop.name), language)}",
        "",
        f"{language['text']}:",
        *(f"  {line}" for line in str(text).splitlines()),
        language["text_hash"].format(hash=answer["text_hash"]),
        "",
        *_opening(found, answer, language),
        "",
        *_roll(found, roll, language),
        *_votes(said, language),
        *_absent(found, said, roll, language),
        *_outcome(proposal, coop, language),
    ]
    return Minutes(lines=tuple(lines), counts_agree=counts_agree)


def _opening(found: Json, answer: Json, language: Words) -> list[str]:
    by = ", ".join(answer["stewards"])
    who = language["stewards"].format(names=by)
    if answer["members"]:
        names = ", ".join(str(each["handle"]) for each in answer["members"])
        who = language["members"].format(names=names)
    lines = [
        language["opened"].format(time=_TIME(found["time"]), who=who, entry=found["entry"]),
        language["call"].format(
            first=_TIME(found["first"]), quorum=found["quorum"], second=_TIME(found["second"])
        ),
    ]
    if found["about"]:
        names = ", ".join(str(each["handle"]) for each in found["about"])
        lines.append(language["about"].format(names=names))
    if found["ballot"] is not None:
        lines.append(
            language["elsewhere"].format(ballot=found["ballot"], result=found["result"] or "-")
        )
    if found["outcome"] != "open":
        which = "at_first" if found["closes"] < found["second"] else "at_second"
        lines.append(language["closed"].format(time=_TIME(found["closes"]), which=language[which]))
    if found["moved"]:
        lines.append(language["moved"])
    return lines


def _roll(found: Json, roll: Sequence[str] | None, language: Words) -> list[str]:
    heading = language["roll"].format(roll=found["roll"])
    if roll is None:
        return [f"{heading}. {language['long_roll']}", ""]
    return [f"{heading}: {', '.join(roll)}.", ""]


def _absent(
    found: Json, said: Sequence[Json], roll: Sequence[str] | None, language: Words
) -> list[str]:
    """Who was on the roll and said nothing; of a vote held elsewhere nobody here knows."""
    if roll is None or found["ballot"] is not None:
        return []
    spoke = {str(each["handle"]) for each in said}
    names = [name for name in roll if name not in spoke]
    return [language["absent"].format(names=", ".join(names)), ""] if names else []


def _votes(said: Sequence[Json], language: Words) -> list[str]:
    if not said:
        return []
    width = max(len(str(each["handle"])) for each in said)
    rows = [
        f"  {str(each['handle']).ljust(width)}  {language[str(each['choice'])]}  ({each['entry']})"
        for each in said
    ]
    return [f"{language['took_part']}:", *rows, ""]


def _outcome(proposal: Fetched, coop: Coop, language: Words) -> list[str]:
    found, counts = proposal.found, proposal.counts
    against = str(found["against"] or "").replace("_", " ")
    lines = [
        language["counts"].format(**counts, all=sum(counts.values())),
        language["special" if found["special"] else "simple"],
        language[str(found["outcome"])].format(against=against),
    ]
    if found["enacted"] is not None:
        proof = language["proof"].format(
            coop=coop.name, entry=found["entry"], enacted=found["enacted"]
        )
        lines += ["", proof, "", language["signatures"]]
    return lines
