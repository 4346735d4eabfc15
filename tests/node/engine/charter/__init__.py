"""Tests of `node.engine.charter`."""
