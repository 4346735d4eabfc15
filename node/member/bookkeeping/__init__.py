"""Statements for other people's books: CSV rows, and journals that hledger and beancount read.

`bookings` makes the lines of a member's statement, `coop_books` those of a coop's; `journal` is what both
have in common, `hledger` and `beancount` write it. Texts that came from others enter a journal as
`journal.Plain` only, so that none can break a file or add a line to it.
"""
