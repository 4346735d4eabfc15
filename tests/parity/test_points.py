"""How native code makes points from their encodings on this machine."""

from pathlib import Path

import pytest

native = pytest.importorskip("ledger._native")
pytestmark = pytest.mark.needs_native


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="the system tells no features")
def test_roots_are_taken_side_by_side_where_the_processor_can() -> None:
    """Native code tries its wide roots, and takes the library's when they differ: that has to be seen."""
    flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    if {"avx512f", "avx512ifma"} <= flags:
        expected = "roots:avx512ifma"
    elif "avx2" in flags:
        expected = "roots:avx2"
    else:
        expected = "roots:serial"
    assert expected in native.cpu_features()
