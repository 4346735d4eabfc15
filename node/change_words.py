"""What a change of the charter says, in people's words and their language.

The pages and the command line say it in the same sentences, made from the very bytes that are signed. They
stand in the present tense, so they fit a proposal as well as history. `Forms` gives translations and the way
in which amounts and dates are written. A coop is called by its title as it was before the change.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from ledger.charter import Charter, Steward
from ledger.charter_changes import (
    Change,
    DecideBranch,
    Join,
    Leave,
    LetTimeFall,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
    SetStewards,
)
from ledger.charter_index import Redenominate, SetIndex
from ledger.index.definition_fields import definition_text
from ledger.index.exact import MILLIONTHS
from ledger.refusals import Refusal
from ledger.rules.amendments import amend

_VALUE: Final = re.compile(r"\{(\w+)\}")
KEY_DIGITS: Final = 16
"""How much of a head or a steward's key is shown to people; of a node's key all, for they compare it."""


class Forms(Protocol):
    """How a language says and writes things; `node.web.languages.Language` is one, and
    `node.plain.PlainForms` that of the command line and of a node's own words."""

    def text(self, message: str) -> str:
        """The translation of an English text."""

    def amount(self, minor: int) -> str:
        """Minor units as units."""

    def number(self, value: int) -> str:
        """A whole number."""

    def day(self, day: int) -> str:
        """A day counted from 1970-01-01."""

    def time(self, seconds: int) -> str:
        """Unix seconds."""


def say(message: str) -> str:
    """Marks a text for translation."""
    return message


class Wording:
    """The words for changes of one charter in one language."""

    def __init__(self, before: Charter, forms: Forms) -> None:
        """`before`: the charter that is changed."""
        self.before = before
        self.forms = forms

    def words(self, change: Change) -> list[str]:
        """Sentences that say all of a change: what it does first, then what belongs to it."""
        return [*_SENTENCES[type(change)](self, change), *_agreeing(self, change)]

    def said(self, message: str, **values: str) -> str:
        """A text in the language, with `{name}` replaced by its value."""
        return _VALUE.sub(lambda found: values[found[1]], self.forms.text(message))

    def coop(self, number: int) -> str:
        """A coop's title."""
        found = self.before.coops.get(number)
        return (
            self.said(say("cooperative {number}"), number=str(number))
            if found is None
            else found.title
        )


def _join(wording: Wording, change: Join) -> list[str]:
    said, forms = wording.said, wording.forms
    return [
        said(
            say("{title} joins, under the name {name} and the number {number}."),
            title=change.title,
            name=change.name,
            number=str(change.coop),
        ),
        said(
            say("All its members together may owe the others up to {amount}."),
            amount=forms.amount(change.clearing_limit),
        ),
        _stewards(wording, change.stewards, change.steward_threshold),
        said(say("Its node has the key {key}."), key=change.node_key.hex()),
    ]


def _clearing_limit(wording: Wording, change: SetClearingLimit) -> list[str]:
    before = wording.before.coops.get(change.coop)
    sentences = [
        wording.said(
            say("All members of {coop} together may owe the others up to {amount}."),
            coop=wording.coop(change.coop),
            amount=wording.forms.amount(change.limit),
        )
    ]
    if before is not None:
        amount = wording.forms.amount(before.clearing_limit)
        sentences.append(wording.said(say("Before this change: {amount}."), amount=amount))
    return sentences


def _node_key(wording: Wording, change: SetNodeKey) -> list[str]:
    return [
        wording.said(
            say("The node of {coop} gets another key: {key}."),
            coop=wording.coop(change.coop),
            key=change.key.hex(),
        ),
        _from(wording, change.length),
    ]


def _quarantine(wording: Wording, change: Quarantine) -> list[str]:
    return [
        wording.said(say("{coop} is put in quarantine."), coop=wording.coop(change.coop)),
        wording.said(
            say(
                "Nobody elsewhere pays it, it pays nobody elsewhere, and it decides nothing with the others."
            )
        ),
    ]


