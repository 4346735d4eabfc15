"""The outermost group of commands: how each way to end becomes an exit code and a message.

People read one line and a remedy on standard error. Programs, with `--json` anywhere on the command
line, read one JSON object `{"error": {...}}` as the last line of standard output. `exit_codes` has the
codes. An error that nobody explains is a mistake in the program; its traceback goes to standard error.

Only this module exits. A command that succeeded returns nothing; one that has to say more than success
or error, such as an audit that failed, prints its result and calls `context.exit(ExitCode...)`.
"""

import json
import os
import sys
import traceback
from collections.abc import Collection, Sequence
from typing import Any

import click

from cli.shell import click_words
from cli.shell.errors import CliError, in_words
from cli.shell.exit_codes import ExitCode
from cli.shell.help_texts import in_language
from cli.shell.language import chosen, say, speaking, without_choice
from cli.shell.terminal import printable
from node.words.codes import SOURCE_LANGUAGE


class OutputUnread(Exception):
    """Whoever read the output of a command that changes nothing went away."""


class CommandGroup(click.Group):
    """A group that ends the process with an `ExitCode` and explains what went wrong."""

    def __init__(self, *arguments: Any, reading: Collection[str] = (), **options: Any) -> None:
        """Besides what click's group takes, the commands that change nothing.

        Nothing is in doubt when the output of one of these is not read to its end.
        """
        super().__init__(*arguments, **options)
        self.reading = reading
        self._typed: list[str] = []

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and exit; with `standalone_mode=False`, return or raise as click does."""
        arguments = list(sys.argv[1:] if args is None else args)
        # What programs read is the same in every language.
        code = SOURCE_LANGUAGE if "--json" in arguments else chosen(arguments, os.environ)
        with speaking(code):
            return self._main_in_language(
                arguments,
                standalone_mode=standalone_mode,
                prog_name=prog_name,
                complete_var=complete_var,
                windows_expand_args=windows_expand_args,
                **extra,
            )

    def _main_in_language(
        self, arguments: list[str], *, standalone_mode: bool, **options: Any
    ) -> Any:
        self._typed = without_choice(arguments)
        click_words.speak()
        program = in_language(self)

        def run() -> Any:
            return super(CommandGroup, program).main(
                args=arguments, standalone_mode=False, **options
            )

        if not standalone_mode:
            return run()
        try:
            result = run()
        except click.exceptions.NoArgsIsHelpError as error:
            # Somebody typed a group's name alone: its help is the answer, not an error with a remedy.
            click.echo(error.format_message(), err=True)
            sys.exit(int(ExitCode.USAGE))
        except OutputUnread:
            # Such as `fiado history | head`: nobody reads on, so there is nobody to tell.
            sys.exit(int(ExitCode.INPUT_OUTPUT))
        except (Exception, KeyboardInterrupt) as error:
            problem = error_from(error)
            if problem.code is ExitCode.INTERNAL:
                _print_traceback()
            report(problem, is_json="--json" in arguments)
            sys.exit(int(problem.code))
        # Click returns the code of `context.exit`, and otherwise what the command returned.
        sys.exit(result if isinstance(result, int) else int(ExitCode.OK))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, with its help in the language that is spoken."""
        found = super().get_command(ctx, cmd_name)
        return None if found is None else in_language(found)

    def only_reads(self) -> bool:
        """Whether the command that was typed changes nothing."""
        return any(" ".join(self._typed[:words]) in self.reading for words in (1, 2, 3))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. A reader that went away must not look like a refusal of the payment."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _discard_stdout()
            if self.only_reads():
                raise OutputUnread from None
            raise _output_lost() from None
        return result


def error_from(error: BaseException) -> CliError:
    """The `CliError` for whatever a command ended with; INTERNAL for what nobody explains."""
    if isinstance(error, click.ClickException):
        return _usage_error(error)
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return CliError(
            ExitCode.INTERRUPTED,
            "interrupted",
            say("Interrupted."),
            say(
                "What was asked may have been done: a payment that was under way is finished by the "
                "same command when it runs again."
            ),
        )
    explained = in_words(error) if isinstance(error, Exception) else None
    if explained is not None:
        return explained
    return CliError(
        ExitCode.INTERNAL,
        "internal",
        say("This program made a mistake ({name}).", name=type(error).__name__),
        say("Please report it, with the lines above."),
    )


def report(problem: CliError, *, is_json: bool) -> None:
    """Print an error for people to standard error, or for programs to standard output."""
    if is_json:
        print(json.dumps(problem.as_json()), flush=True)
        return
    _print_lines(say("Error: {message}", message=problem.message))
    _print_lines(problem.remedy)


def _print_traceback() -> None:
    """Show where the mistake is; its message may hold text from elsewhere."""
    _print_lines(traceback.format_exc())


def _print_lines(text: str) -> None:
    for line in text.split("\n"):
        print(printable(line), file=sys.stderr)


def _usage_error(error: click.ClickException) -> CliError:
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context is not None else "fiado"
    if isinstance(error, click.NoSuchOption) and error.option_name[1:2].isdecimal():
        return CliError(
            ExitCode.USAGE,
            "amount_negative",
            say("A number with a minus sign stands where an amount should."),
            say("Amounts and limits are never below zero: give the number without a sign."),
        )
    return CliError(
        ExitCode.USAGE,
        "usage",
        error.format_message(),
        say("`{command} --help` explains what to write.", command=command),
    )


def _output_lost() -> CliError:
    return CliError(
        ExitCode.INPUT_OUTPUT,
        "output_lost",
        say("The program that should read the output went away."),
        say(
            "What was asked may have been done: look, such as with `fiado history`, before you "
            "run it again."
        ),
    )


def _discard_stdout() -> None:
    """Let what is still buffered go nowhere, or Python complains once more when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
