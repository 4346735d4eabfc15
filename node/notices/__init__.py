"""Notices: telling people that something happened, by Web Push and by mail, where they asked for it.

`targets` says who is told where, `notice` what there is to tell. `notices` is the engine's extension: it sees
what happens (`arrivals`, `watching`) and writes notices in the same transaction. `sending` carries them out:
`push` by Web Push (RFC 8030, 8291, 8292), which tells the push service nothing of what they say, `mail` by
the operator's own mail server. `words` says them in the person's language. Decision 0077.

Nothing here is in a log, and nobody may rely on a notice: what is true is in the account.
"""
