from __future__ import annotations

from suyuan.up.announce import summary_lines


def test_what_stands_under_docs_is_called_what_it_is():
    summary = {"url": "http://127.0.0.1:1", "operator_file": "o", "chain": "c", "data_dir": "d"}
    assert "  API docs  http://127.0.0.1:1/docs" in summary_lines(summary)


def test_people_of_the_demo_stand_there_with_their_password():
    person = {"login": "store@demo.suyuan.example", "name": "孙薇", "of": "穹顶冷藏"}
    summary = {"url": "http://127.0.0.1:1", "operator_file": "o", "chain": "c", "data_dir": "d"}
    lines = summary_lines(summary | {"accounts": {"password": "abcd-ef01", "people": [person]}})
    assert "  Sign in   password of them all: abcd-ef01" in lines
    assert "            store@demo.suyuan.example  穹顶冷藏 · 孙薇" in lines
    assert not any("Sign in" in line for line in summary_lines(summary))
