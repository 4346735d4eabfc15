"""Tests of `node.engine.health`."""
