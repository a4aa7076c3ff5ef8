"""The glass roof: what a scan shows, and the bundle that proves it. Reads other rooms, owns no truth.

Whatever is not proven is said not to be: pending entries, gaps and contradictions stand on the page, never in
the bundle.
"""
