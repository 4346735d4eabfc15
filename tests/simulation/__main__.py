"""`python -m tests.simulation --seeds N`: many seeds, or one again with its trace."""

import argparse
import sys
import time
from collections import Counter

from tests.simulation.plan import Mischief, draw_plan
from tests.simulation.simulation import Simulation

PROGRESS_EVERY = 10


def main() -> int:
    """Run what the command line asks for; 1 when a seed failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds to run")
    parser.add_argument("--start", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="run only this seed")
    parser.add_argument("--trace", action="store_true", help="print what happens")
    options = parser.parse_args()
    if options.seed is not None:
        return _report([options.seed] if not _run(options.seed, trace=options.trace) else [], 1)
    failed = []
    began = time.monotonic()
    kinds: Counter[Mischief] = Counter()
    for place in range(options.seeds):
        seed = options.start + place
        kinds[draw_plan(seed).mischief] += 1
        if not _run(seed, trace=options.trace):
            failed.append(seed)
        if (place + 1) % PROGRESS_EVERY == 0:
            print(
                f"{place + 1}/{options.seeds} seeds, {time.monotonic() - began:.0f} s", flush=True
            )
    print(", ".join(f"{count} x {kind.value}" for kind, count in sorted(kinds.items())))
    return _report(failed, options.seeds)


def _run(seed: int, *, trace: bool) -> bool:
    try:
        Simulation(draw_plan(seed), trace=print if trace else None).run()
    except Exception as error:  # whatever goes wrong belongs to this seed
        print(f"seed {seed} failed: {type(error).__name__}: {error}")
        print(f"  replay it: python -m tests.simulation --seed {seed} --trace", flush=True)
        return False
    return True


def _report(failed: list[int], seeds: int) -> int:
    if failed:
        print(f"failed: {' '.join(map(str, failed))}")
    print(f"{seeds} seeds, {len(failed)} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
