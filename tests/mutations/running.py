"""Runs mutants: each in a copy of the tree, several copies at once.

A mutant is *found* when its tests fail, or can't be collected because the mutant broke the import; it
*survived* when they pass. A copy that can't run the tests unharmed proves nothing, so the tests of all
mutants are run once without any first. That run also leaves its compiled modules behind for the others, which
write none; the mutated file's own goes away, since Python tells texts apart by size and second only.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from node.web import library
from tests.mutations.mutant import TREE, Mutant

TIMEOUT_SECONDS = 600
_BUILDING = threading.Lock()
"""Copies are built in one folder of the compiler's, so one after the other."""
_PASSED, _FAILED, _INTERRUPTED = 0, 1, 2


class RunnerBroken(Exception):
    """The tests can't tell anything here: they fail, or none runs, without any mutant."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the tests found the mutant, and the end of what they printed."""

    mutant: Mutant
    is_found: bool
    output: str


def run_mutants(
    mutants: Sequence[Mutant], *, jobs: int, tell: Callable[[Verdict], None], tree: Path = TREE
) -> list[Verdict]:
    """The verdict on each, in their order; `tell` hears of each as it comes. Raises `RunnerBroken`."""
    copies: SimpleQueue[Path] = SimpleQueue()
    with TemporaryDirectory(prefix="fiado-mutants-") as folder, ThreadPoolExecutor(jobs) as pool:
        first = Path(folder) / "0"
        copy_tree(tree, first)
        _check_unharmed(mutants, first, jobs=jobs)
        copies.put(first)
        for number in range(1, jobs):
            copies.put(shutil.copytree(first, Path(folder) / str(number)))

        def judge(mutant: Mutant) -> Verdict:
            copy = copies.get()
            try:
                verdict = _judge(mutant, copy)
            finally:
                copies.put(copy)
            tell(verdict)
            return verdict

        return list(pool.map(judge, mutants))


def copy_tree(tree: Path, copy: Path) -> None:
    """Copy what git knows of, the native validator that was built, and what npm fetched for the pages."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=tree,
        check=True,
        capture_output=True,
    )
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        if (tree / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / name, copy / name)
    for built in (tree / "ledger").glob("_native*.so"):
        shutil.copy2(built, copy / "ledger" / built.name)
    fetched = library.FOLDER.relative_to(TREE)
    if (tree / fetched).is_dir():
        shutil.copytree(tree / fetched, copy / fetched)


def _check_unharmed(mutants: Sequence[Mutant], copy: Path, *, jobs: int) -> None:
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    if not tests:
        return
    at_once = ["-p", "xdist.plugin", "-n", str(jobs), "--dist", "loadfile"]
    code, output = _pytest([*at_once, *tests], copy, keep_compiled=True)
    if code != _PASSED:
        raise RunnerBroken(f"without any mutant the tests end with {code}:\n{output}")


def _judge(mutant: Mutant, copy: Path) -> Verdict:
    with _mutated(mutant, copy):
        if mutant.is_native:
            with _BUILDING:
                touch_sources(copy)
                built = _build(copy)
            if built is not None:
                raise RunnerBroken(f"{mutant.name}: it can't be built:\n{built}")
        code, output = _pytest(mutant.tests, copy)
    if code not in (_PASSED, _FAILED, _INTERRUPTED):
        raise RunnerBroken(f"{mutant.name}: the tests end with {code}:\n{output}")
    return Verdict(mutant, code != _PASSED, output)


@contextmanager
def _mutated(mutant: Mutant, copy: Path) -> Iterator[None]:
    text = mutant.apply(copy)
    place = copy / mutant.file
    for compiled in (place.parent / "__pycache__").glob(f"{place.stem}.*"):
        compiled.unlink()
    try:
        yield
    finally:
        mutant.restore(copy, text)
        if mutant.is_native:
            for built in (TREE / "ledger").glob("_native*.so"):
                shutil.copy2(built, copy / "ledger" / built.name)


def touch_sources(copy: Path) -> None:
    """Let the compiler take nothing that it made of another copy for this one's: it goes by times only."""
    for source in (copy / "ledger" / "native").rglob("*.rs"):
        source.touch()


def _pytest(tests: Sequence[str], copy: Path, *, keep_compiled: bool = False) -> tuple[int, str]:
    """How the tests end, and the last of what they print. A run that hangs has failed.

    Plugins that happen to be installed are left out: loading them takes longer than most of the tests.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "" if keep_compiled else "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=copy,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return _FAILED, f"not done after {TIMEOUT_SECONDS} s"
    return done.returncode, done.stdout[-2_000:]


def _build(copy: Path) -> str | None:
    """Build the copy's native validator; what the compiler said when it could not."""
    done = subprocess.run(
        [sys.executable, "setup.py", "--quiet", "build_rust", "--inplace"],
        cwd=copy,
        env={
            **os.environ,
            "FIADO_REQUIRE_NATIVE": "1",
            # What was built for the tree itself need not be built again for each copy.
            "CARGO_TARGET_DIR": str(TREE / "ledger" / "native" / "target" / "mutants"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    return None if done.returncode == 0 else done.stdout[-2_000:]
