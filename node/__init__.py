"""The node of one cooperative: it orders, stores, serves and replicates logs.

Rules: it decides nothing about entries, because `ledger` does; and it never imports `cli`.
"""
