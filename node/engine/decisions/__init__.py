"""What coops decide together: what is due, what they promise each other, and what they sign."""
