"""The HTTP interface of a node.

`app` builds the server from tables of routes; `payments`, `members`, `joins`, `drafts` and `books` each
have the handlers of one subject and end with their table; `problems` words every error for people;
`openapi` describes the tables. Handlers translate: the engine, the store and the ledger decide.
"""
