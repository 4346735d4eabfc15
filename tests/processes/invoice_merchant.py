"""A merchant's program: makes invoices under its own ids, and takes down what it got.

    python -m tests.processes.invoice_merchant URL KEY COUNT FILE

It may be killed at any moment and started again: an id that is not in the file is asked for again.
"""

import json
import os
import sys
from pathlib import Path

from node.member.client import NodeClient, NodeError, NodeProblem


def amount_of(number: int) -> int:
    """What invoice `number` asks for."""
    return 1 + number % 7


def main(url: str, key: str, count: int, path: Path) -> None:
    """Make all invoices that are not in the file."""
    done = {json.loads(line)["number"] for line in path.read_text().splitlines() if whole(line)}
    with NodeClient(url, attempts=1, answer_seconds=10) as client, path.open("a") as file:
        client.authorize(key)
        if done or path.stat().st_size:
            file.write("\n")  # whatever was cut off ends here
        for number in range(count):
            while number not in done:
                amount = {"value": str(amount_of(number)), "scale": 2}
                body = {"amount": amount, "client_id": f"order-{number}", "expires_in": 86_400}
                try:
                    made = client.post("/v1/invoices", body)
                except NodeProblem as problem:
                    if not problem.is_retryable:
                        raise
                    continue
                except NodeError:
                    continue
                line = {"number": number, "id": made["id"], "reference": made["reference"]}
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())
                done.add(number)


def whole(line: str) -> bool:
    """Whether a line was written to its end."""
    return line.endswith("}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
