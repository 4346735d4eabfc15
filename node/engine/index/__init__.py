"""The price index as something that coops decide about: what is special to prints, sources and surveys."""
