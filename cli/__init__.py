"""The `fiado` command: the only layer that talks to people at a terminal.

Rules: it words what `ledger` and `node` decided and says what would help; it decides nothing itself.
"""
