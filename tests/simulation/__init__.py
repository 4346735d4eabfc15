"""Simulated federations: many engines, one thread, one seed."""
