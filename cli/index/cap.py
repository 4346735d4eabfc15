"""The cap on a step, told before a change beyond it is signed: the rules refuse it in every log."""

from fractions import Fraction

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import marked
from cli.shell.language import say
from ledger.index.chains import factor_of_change


def check_cap(factor: Fraction, *, words: str, step_cap: int) -> None:
    """Raise `CliError` for a print that multiplies prices by more than the cap (tenths of a percent) allows.

    `words` say what was printed.
    """
    highest = factor_of_change(step_cap)
    if 1 / highest <= factor <= highest:
        return
    lowest = float(100 / highest - 100)
    raise CliError(
        ExitCode.REFUSED,
        "index_step_above_cap",
        say(
            "{change} is beyond the cap on a step: by the charter one print moves the unit by "
            "{lowest} to {highest}, and every log would refuse it.",
            change=words,
            lowest=marked(f"{lowest:.1f} %"),
            highest=marked(f"+{step_cap / 10:.1f} %"),
        ),
        say(
            "If it was printed so, raise step_cap first, from the day after the last known value on: "
            "`fiado federation propose index`. Then publish it. Payments in units go on meanwhile."
        ),
        {"step_cap": step_cap},
    )
