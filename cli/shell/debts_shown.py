"""What is claimed and what was settled, as a node tells it, for members and for stewards."""

from cli.shell.leaving_words import claim_lines, debt_lines, when
from cli.shell.terminal import Output
from node.member.amounts import format_amount
from node.member.client import Json


def print_debts(claims: list[Json], settled: list[Json], coop: str, output: Output) -> None:
    """Claims that stand, then debts that were settled, the newest first."""
    for each in claims:
        for line in claim_lines(each["claim"], f"{each['handle']}@{coop}"):
            output.line(line)
        for line in debt_lines(each["debt"], coop) or ["As of now nothing is owed."]:
            output.line(f"  {line}")
    for each in settled:
        paid = each["debt"]
        output.line(
            f"Settled on {when(int(each['time']))}: {format_amount(int(paid['debt']))} of "
            f"{each['handle']}@{coop}, by entry {coop}/{each['number']}."
        )
        for share in paid["shares"]:
            output.line(f"  {share['handle']}@{coop} paid {format_amount(int(share['amount']))}.")
        if paid["commons"]:
            output.line(f"  The commons paid {format_amount(int(paid['commons']))}.")
    if not claims and not settled:
        output.line("Nothing is claimed, and nothing was settled in the last two years.")
