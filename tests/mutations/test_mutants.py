"""The seeded bugs fit the tree as it is, and the runner tells a test that finds from one that doesn't."""

import os
from pathlib import Path

import pytest

from tests.mutations.__main__ import drawn
from tests.mutations.mutant import TREE, Mutant, MutantBroken, load_mutants
from tests.mutations.running import RunnerBroken, Verdict, run_mutants, touch_sources

MUTANTS = load_mutants()


def test_there_are_enough() -> None:
    assert len(MUTANTS) >= 60


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_fits_its_file_and_names_tests_that_are_there(mutant: Mutant) -> None:
    text = (TREE / mutant.file).read_text("utf-8")
    assert text.count(mutant.find) == 1
    assert mutant.find != mutant.replace
    assert mutant.tests
    for test in mutant.tests:
        path, _, names = test.partition("::")
        assert (TREE / path).exists(), test
        for name in filter(None, names.partition("[")[0].split("::")):
            assert name in (TREE / path).read_text("utf-8"), test


def test_a_commit_draws_some_of_them_and_another_commit_others() -> None:
    one = drawn(MUTANTS, 100, lot="a")
    assert len(set(one)) == 100
    assert one == drawn(MUTANTS, 100, lot="a") == sorted(one, key=MUTANTS.index)
    assert one != drawn(MUTANTS, 100, lot="b")
    assert drawn(MUTANTS, 10**6, lot="a") == MUTANTS


def _tree(folder: Path, test: str) -> Path:
    (folder / "tests").mkdir(parents=True)
    (folder / "ledger").mkdir()
    (folder / "sum.py").write_text("def total(a, b):\n    return a + b\n")
    (folder / "tests" / "test_sum.py").write_text(test)
    return folder


SUM = Mutant(
    name="a sum is a difference",
    file="sum.py",
    find="a + b",
    replace="a - b",
    tests=("tests/test_sum.py",),
)


def _run(tree: Path, *mutants: Mutant) -> list[Verdict]:
    import subprocess

    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    return run_mutants(mutants, jobs=1, tell=lambda verdict: None, tree=tree)


def test_a_test_that_looks_finds_the_mutant(tmp_path: Path) -> None:
    test = "from sum import total\ndef test_it(): assert total(2, 3) == 5\n"
    [verdict] = _run(_tree(tmp_path, test), SUM)
    assert verdict.is_found


def test_a_test_that_does_not_look_lets_it_survive(tmp_path: Path) -> None:
    test = "from sum import total\ndef test_it(): assert total(2, 0) == 2\n"
    [verdict] = _run(_tree(tmp_path, test), SUM)
    assert not verdict.is_found


def test_a_copy_is_built_from_its_own_sources(tmp_path: Path) -> None:
    """Though another copy, which the compiler does not tell from it, was built in between."""
    source = tmp_path / "ledger" / "native" / "core" / "src" / "lib.rs"
    source.parent.mkdir(parents=True)
    source.touch()
    os.utime(source, (1, 1))
    built = tmp_path / "built elsewhere"
    built.touch()
    touch_sources(tmp_path)
    assert source.stat().st_mtime >= built.stat().st_mtime


def test_tests_that_fail_anyway_prove_nothing(tmp_path: Path) -> None:
    with pytest.raises(RunnerBroken, match="without any mutant"):
        _run(_tree(tmp_path, "def test_it(): assert False\n"), SUM)


def test_a_mutant_whose_text_is_gone_is_an_error(tmp_path: Path) -> None:
    gone = Mutant(name="gone", file="sum.py", find="a * b", replace="a", tests=SUM.tests)
    with pytest.raises(MutantBroken, match="0 times"):
        _run(_tree(tmp_path, "def test_it(): pass\n"), gone)
