"""`python -m tests.mutations`: run the seeded bugs and say which the tests did not find."""

import argparse
import random
import subprocess
import sys
import threading
from collections.abc import Sequence

from tests.mutations.mutant import TREE, Mutant, load_mutants
from tests.mutations.running import RunnerBroken, Verdict, run_mutants


def main() -> int:
    """The exit code: 0 when every mutant was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--fast", action="store_true", help="leave out those marked slow")
    which.add_argument("--slow", action="store_true", help="only those marked slow")
    parser.add_argument("--only", metavar="TEXT", help="only those with TEXT in name or file")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (default 2)")
    parser.add_argument(
        "--draw",
        type=int,
        metavar="N",
        help="only N of them, drawn by the commit: each draws others",
    )
    options = parser.parse_args()
    mutants = [
        mutant
        for mutant in load_mutants()
        if not (options.fast and mutant.slow)
        and not (options.slow and not mutant.slow)
        and (options.only is None or options.only in f"{mutant.name} {mutant.file}")
    ]
    if options.draw is not None:
        mutants = drawn(mutants, options.draw, lot=_commit())
    if not mutants:
        print("no mutant has that in its name or file", file=sys.stderr)
        return 2
    telling = threading.Lock()
    done = 0

    def tell(verdict: Verdict) -> None:
        nonlocal done
        with telling:
            done += 1
            word = "found   " if verdict.is_found else "SURVIVED"
            print(f"{done:3}/{len(mutants)} {word} {verdict.mutant.file}: {verdict.mutant.name}")
            sys.stdout.flush()

    try:
        verdicts = run_mutants(mutants, jobs=options.jobs, tell=tell)
    except RunnerBroken as error:
        print(error, file=sys.stderr)
        return 1
    survived = [verdict.mutant for verdict in verdicts if not verdict.is_found]
    for mutant in survived:
        print(f"survived: {mutant.file}: {mutant.name} (tests: {', '.join(mutant.tests)})")
    print(f"{len(mutants)} mutants, {len(survived)} survived")
    return 1 if survived else 0


def drawn(mutants: Sequence[Mutant], count: int, *, lot: str) -> list[Mutant]:
    """`count` of them in their order, or all when there are no more: the same for the same `lot`."""
    places = random.Random(lot).sample(range(len(mutants)), min(count, len(mutants)))
    return [mutants[place] for place in sorted(places)]


def _commit() -> str:
    words = ["git", "rev-parse", "HEAD"]
    return subprocess.run(
        words, cwd=TREE, check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
