"""A composed, realistic food chain to look at: seeded through the public HTTP API only, like anybody's data."""
