"""What the errors of the index commands say to people. Importing it registers the words."""

from cli.errors import CliError, explain
from cli.exit_codes import ExitCode

from .compute import ChangeMissing
from .series import SeriesError


@explain.register
def _(error: SeriesError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "series_unreadable",
        f"{error.name} is not a price series: {error.problem}.",
        "The file is CSV with the columns month and change_tenths, such as `2023-12,255` for 25.5 %.",
        {"file": error.name},
    )


@explain.register
def _(error: ChangeMissing) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "change_missing",
        f"The file has no change for {error.month}, which {error.first_day} and the days after it need.",
        "Add the month to the file, or choose an earlier last day.",
        {"month": error.month, "first_day": error.first_day},
    )
