"""The ledger: bytes and values in, values out.

Rules: nothing in this package reads a clock, draws a random number, does input or output, logs, or
uses a floating-point number. Whatever it needs from outside comes in as an argument, so that two
nodes that replay the same logs reach the same state to the last bit. `tests/test_purity.py` checks
this.

It does not store, send or show anything: that is the work of `node` and `cli`.
"""

__version__ = "0.1.0"
