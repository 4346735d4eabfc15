"""What the books say of an account's key, in words."""

from cli.shell.forms import when
from cli.shell.language import say
from cli.shell.recovery_words import recovery_lines, span_words
from cli.shell.terminal import Output
from node.member.client import Json


def print_key(found: Json, coop: str, output: Output) -> None:
    """The key of an account, its guardians, and a recovery that runs."""
    output.fields(
        {
            say("account"): say(
                "{handle}@{coop}, number {account}",
                handle=found["handle"],
                coop=coop,
                account=found["account"],
            ),
            say("key"): str(found["key"]),
            say("guardians"): _guards(found["guarded"]),
        }
    )
    if found["guarded_from"] is not None:
        output.line(
            say(
                "From {time} on, guardians: {guards}.",
                time=when(found["guarded_from"]),
                guards=_guards(found["guarded_next"]),
            )
        )
    if found["recovery"] is not None:
        for line in recovery_lines(found["recovery"], f"{found['handle']}@{coop}"):
            output.line(line)


def _guards(guarded: Json | None) -> str:
    if guarded is None:
        return say("none; the stewards can help")
    return say(
        "{needed} of them are needed, with a wait of {span}",
        needed=guarded["needed"],
        span=span_words(guarded["wait"]),
    )
