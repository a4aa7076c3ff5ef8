"""A composed, realistic food chain to look at, seeded through the public HTTP API like anybody's data."""
