"""Keys that are replaced or recovered, in plain words: what people are asked to sign about them."""

from typing import assert_never

from ledger.government.recovery import (
    GuardiansNamed,
    KeyChange,
    ObjectTo,
    Recover,
    Rekey,
    Restore,
)
from node.member.client import Json
from node.plain import PlainForms

when = PlainForms().time
"""A time of the ledger, in universal time."""


def describe_keys(change: KeyChange, *, who: str) -> list[str]:
    """What it does, in sentences; `who` is whose account it is about."""
    match change:
        case Rekey():
            return [
                f"{who} gets another key, which begins with {_digits(change.key)}.",
                "The key that it has now is good for nothing from then on.",
            ]
        case GuardiansNamed():
            if change.commitment is None:
                return [f"{who} has no guardians any more."]
            return [
                f"{who} names guardians, {change.needed} of whom can begin a recovery together.",
                f"The key that the account has then can object for {span_words(change.wait)}.",
                "They count once the wait is over that is in force now.",
            ]
        case Recover():
            return _recover(change, who)
        case ObjectTo():
            return [
                f"{who} objects to recovery {change.recovery} with the key that it has.",
                "Members may now open a vote about which key is right.",
            ]
        case Restore():
            return [f"Recovery {change.recovery} of {who} is over: the new key is the account's."]
        case _:
            assert_never(change)


def _recover(recover: Recover, who: str) -> list[str]:
    lines = [
        f"Begin recovery {recover.recovery} of {who}, which from then on can't pay.",
        f"After a wait its key will be the one that begins with {_digits(recover.key)}.",
        "Sign only if the member has asked you in person: you say that this key is theirs.",
    ]
    if recover.guardians is not None:
        lines.append(f"{len(recover.members)} guardians have signed.")
    return lines


def recovery_lines(recovery: Json, who: str) -> list[str]:
    """A recovery that runs, as loud as it has to be for whoever has not asked for it."""
    by = "guardians" if recovery["by_guardians"] else "stewards"
    lines = [
        f"RECOVERY {recovery['number']} of {who} runs, begun by {by} on {when(recovery['began'])}.",
        f"From {when(recovery['due'])} on, the account has the key {recovery['key'][:16]}…",
        "Until then it can be paid and can't pay.",
    ]
    if recovery["disputed"] is None:
        lines.append("Not asked for? Object with the key that you have: `fiado recovery object`.")
    elif recovery["confirmed"]:
        lines.append("The old key has objected, and members have voted for the new one.")
    else:
        lines.append(
            "The old key has objected: ask members or stewards to open a vote "
            "(`fiado proposal new recovery`)."
        )
    return lines


def span_words(seconds: int) -> str:
    """A wait as people say it: in days where it has some, else in hours, minutes or seconds."""
    for length, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length and seconds % length == 0:
            count = seconds // length
            return f"{count} {name}" + ("s" if count > 1 else "")
    return f"{seconds} seconds"


def _digits(key: bytes) -> str:
    return key.hex()[:16]
