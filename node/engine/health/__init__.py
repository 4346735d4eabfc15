"""How a node is, as values and in words: readiness, status, and the troubles that people are told of."""
