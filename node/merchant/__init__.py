"""Merchants: invoices, refunds, API keys and webhooks, beside the logs.

`invoice` and `states` say what an invoice is; `merchants` is the engine's extension that settles them in
the transaction of the entries that pay them. Its subjects are `invoicing`, `refunding` and `endpoints` (API
keys too); `sightings` finds what pays, and `context` and `desk` are what they share. `dispatcher` carries
the outbox to the merchants' servers; `waiting` lets people and programs wait.

Nothing here is in a log and no other node can check it: a merchant trusts the own cooperative's node for
invoices as for everything else that it is told of the account. What pays is in the logs.
"""
