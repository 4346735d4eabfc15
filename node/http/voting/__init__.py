"""Over HTTP: what members decide together, for the people of the cooperative."""