def _readmission(wording: Wording, change: Readmit) -> list[str]:
    return [
        wording.said(say("{coop} is readmitted."), coop=wording.coop(change.coop)),
        wording.said(
            say("All its members together may owe the others up to {amount}."),
            amount=wording.forms.amount(change.limit),
        ),
        wording.said(say("Its node has the key {key}."), key=change.key.hex()),
        wording.said(
            say("Its log goes on after entry {length}, where its head is {head}…"),
            length=wording.forms.number(change.length),
            head=_digits(change.head),
        ),
    ]


def _branch(wording: Wording, change: DecideBranch) -> list[str]:
    said, forms = wording.said, wording.forms
    stands = said(
        say("Of the log of {coop} that history stands whose head after entry {length} is {head}…"),
        coop=wording.coop(change.coop),
        length=forms.number(change.length),
        head=_digits(change.head),
    )
    if not change.losses:
        return [stands]
    charged = said(
        say(
            "What {names} took in from another history, {amount} together, is charged to the common "
            "fund of {coop}."
        ),
        coop=wording.coop(change.coop),
        names=", ".join(wording.coop(coop) for coop, _ in change.losses),
        amount=forms.amount(sum(loss for _, loss in change.losses)),
    )
    return [stands, charged]


def _quorums(wording: Wording, change: SetQuorums) -> list[str]:
    number = wording.forms.number
    return [
        wording.said(
            say("Decisions are signed by {count} cooperatives; before this change by {before}."),
            count=number(change.decision_quorum),
            before=number(wording.before.decision_quorum),
        ),
        wording.said(
            say(
                "What one takes in from another is witnessed by {count} others; before this change by "
                "{before}."
            ),
            count=number(change.witness_quorum),
            before=number(wording.before.witness_quorum),
        ),
    ]


def _entries_per_day(wording: Wording, change: SetEntriesPerDay) -> list[str]:
    if change.entries_per_day is None:
        return [wording.said(say("A log may have as many entries in a day as come."))]
    return [
        wording.said(
            say("A log may have {count} payments in a day, and as many other entries."),
            count=wording.forms.number(change.entries_per_day),
        )
    ]


def _set_stewards(wording: Wording, change: SetStewards) -> list[str]:
    before = wording.before.coops.get(change.coop)
    sentences = [
        wording.said(say("{coop} gets other stewards."), coop=wording.coop(change.coop)),
        _stewards(wording, change.stewards, change.threshold),
    ]
    if before is not None:
        sentences.append(
            wording.said(
                say("Before this change they were {names}, and {count} of them had to sign."),
                names=", ".join(steward.name for steward in before.stewards),
                count=wording.forms.number(before.steward_threshold),
            )
        )
    return sentences


def _leave(wording: Wording, change: Leave) -> list[str]:
    return [
        wording.said(say("{coop} leaves the federation."), coop=wording.coop(change.coop)),
        wording.said(
            say(
                "Its log ends as soon as every balance in it is zero and it has nothing to give back."
            )
        ),
        wording.said(say("What is on its way to it goes back to those who paid it.")),
        wording.said(
            say("It does not come back: a cooperative that has left can't be readmitted.")
        ),
    ]


