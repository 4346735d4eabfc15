"""Tests of `node.engine.decisions`."""
