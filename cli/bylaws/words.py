"""The words for what can be wrong with bylaws. Only words: see `cli.shell.errors`."""

from cli.bylaws.bylaws_file import ArticleImpossible, ArticlesContradict, FileUnreadable
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from node.bylaws.values import ValueUnreadable


@explain.register
def _(error: FileUnreadable) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "bylaws_unreadable",
        say("{path} can't be read as bylaws: {problem}.", path=error.path, problem=error.problem),
        say("`fiado bylaws draft FILE` writes one with all articles, to begin from."),
    )


@explain.register
def _(error: ValueUnreadable) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "value_unreadable",
        say(
            "{article} = {text} is no value of that article.",
            article=error.article,
            text=repr(error.text),
        ),
        say("Write it like {example}.", example=error.example),
    )


@explain.register
def _(error: ArticleImpossible) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "article_out_of_range",
        say(
            "{name} is from {lowest} to {highest}.",
            name=error.name,
            lowest=error.lowest,
            highest=error.highest,
        ),
        say("Choose a value within these."),
    )


@explain.register
def _(error: ArticlesContradict) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "articles_contradict",
        say("{one} and {other} can't both hold.", one=error.one, other=error.other),
        say(
            "A special majority is at least half and at most all of the votes; a small limit "
            "takes no more stewards than a large one."
        ),
    )
