"""How a node is: its clock, its stored logs, and the troubles that people are told of."""
