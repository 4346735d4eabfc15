"""A demonstration's nodes end with it, even when it is killed and can stop nothing itself."""

import fcntl
import select
import signal
import subprocess
import sys
from pathlib import Path

from cli.demo.founding import found
from cli.demo.processes import LOG_FILE, free_ports

PARENT = """
import sys
from pathlib import Path
from cli.demo.processes import start_node, wait_until_ready

node = start_node(Path(sys.argv[1]), port=int(sys.argv[2]))
wait_until_ready([node])
print(node.process.pid, flush=True)
sys.stdin.read()
"""


def test_a_node_stops_when_the_program_that_started_it_is_killed(tmp_path: Path) -> None:
    ports = free_ports(1)
    founded = found(tmp_path, seed=b"parent", name="Parent", clearing_limits=[0], ports=ports)
    folder = founded.folders[0]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder), str(ports[0])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    node = int(parent.stdout.readline())
    assert node > 0
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    # The node lets go of this lock when it has closed its database; its last words follow at once.
    with (folder / "node.db.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
    while Path(f"/proc/{node}").exists():
        select.select([], [], [], 0.01)
    assert "node_stopped" in (folder / LOG_FILE).read_text(encoding="utf-8")
