"""What the errors of the index commands say to people. Importing it registers the words."""

from cli.index.compute import ChangeMissing
from cli.index.series import SeriesError
from cli.index.survey_basket import SurveyExists, SurveyFileError, UnknownItem, WeekNotOver
from cli.index.unit_files import PublishedFileError
from cli.index.units import NothingToCheck
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.retelling import retold
from ledger.index.definition_fields import FIELDS
from ledger.index.definitions import DefinitionError
from ledger.index.statistics import TooLittleSeen


@explain.register
def _(error: SeriesError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "series_unreadable",
        say("{name} is not a price series: {problem}.", name=error.name, problem=error.problem),
        say(
            "The file is CSV with the columns month and change_tenths, such as `2023-12,255` for "
            "25.5 %."
        ),
        {"file": error.name},
    )


@explain.register
def _(error: ChangeMissing) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "change_missing",
        say(
            "The file has no change for {month}, which {first_day} and the days after it need.",
            month=error.month,
            first_day=error.first_day,
        ),
        say("Add the month to the file, or choose an earlier last day."),
        {"month": error.month, "first_day": error.first_day},
    )


@explain.register
def _(error: SurveyFileError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_file_wrong",
        f"{error.path}: {error.problem}.",
        say("Correct the file with any editor; `fiado index survey --help` says what it holds."),
        {"file": str(error.path)},
    )


@explain.register
def _(error: SurveyExists) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_exists",
        say("{path} is there already.", path=error.path),
        say(
            "What is there is never written over: a closed week stays as it was published. Choose "
            "another folder or week, or move the file away if nothing was published."
        ),
        {"file": str(error.path)},
    )


@explain.register
def _(error: WeekNotOver) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_week_not_over",
        say(
            "The week that ends on {day} is not over: it is closed on that Sunday.",
            day=error.closes,
        ),
        say("Go on with `fiado index survey price`, or name a week that is over with --day."),
        {"day": error.closes},
    )


@explain.register
def _(error: UnknownItem) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_item_unknown",
        say("{item} is not in the basket.", item=repr(error.item)),
        say(
            "The basket has: {names}. Write the name as it stands there, in quotes.",
            names="; ".join(error.known),
        ),
        {"item": error.item},
    )


@explain.register
def _(error: TooLittleSeen) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "survey_too_little_seen",
        say(
            "Only {weight_seen} of {weight_total} by weight has a price in this week and, in the "
            "same shop, in the week that it is compared with.",
            weight_seen=error.weight_seen,
            weight_total=error.weight_total,
        ),
        say(
            "Half of the weight is needed. Enter more prices, or those of the base week, and "
            "close again."
        ),
        {"weight_seen": error.weight_seen, "weight_total": error.weight_total},
    )


@explain.register
def _(error: DefinitionError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "unit_impossible",
        say("That is no unit: {error}.", error=retold(str(error))),
        say(
            "A definition has {names}: PROTOCOL section 9.9 says what each may be.",
            names=", ".join(FIELDS),
        ),
        {"field": error.field},
    )


@explain.register
def _(error: PublishedFileError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "values_unreadable",
        say("{name} has no published values: {problem}.", name=error.name, problem=error.problem),
        say("The file is CSV with the columns date and value, such as `2021-01-20,29092.80`."),
        {"file": error.name},
    )


@explain.register
def _(error: NothingToCheck) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "nothing_to_check",
        say("{folder} has no CSV file whose name begins with that of a unit.", folder=error.folder),
        say("`fiado index units` lists the names; a file is called uf_2021.csv, for example."),
        {"folder": error.folder},
    )
