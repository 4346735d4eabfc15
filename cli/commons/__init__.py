"""`fiado commons`: what belongs to all members of a cooperative, and spending from it."""
