"""What a mutant is, and the lists of them in `mutants/`, one TOML file for each part of the product.

[[mutant]]
name = "a payment may leave nothing of the limit unchecked"
file = "ledger/rules/payments.py"
find = "text that stands exactly once in the file"
replace = "what a tired person could have written"
tests = ["tests/ledger/rules/test_payments.py"]
slow = true    # may be left out: needs a build, a browser or processes; not in the fast run
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LISTS = Path(__file__).parent / "mutants"
TREE = Path(__file__).parents[2]


class MutantBroken(Exception):
    """A mutant that can't be put into the tree: its text is gone, or stands there twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One seeded bug. `file` and `tests` are relative to the top of the tree."""

    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]
    slow: bool = False

    def apply(self, tree: Path) -> str:
        """Put it into `tree`; returns the file's text as it was. Raises `MutantBroken`."""
        place = tree / self.file
        text = place.read_text("utf-8")
        count = text.count(self.find)
        if count != 1:
            raise MutantBroken(f"{self.name}: its text stands {count} times in {self.file}")
        if self.find == self.replace:
            raise MutantBroken(f"{self.name}: it changes nothing")
        place.write_text(text.replace(self.find, self.replace), "utf-8")
        return text

    def restore(self, tree: Path, text: str) -> None:
        """Take it out again."""
        (tree / self.file).write_text(text, "utf-8")

    @property
    def is_native(self) -> bool:
        """Whether the native validator has to be built again for it."""
        return self.file.startswith("ledger/native/")


def load_mutants(folder: Path = LISTS) -> list[Mutant]:
    """All of them, in the order of their files. Raises `ValueError` for a list that can't be read."""
    mutants = [mutant for path in sorted(folder.glob("*.toml")) for mutant in _read(path)]
    names = [mutant.name for mutant in mutants]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"mutants with one name: {', '.join(twice)}")
    return mutants


def _read(path: Path) -> Iterator[Mutant]:
    with path.open("rb") as file:
        rows = tomllib.load(file)["mutant"]
    for row in rows:
        try:
            yield Mutant(**{**row, "tests": tuple(row["tests"])})
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name}: {row.get('name', row)}: {error}") from error
