"""Tests of the indexed unit, module by module."""
