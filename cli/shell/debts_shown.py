"""What is claimed and what was settled, as a node tells it, for members and for stewards."""

from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.leaving_words import claim_lines, debt_lines, when
from cli.shell.terminal import Output
from node.member.client import Json


def print_debts(claims: list[Json], settled: list[Json], coop: str, output: Output) -> None:
    """Claims that stand, then debts that were settled, the newest first."""
    for each in claims:
        for line in claim_lines(each["claim"], f"{each['handle']}@{coop}"):
            output.line(line)
        for line in debt_lines(each["debt"], coop) or [say("As of now nothing is owed.")]:
            output.line(f"  {line}")
    for each in settled:
        paid = each["debt"]
        output.line(
            say(
                "Settled on {time}: {amount} of {handle}@{coop}, by entry {coop}/{number}.",
                time=when(int(each["time"])),
                amount=in_units(int(paid["debt"])),
                handle=each["handle"],
                coop=coop,
                number=each["number"],
            )
        )
        for share in paid["shares"]:
            output.line(
                say(
                    "  {handle}@{coop} paid {amount}.",
                    handle=share["handle"],
                    coop=coop,
                    amount=in_units(int(share["amount"])),
                )
            )
        if paid["commons"]:
            output.line(say("  The commons paid {amount}.", amount=in_units(int(paid["commons"]))))
    if not claims and not settled:
        output.line(say("Nothing is claimed, and nothing was settled in the last two years."))
