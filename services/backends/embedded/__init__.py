"""Everything a laptop needs, with no network."""
