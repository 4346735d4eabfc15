"""Links between nodes: who is at the other end, and messages to and from it.

`handshake` has the proof of identity, PROTOCOL section 10; `link` one connection; `links` all of them, with
dialling and the rule that keeps one for each pair. What messages mean is the engine's business.
"""
