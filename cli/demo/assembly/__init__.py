"""The acts of `fiado demo --assembly`: what the members of a cooperative decide together."""
