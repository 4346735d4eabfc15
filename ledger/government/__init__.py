"""Self-government: what a cooperative decides about itself, as values and arithmetic (PROTOCOL section 13).

Nothing here looks at a log; the rules that do are in `ledger.rules.government`, under the same names.
"""
