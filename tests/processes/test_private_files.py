"""What a running node writes is for its owner alone: the database tells who paid whom, and why."""

from pathlib import Path

from cli.demo.founding import found
from cli.demo.processes import LOG_FILE, free_ports, running


def test_others_can_read_nothing_that_a_node_writes(tmp_path: Path) -> None:
    ports = free_ports(1)
    founded = found(tmp_path, seed=b"private", name="Private", clearing_limits=[0], ports=ports)
    folder = founded.folders[0]
    before = {path.name for path in folder.iterdir()} | {LOG_FILE}
    with running(founded.folders, ports):
        written = [path for path in folder.iterdir() if path.name not in before]
        assert "node.db" in {path.name for path in written}
        for path in written:
            assert path.stat().st_mode & 0o077 == 0, path.name