def _index(wording: Wording, change: SetIndex) -> list[str]:
    day = wording.forms.day(change.first_day)
    if change.table is None:
        return [wording.said(say("From {day} on the unit follows no index of prices."), day=day)]
    table = change.table
    sentences = [
        wording.said(
            say("From {day} on the unit follows prices by the method {method}, from: {source}."),
            day=day,
            method=table.method.name.lower(),
            source=table.source,
        ),
        wording.said(
            say(
                "Published by {names}; a value needs the signatures of {quorum} of them, a change of source "
                "those of {sourceQuorum}."
            ),
            names=", ".join(wording.coop(coop) for coop in table.publishers),
            quorum=str(table.quorum),
            sourceQuorum=str(table.source_quorum),
        ),
        wording.said(
            say("One step moves it by {cap} tenths of a percent at most."), cap=str(table.step_cap)
        ),
    ]
    if table.survey is not None:
        rules = table.survey
        sentences.append(
            wording.said(
                say(
                    "A survey every {period} days, of {needed} cooperatives at least; it sets values from "
                    "{lead} days after its own on, at the pace of the last {pace} weeks."
                ),
                period=str(rules.period_days),
                needed=str(rules.observations_needed),
                lead=str(rules.lead_days),
                pace=str(rules.pace_weeks),
            )
        )
    if table.unit is not None:
        sentences.append(
            wording.said(
                say("What a unit is worth is computed by the definition {definition}."),
                definition=definition_text(table.unit),
            )
        )
    if change.start is not None:
        whole, rest = divmod(change.start.value, MILLIONTHS)
        sentences.append(
            wording.said(
                say("A unit is worth {value} {currency} on that day."),
                value=f"{whole}.{rest:06}",
                currency=change.start.currency,
            )
        )
    return sentences


def _redenomination(wording: Wording, change: Redenominate) -> list[str]:
    return [
        wording.said(
            say("From {day} on prices are in {currency}."),
            day=wording.forms.day(change.first_day),
            currency=change.currency,
        ),
        wording.said(
            say("{denominator} of the currency before are {numerator} of it. No balance changes."),
            numerator=wording.forms.number(change.numerator),
            denominator=wording.forms.number(change.denominator),
        ),
    ]


def _time_fall(wording: Wording, change: LetTimeFall) -> list[str]:
    return [
        wording.said(
            say(
                "The time in the log of {coop} may fall once, after entry {length}, to {time} at "
                "the earliest."
            ),
            coop=wording.coop(change.coop),
            length=wording.forms.number(change.length),
            time=wording.forms.time(change.time),
        )
    ]


_SENTENCES: Final[Mapping[type, Callable[[Wording, Any], list[str]]]] = {
    Join: _join,
    Leave: _leave,
    SetClearingLimit: _clearing_limit,
    SetNodeKey: _node_key,
    Quarantine: _quarantine,
    Readmit: _readmission,
    DecideBranch: _branch,
    SetQuorums: _quorums,
    SetIndex: _index,
    Redenominate: _redenomination,
    LetTimeFall: _time_fall,
    SetEntriesPerDay: _entries_per_day,
    SetStewards: _set_stewards,
}
"""Of each type of change what it says; `tests/node/web/test_change_words.py` sees that none is missing."""


def _agreeing(wording: Wording, change: Change) -> list[str]:
    """How many have to agree after a change that makes them more or fewer, or asks for more or fewer."""
    before, after = wording.before, amend(wording.before, change)
    if isinstance(after, Refusal):
        return []
    members, then = (sum(1 for _ in charter.members()) for charter in (before, after))
    sentences = []
    if members != then:
        number = wording.forms.number
        sentences.append(
            wording.said(
                say(
                    "From then on {count} of {members} cooperatives sign a decision; before this change "
                    "{before} of {membersBefore}."
                ),
                count=number(after.decision_quorum),
                members=number(then),
                before=number(before.decision_quorum),
                membersBefore=number(members),
            )
        )
    is_new = (members, before.decision_quorum) != (then, after.decision_quorum)
    if is_new and after.decision_quorum == then:
        sentences.append(
            wording.said(
                say(
                    "Then none may be away: if a single node is lost together with its key, nothing can "
                    "be decided any more, not even another key for it."
                )
            )
        )
    return sentences


def _stewards(wording: Wording, stewards: Sequence[Steward], threshold: int) -> str:
    return wording.said(
        say("Its stewards are {names}; signatures that each of their decisions needs: {count}."),
        names=", ".join(f"{steward.name} ({_digits(steward.key)}…)" for steward in stewards),
        count=wording.forms.number(threshold),
    )


def _from(wording: Wording, length: int) -> str:
    return wording.said(
        say("It signs what comes after entry {length} of its log."),
        length=wording.forms.number(length),
    )


def _digits(data: bytes) -> str:
    return data.hex()[:KEY_DIGITS]
