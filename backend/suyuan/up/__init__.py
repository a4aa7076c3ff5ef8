"""`suyuan up`: the whole system on one machine, as one supervisor and its children.

Owns DATA_DIR/run.json (what runs, by pid and start time) and DATA_DIR/logs. Nothing is ever ended by its
name: only processes that stand in run.json with the same start time are ours.
"""
