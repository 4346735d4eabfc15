"""Over HTTP, for members and stewards: who answers for whom, and what of it is needed now."""
