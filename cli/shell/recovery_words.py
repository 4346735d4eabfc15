"""Keys that are replaced or recovered, in plain words: what people are asked to sign about them."""

from typing import assert_never

from cli.shell.forms import moment
from cli.shell.language import language, say
from ledger.government.articles import Unit
from ledger.government.recovery import (
    GuardiansNamed,
    KeyChange,
    ObjectTo,
    Recover,
    Rekey,
    Restore,
)
from node.bylaws.explain import in_words
from node.member.client import Json

when = moment
"""A time of the ledger, in universal time."""


def describe_keys(change: KeyChange, *, who: str) -> list[str]:
    """What it does, in sentences; `who` is whose account it is about."""
    match change:
        case Rekey():
            return [
                say(
                    "{who} gets another key, which begins with {digits}.",
                    who=who,
                    digits=_digits(change.key),
                ),
                say("The key that it has now is good for nothing from then on."),
            ]
        case GuardiansNamed():
            if change.commitment is None:
                return [say("{who} has no guardians any more.", who=who)]
            return [
                say(
                    "{who} names guardians, {needed} of whom can begin a recovery together.",
                    who=who,
                    needed=change.needed,
                ),
                say(
                    "The key that the account has then can object for {span}.",
                    span=span_words(change.wait),
                ),
                say("They count once the wait is over that is in force now."),
            ]
        case Recover():
            return _recover(change, who)
        case ObjectTo():
            return [
                say(
                    "{who} objects to recovery {recovery} with the key that it has.",
                    who=who,
                    recovery=change.recovery,
                ),
                say("Members may now open a vote about which key is right."),
            ]
        case Restore():
            return [
                say(
                    "Recovery {recovery} of {who} is over: the new key is the account's.",
                    recovery=change.recovery,
                    who=who,
                )
            ]
        case _:
            assert_never(change)


def _recover(recover: Recover, who: str) -> list[str]:
    lines = [
        say(
            "Begin recovery {recovery} of {who}, which from then on can't pay.",
            recovery=recover.recovery,
            who=who,
        ),
        say(
            "After a wait its key will be the one that begins with {digits}.",
            digits=_digits(recover.key),
        ),
        say("Sign only if the member has asked you in person: you say that this key is theirs."),
    ]
    if recover.guardians is not None:
        lines.append(say("{count} guardians have signed.", count=len(recover.members)))
    return lines


def recovery_lines(recovery: Json, who: str) -> list[str]:
    """A recovery that runs, as loud as it has to be for whoever has not asked for it."""
    by = say("guardians") if recovery["by_guardians"] else say("stewards")
    lines = [
        say(
            "RECOVERY {number} of {who} runs, begun by {by} on {time}.",
            number=recovery["number"],
            who=who,
            by=by,
            time=when(recovery["began"]),
        ),
        say(
            "From {time} on, the account has the key {key}…",
            time=when(recovery["due"]),
            key=recovery["key"][:16],
        ),
        say("Until then it can be paid and can't pay."),
    ]
    if recovery["disputed"] is None:
        lines.append(
            say("Not asked for? Object with the key that you have: `fiado recovery object`.")
        )
    elif recovery["confirmed"]:
        lines.append(say("The old key has objected, and members have voted for the new one."))
    else:
        lines.append(
            say(
                "The old key has objected: ask members or stewards to open a vote (`fiado proposal "
                "new recovery`)."
            )
        )
    return lines


def span_words(seconds: int) -> str:
    """A wait as people say it: in days where it has some, else in hours, minutes or seconds."""
    return in_words(seconds, Unit.SECONDS, language())


def _digits(key: bytes) -> str:
    return key.hex()[:16]
