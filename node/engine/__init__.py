"""The engine of a node: a state machine whose only I/O is its store.

`engine` has it, `settings` its bounds, `status` what it tells about itself. Nothing is imported here, so
that reading a node's settings does not load the engine.
"""
