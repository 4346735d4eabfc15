"""Writes the pages of the documentation that follow from the code: `make docs`.

Generated are the reference of all commands, from the definitions of the command line itself, and
the index of the decisions, from the pages in `docs/decisions/`. `tests/test_docs.py` fails while a
page in the repository differs from what this module would write, so none can be wrong for long.

It does not check the pages that people write.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import click

from cli.main import main as fiado
from cli.shell.exit_codes import ExitCode

ROOT = Path(__file__).parents[1]
DECISIONS = Path("docs/decisions")
GENERATED = "<!-- written by `make docs`; change what it is made from instead -->"


def command_reference(root: Path, *, program: click.Group = fiado) -> str:
    """The page that lists every command with its arguments and options."""
    sections = [_command_section(path, command) for path, command in _walk("fiado", program)]
    opening = (
        "# Commands\n\nEvery command also explains itself with `--help`: in Spanish with `fiado --lang es "
        "COMMAND --help`, in\nPortuguese with `--lang pt`, or in the language that `LANG` names. This page "
        "is in English only."
    )
    return "\n\n".join([GENERATED, opening, *sections, _exit_codes()]) + "\n"


def _exit_codes() -> str:
    """The section on how commands end, for scripts."""
    rows = [f"| {code.value} | {code.meaning} |" for code in ExitCode]
    return "\n".join(
        [
            "## How commands end",
            "",
            "With `--json`, the last line of standard output is one JSON object: the result, or",
            '`{"error": {"name": …, "exit_code": …, "message": …, "remedy": …}}`. Names and numbers keep',
            "their meaning. Amounts are integers in minor units, 1/100 of a unit.",
            "",
            "| exit code | meaning |",
            "|---|---|",
            *rows,
        ]
    )


def decision_index(root: Path) -> str:
    """The page that lists all decisions by number, with their status.

    Raises ValueError if a page has no title or no status, and if two have one number.
    """
    pages = sorted((root / DECISIONS).glob("[0-9]*.md"))
    for before, page in pairwise(pages):
        if before.name[:4] == page.name[:4]:
            raise ValueError(f"{before.name} and {page.name} have the same number")
    lines = [
        GENERATED,
        "",
        "# Decisions",
        "",
        "A decision that someone could reasonably want to undo has a page here, so that the same",
        "discussion is not held again without something new. A new page starts as a copy of",
        "[template.md](template.md), under the next number; a page that no longer holds stays, and",
        "names the one that replaced it.",
        "",
        "| decision | status |",
        "|---|---|",
    ]
    for page in pages:
        title, status = _title_and_status(page)
        lines.append(f"| [{title}]({page.name}) | {status} |")
    return "\n".join(lines) + "\n"


PAGES: Mapping[Path, Callable[[Path], str]] = {
    Path("docs/COMMANDS.md"): command_reference,
    DECISIONS / "README.md": decision_index,
}
"""Page, from the root of the repository -> the function that gives its text."""


def stale_pages(root: Path) -> list[Path]:
    """The generated pages that are missing or differ from what would be written now."""
    return [
        page
        for page, text_of in PAGES.items()
        if not (root / page).exists() or (root / page).read_text(encoding="utf-8") != text_of(root)
    ]


def _walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, with what to type for each, hidden ones left out."""
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            if not inner.hidden:
                yield from _walk(f"{path} {name}", inner)


def _command_section(path: str, command: click.Command) -> str:
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    options = [
        parameter
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
    ]
    typed = [path, *(_argument_name(argument) for argument in arguments)]
    if isinstance(command, click.Group):
        typed.append("COMMAND")
    parts = [f"## `{' '.join(typed)}`", _help_text(command)]
    if options:
        rows = [f"| `{_option_name(option)}` | {_option_help(option)} |" for option in options]
        parts.append("\n".join(["| option | meaning |", "|---|---|", *rows]))
    return "\n\n".join(part for part in parts if part)


def _help_text(command: click.Command) -> str:
    """The help without click's marks: \\f ends it, \\b keeps the lines of a paragraph apart."""
    text = inspect.cleandoc(command.help or "").partition("\f")[0]
    paragraphs = []
    for paragraph in text.split("\n\n"):
        first, _, rest = paragraph.partition("\n")
        if first.strip() == "\b":
            rest = "\n".join(f"    {line}" for line in rest.splitlines())
        paragraphs.append(rest if first.strip() == "\b" else paragraph)
    return "\n\n".join(paragraphs).rstrip()


def _argument_name(argument: click.Argument) -> str:
    name = (argument.name or "").upper() + ("…" if argument.nargs != 1 else "")
    return name if argument.required else f"[{name}]"


def _option_name(option: click.Option) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    if option.is_flag or option.count:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {' or '.join(str(choice) for choice in option.type.choices)}"
    return f"{names} {option.metavar or option.type.name.upper()}"


def _option_help(option: click.Option) -> str:
    text = " ".join((option.help or "").split()).replace("|", "\\|")
    return f"{text} (required)".strip() if option.required else text


def _title_and_status(page: Path) -> tuple[str, str]:
    lines = page.read_text(encoding="utf-8").splitlines()
    title = next((line[2:] for line in lines if line.startswith("# ")), None)
    status = next((line[8:] for line in lines if line.startswith("Status: ")), None)
    if title is None or status is None:
        raise ValueError(f"{page} needs a line '# title' and a line 'Status: …'")
    return title, status


def main() -> None:
    """Write every generated page that is not up to date, and say which."""
    stale = stale_pages(ROOT)
    for page in stale:
        (ROOT / page).write_text(PAGES[page](ROOT), encoding="utf-8")
        print(f"written: {page}")
    if not stale:
        print("every generated page is up to date")


if __name__ == "__main__":
    main()
