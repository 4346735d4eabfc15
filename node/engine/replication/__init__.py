"""The logs of others: asked for, heard, judged, served, and what contradicts itself accused."""
