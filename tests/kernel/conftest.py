"""Lets the tests of the kernel find `vector_files`; the tests are no package (import mode importlib)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
