"""`python -m tests.mutations`: run the seeded bugs and say which the tests did not find."""

import argparse
import sys
import threading

from tests.mutations.mutant import load_mutants
from tests.mutations.running import RunnerBroken, Verdict, run_mutants


def main() -> int:
    """The exit code: 0 when every mutant was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--fast", action="store_true", help="leave out those marked slow")
    which.add_argument("--slow", action="store_true", help="only those marked slow")
    parser.add_argument("--only", metavar="TEXT", help="only those with TEXT in name or file")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (default 2)")
    options = parser.parse_args()
    mutants = [
        mutant
        for mutant in load_mutants()
        if not (options.fast and mutant.slow)
        and not (options.slow and not mutant.slow)
        and (options.only is None or options.only in f"{mutant.name} {mutant.file}")
    ]
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


if __name__ == "__main__":
    sys.exit(main())
