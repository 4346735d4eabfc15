"""Tests of what a node keeps: one contract, run against every store."""
