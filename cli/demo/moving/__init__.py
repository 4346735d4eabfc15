"""The play of a community that moves in from another system, and what its people do then."""
