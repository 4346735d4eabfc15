"""What the errors of the index commands say to people. Importing it registers the words."""

from cli.index.compute import ChangeMissing
from cli.index.series import SeriesError
from cli.index.survey_files import SurveyExists, SurveyFileError, UnknownItem
from cli.index.unit_files import FIELDS, PublishedFileError
from cli.index.units import NothingToCheck
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from ledger.index.definitions import DefinitionError
from ledger.index.statistics import TooLittleSeen


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


@explain.register
def _(error: SurveyFileError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_file_wrong",
        f"{error.path}: {error.problem}.",
        "Correct the file with any editor; `fiado index survey --help` says what it holds.",
        {"file": str(error.path)},
    )


@explain.register
def _(error: SurveyExists) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_exists",
        f"{error.path} is there already.",
        "What is there is never written over: a closed week stays as it was published. Choose another "
        "folder or week, or move the file away if nothing was published.",
        {"file": str(error.path)},
    )


@explain.register
def _(error: UnknownItem) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_item_unknown",
        f"{error.item!r} is not in the basket.",
        f"The basket has: {'; '.join(error.known)}. Write the name as it stands there, in quotes.",
        {"item": error.item},
    )


@explain.register
def _(error: TooLittleSeen) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_too_little_seen",
        f"Only {error.weight_seen} of {error.weight_total} by weight has a price in this week and, in "
        "the same shop, in the base week.",
        "Half of the weight is needed. Enter more prices, or those of the base week, and close again.",
        {"weight_seen": error.weight_seen, "weight_total": error.weight_total},
    )


@explain.register
def _(error: DefinitionError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "unit_impossible",
        f"That is no unit: {error}.",
        f"A definition has {', '.join(sorted(FIELDS))}: PROTOCOL section 9.9 says what each may be.",
        {"field": error.field},
    )


@explain.register
def _(error: PublishedFileError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "values_unreadable",
        f"{error.name} has no published values: {error.problem}.",
        "The file is CSV with the columns date and value, such as `2021-01-20,29092.80`.",
        {"file": error.name},
    )


@explain.register
def _(error: NothingToCheck) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "nothing_to_check",
        f"{error.folder} has no CSV file whose name begins with that of a unit.",
        "`fiado index units` lists the names; a file is called uf_2021.csv, for example.",
        {"folder": error.folder},
    )
