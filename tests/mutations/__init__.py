"""Seeded bugs, and whether the tests find them: `make mutants`.

A *mutant* is one small mistake: a piece of text in one file, and what stands there instead. The runner
puts each into a copy of the tree, runs the tests that ought to notice, and counts it as found only when
one of them fails. So a guard without a test shows. Nobody relaxes a test to pass it: a mutant that
survives asks for a better test.
"""
