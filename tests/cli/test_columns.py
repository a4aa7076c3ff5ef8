from __future__ import annotations

from suyuan.cli.columns import columns


def test_chinese_counts_two_cells_and_long_names_stay_whole() -> None:
    name = "urn:gdst:example.org:product:lot:class:fishfarm.1u.farmed-tuna-01192022" * 3
    lines = list(columns(("#", "product", "lot"), [("1", "虾仁", name), ("2", "Tuna", "b")]))
    assert lines == ["#  product  lot", f"1  虾仁     {name}", "2  Tuna     b"]


def test_a_table_without_rows_has_its_heads() -> None:
    assert list(columns(("a", "b"), [])) == ["a  b"]
