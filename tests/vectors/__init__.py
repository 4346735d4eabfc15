"""Language-neutral test vectors: bytes in, bytes or a refusal out."""
