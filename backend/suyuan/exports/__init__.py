"""A party's own data for its own systems: tables as CSV, events as EPCIS; streamed page by page."""
