"""The limit for P2: the SQLite recorder of `eventsourcing`, in process, 100 events in each commit.

python recorder.py DATABASE COMMITS    prints events per second; each event has the bytes of standard input.
"""

from __future__ import annotations

import sys
import time
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

BATCH = 100


def main() -> None:
    path, commits = sys.argv[1], int(sys.argv[2])
    body = sys.stdin.buffer.read()
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(path))
    recorder.create_table()
    began = time.perf_counter()
    for _ in range(commits):
        recorder.insert_events([StoredEvent(uuid4(), 1, "event", body) for _ in range(BATCH)])
    print(BATCH * commits / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
