"""Receiving inspections, in-process checks and laboratories' reports: read from events, judged by pure rules.

What a record says stands in its event, in the members of docs/formats/inspection.md, whichever way it came
in. The rows here are only what it was judged to say, so that failed ones are found and proposed for a hold.
"""
