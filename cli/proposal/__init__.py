"""`fiado proposal`: what members decide together."""
