"""Over HTTP, for anybody: what a cooperative has decided about itself, and what is in its commons."""
