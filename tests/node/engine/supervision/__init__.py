"""Tests of `node.engine.supervision`."""
