"""`python -m tests.model`: explore the model of agreement, and say where it held and where it broke."""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.model.checks import CHECKS, Answer, Check
from tests.model.spin import Outcome, SpinBroken, explore
from tests.needs import missing_spin


def main() -> int:
    """The exit code: 0 when every check ended as it has to."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (default 2)")
    options = parser.parse_args()
    missing = missing_spin()
    if missing is not None:
        print(missing, file=sys.stderr)
        return 1
    print(f"{'states':>10}  {'ends with':<16} what")
    try:
        with ThreadPoolExecutor(options.jobs) as pool:
            outcomes = []
            for check, outcome in zip(CHECKS, pool.map(explore, CHECKS), strict=True):
                outcomes.append((check, outcome))
                tell(check, outcome)
    except SpinBroken as error:
        print(error, file=sys.stderr)
        return 1
    return conclude(outcomes)


def tell(check: Check, outcome: Outcome) -> None:
    """Print one line for a check, with a mark where it did not end as it has to."""
    mark = (
        "" if outcome.answer is check.answer else f"  WRONG, has to end with {word(check.answer)}"
    )
    print(f"{outcome.states:>10}  {word(outcome.answer):<16} {check.name}{mark}")
    sys.stdout.flush()


def word(answer: Answer) -> str:
    """The answer as it is printed."""
    return "errors: 0" if answer is Answer.HOLDS else answer.name.lower().replace("_", " ")


def conclude(outcomes: list[tuple[Check, Outcome]]) -> int:
    """Print the last line; the exit code."""
    rules = [(check, outcome) for check, outcome in outcomes if check.answer is Answer.HOLDS]
    states = sum(outcome.states for _, outcome in rules)
    errors = sum(outcome.answer is not Answer.HOLDS for _, outcome in rules)
    others = len(outcomes) - len(rules)
    found = sum(
        outcome.answer is check.answer
        for check, outcome in outcomes
        if check.answer is not Answer.HOLDS
    )
    print(f"the rules: {states:,} states explored, errors: {errors}")
    print(f"a rule or an honest coop too few: {found} of {others} found")
    return 0 if errors == 0 and found == others else 1


if __name__ == "__main__":
    sys.exit(main())
