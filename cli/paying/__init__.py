"""Paying, from what was asked for to a receipt, and never twice."""
