"""Between the event loop and the engine: `runner` has it, `inbox` what can go wrong, `settings` its bounds.

Nothing is imported here, so that reading a node's settings does not load the engine.
"""
