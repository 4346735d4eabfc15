"""`python -m benchmarks [NAME ...]`: run benchmarks, all by default.

Each prints a line for people and, with `--json`, one JSON object as its last line. A benchmark that finds
its own result wrong fails, whatever its speed.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path

from benchmarks.measuring import Options, machine

NAMES = (
    "replay",
    "hash",
    "sequence",
    "snapshot",
    "levy",
    "memory",
    "size",
    "scale",
    "batch",
    "ingest",
    "catchup",
    "latency",
    "coops",
    "growth",
    "invoices",
    "prices",
    "review",
    "cli",
    "attack",
    "pages",
)
OPTIONAL_GRAPH = Path(__file__).parents[1].parent / "shared" / "data" / "sarafu_net_debts.txt"


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--json", action="store_true", help="one JSON object for each, one a line")
    parser.add_argument("--small", action="store_true", help="small: to see that they work")
    parser.add_argument(
        "--graph",
        type=Path,
        default=OPTIONAL_GRAPH if OPTIONAL_GRAPH.exists() else None,
        help="a trade graph, `payer payee amount` a line; generated when there is none",
    )
    parser.add_argument("--payments", type=int, help="how many payments a generated load has")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in NAMES]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    options = Options(small=asked.small, graph=asked.graph, payments=asked.payments)
    for name in asked.names or NAMES:
        result = {"benchmark": name, **run(name, options), "machine": machine()}
        print(json.dumps(result) if asked.json else _for_people(result), flush=True)
    return 0


def run(name: str, options: Options) -> dict[str, object]:
    """Run one benchmark; raises `AssertionError` when its result is wrong."""
    module = importlib.import_module(f"benchmarks.{name}")
    result = module.run(options)
    if not isinstance(result, dict):
        raise TypeError(f"benchmark {name} gave no result")
    return result


def _for_people(result: dict[str, object]) -> str:
    lines = [f"{key:>28}  {value}" for key, value in result.items()]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
