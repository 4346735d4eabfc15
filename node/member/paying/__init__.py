"""Paying, from what was asked for to a receipt, and never twice; it asks nobody and words nothing."""
