from __future__ import annotations

from suyuan.up.announce import summary_lines


def test_what_stands_under_docs_is_called_what_it_is():
    summary = {"url": "http://127.0.0.1:1", "operator_file": "o", "chain": "c", "data_dir": "d"}
    assert "  API docs  http://127.0.0.1:1/docs" in summary_lines(summary)
