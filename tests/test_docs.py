"""The generated pages are up to date, and what writes them is right."""

from pathlib import Path

import click
import pytest

from docs import generate


def test_every_generated_page_is_up_to_date() -> None:
    stale = [str(page) for page in generate.stale_pages(generate.ROOT)]
    assert not stale, f"run `make docs` and commit: {', '.join(stale)}"


def test_a_missing_and_a_changed_page_are_stale(tmp_path: Path) -> None:
    (tmp_path / generate.DECISIONS).mkdir(parents=True)
    assert generate.stale_pages(tmp_path) == list(generate.PAGES)
    for page, text_of in generate.PAGES.items():
        (tmp_path / page).write_text(text_of(tmp_path), encoding="utf-8")
    assert generate.stale_pages(tmp_path) == []
    commands = tmp_path / "docs/COMMANDS.md"
    commands.write_text(commands.read_text(encoding="utf-8") + "\nmore", encoding="utf-8")
    assert generate.stale_pages(tmp_path) == [Path("docs/COMMANDS.md")]


@pytest.fixture
def market() -> click.Group:
    @click.group()
    def market() -> None:
        """Everything about the market."""

    @market.command()
    @click.argument("stall")
    @click.argument("goods", nargs=-1)
    @click.option("--price", metavar="AMOUNT", required=True, help="What it costs, in units.")
    @click.option("--size", type=click.Choice(["small", "large"]), help="How big | small it is.")
    @click.option("--gift", is_flag=True, help="Nothing to pay.")
    @click.option("--secret", hidden=True)
    def sell(**_: object) -> None:
        """Sell something.

        \b
        one line
        another line
        \f
        Not for readers.
        """

    @market.command(hidden=True)
    def haggle() -> None:
        """Not to be shown."""

    return market


def test_the_reference_shows_every_command_with_its_options(market: click.Group) -> None:
    reference = generate.command_reference(Path(), program=market)
    commands, exit_codes = reference.split("\n\n", 3)[3].split("\n## How commands end\n")
    assert "| 3 | the outcome is unknown; the same command is safe to run again |" in exit_codes
    assert commands == (
        "## `fiado COMMAND`\n\n"
        "Everything about the market.\n\n"
        "## `fiado sell STALL [GOODS…]`\n\n"
        "Sell something.\n\n"
        "    one line\n"
        "    another line\n\n"
        "| option | meaning |\n"
        "|---|---|\n"
        "| `--price AMOUNT` | What it costs, in units. (required) |\n"
        "| `--size small or large` | How big \\| small it is. |\n"
        "| `--gift` | Nothing to pay. |\n"
    )


def test_the_index_lists_decisions_by_number_with_their_status(tmp_path: Path) -> None:
    folder = tmp_path / generate.DECISIONS
    folder.mkdir(parents=True)
    (folder / "0002-later.md").write_text("# 0002. Later\n\nStatus: proposed\n", encoding="utf-8")
    (folder / "0001-first.md").write_text("# 0001. First\n\nStatus: accepted\n", encoding="utf-8")
    (folder / "template.md").write_text("# NNNN. Title\n\nStatus: proposed\n", encoding="utf-8")
    assert generate.decision_index(tmp_path).splitlines()[-2:] == [
        "| [0001. First](0001-first.md) | accepted |",
        "| [0002. Later](0002-later.md) | proposed |",
    ]


def test_two_decisions_with_one_number_are_an_error(tmp_path: Path) -> None:
    folder = tmp_path / generate.DECISIONS
    folder.mkdir(parents=True)
    for name in ("first", "other"):
        page = f"# 0001. {name}\n\nStatus: accepted\n"
        (folder / f"0001-{name}.md").write_text(page, encoding="utf-8")
    with pytest.raises(ValueError, match="the same number"):
        generate.decision_index(tmp_path)


def test_a_decision_without_status_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / generate.DECISIONS
    folder.mkdir(parents=True)
    (folder / "0001-first.md").write_text("# 0001. First\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"0001-first\.md needs"):
        generate.decision_index(tmp_path)
