"""`fiado bylaws`: what a cooperative has decided about itself, shown, explained, drafted, adopted."""
