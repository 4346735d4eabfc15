"""Tests of the merchants' part."""
