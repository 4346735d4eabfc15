"""`python -m tests.simulation --seeds N`: many seeds, or one again with its trace.

The reference validator is used unless `FIADO_VALIDATOR=native` asks for the other.
"""

import argparse
import os
import sys
import time
import traceback
from collections import Counter

from tests.simulation.plan import draw_plan
from tests.simulation.simulation import Simulation
from tests.simulation.tally import Run, Tally

PROGRESS_EVERY = 10
CAUSED = (
    "restarts",
    "broken links",
    "evidence",
    "versions",
    "branches",
    "loss",
    "repeated answers",
    "ms to heal",
)


def main() -> int:
    """Run what the command line asks for; 1 when a seed failed, or a kind of entry never came up."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds to run")
    parser.add_argument("--start", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="run only this seed")
    parser.add_argument("--trace", action="store_true", help="print what happens")
    options = parser.parse_args()
    os.environ.setdefault("FIADO_VALIDATOR", "reference")  # quicker for logs this short
    if options.seed is not None:
        seeds = range(options.seed, options.seed + 1)
    else:
        seeds = range(options.start, options.start + options.seeds)
    failed = []
    tally = Tally(CAUSED)
    began = time.monotonic()
    seen: Counter[str] = Counter()
    for place, seed in enumerate(seeds, 1):
        if not _run(seed, seen, tally, trace=options.trace):
            failed.append(seed)
        if place % PROGRESS_EVERY == 0:
            print(f"{place}/{len(seeds)} seeds, {time.monotonic() - began:.0f} s", flush=True)
    print("\n".join([*tally.lines(), "", *tally.kinds(), ""]))
    print("seen:", ", ".join(f"{count} {name}" for name, count in sorted(seen.items())))
    if failed:
        print(f"failed: {' '.join(map(str, failed))}")
    missing = tally.never_recorded()
    if missing:
        print(f"never recorded: {' '.join(missing)}")
    print(f"{len(seeds)} seeds, {len(failed) + len(missing)} failures")
    return 1 if failed or missing else 0


def _run(seed: int, seen: Counter[str], tally: Tally, *, trace: bool) -> bool:
    plan = draw_plan(seed)
    simulation = Simulation(plan, trace=print if trace else None)
    seen[f"runs with mischief {plan.mischief.value}"] += 1
    try:
        simulation.run()
    except Exception as error:  # whatever goes wrong belongs to this seed
        print(f"seed {seed} failed: {type(error).__name__}: {error}")
        print(f"  replay it: python -m tests.simulation --seed {seed} --trace", flush=True)
        if trace:
            traceback.print_exc(file=sys.stdout)
        return False
    finally:
        seen.update(simulation.watch.seen)
    tally.add(Run(injected=simulation.world.injected, caused=simulation.watch.seen))
    return True


if __name__ == "__main__":
    sys.exit(main())
