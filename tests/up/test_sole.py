from __future__ import annotations

import pytest

from suyuan.up.errors import CannotStart
from suyuan.up.supervisor import sole


def test_of_two_that_start_together_one_gets_the_data_folder(tmp_path):
    with (
        sole(tmp_path / "var"),
        pytest.raises(CannotStart, match="already running"),
        sole(tmp_path / "var"),
    ):
        pass
    with sole(tmp_path / "var"):
        pass
