"""What coops decide together, whatever it is about: what they promise each other, sign, and take in."""
