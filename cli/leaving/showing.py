"""What becomes of all there is, when an account closes."""

from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.leaving_words import debt_lines
from node.member.client import Json


def what_happens(ending: Json, *, to: str | None, coop: str) -> list[str]:
    """What leaving does, a sentence each, as the node tells it."""
    balance = int(ending["balance"])
    lines = [
        say(
            "{handle}@{coop} leaves, and the account closes for ever.",
            handle=ending["handle"],
            coop=coop,
        )
    ]
    if balance > 0:
        payee = (
            say("the commons of {coop}", coop=coop) if to is None else f"{to.split('@')[0]}@{coop}"
        )
        lines.append(
            say(
                "What it has goes to {payee}: {amount} as of now.",
                payee=payee,
                amount=in_units(balance),
            )
        )
    elif balance < 0:
        lines += [
            *debt_lines(ending["debt"], coop),
            say(
                "Your stewards have to sign this too. It settles up to {amount}: if you owe more by "
                "then, sign again.",
                amount=in_units(-balance),
            ),
        ]
    else:
        lines.append(say("It has nothing and owes nothing."))
    lines.append(say("What is on its way to it goes back to whoever paid."))
    return lines
