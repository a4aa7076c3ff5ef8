"""The journal: EPCIS documents in, one party's signed entries out, and every event kept as it was told."""
