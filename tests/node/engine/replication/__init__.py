"""Tests of `node.engine.replication`."""
