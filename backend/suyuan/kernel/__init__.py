"""The cellar: canonical forms, hashes, trees, identifiers, clocks. Knows no database, no network, no food."""
