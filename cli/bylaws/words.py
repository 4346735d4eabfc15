"""The words for what can be wrong with bylaws. Only words: see `cli.shell.errors`."""

from cli.bylaws.bylaws_file import ArticleImpossible, ArticlesContradict, FileUnreadable
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from node.bylaws.values import ValueUnreadable


@explain.register
def _(error: FileUnreadable) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "bylaws_unreadable",
        f"{error.path} can't be read as bylaws: {error.problem}.",
        "`fiado bylaws draft FILE` writes one with all articles, to begin from.",
    )


@explain.register
def _(error: ValueUnreadable) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "value_unreadable",
        f"{error.article} = {error.text!r} is no value of that article.",
        f"Write it like {error.example}.",
    )


@explain.register
def _(error: ArticleImpossible) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "article_out_of_range",
        f"{error.name} is from {error.lowest} to {error.highest}.",
        "Choose a value within these.",
    )


@explain.register
def _(error: ArticlesContradict) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "articles_contradict",
        f"{error.one} and {error.other} can't both hold.",
        "A special majority is at least half and at most all of the votes; a small limit takes no more "
        "stewards than a large one.",
    )
