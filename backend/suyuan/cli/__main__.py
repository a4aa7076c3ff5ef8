from __future__ import annotations

from suyuan.cli import main

main()
