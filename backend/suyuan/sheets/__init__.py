"""Bulk upload: templates out, spreadsheets in, each row checked, good rows turned into EPCIS events.

The pure part (model, table, judged, templates, reading, mapping, checking, edits, grouping, events,
annotated, words) asks no database and no clock: what it must know comes in as `Context`.
"""
