"""Where a sheet's header is, and what its headings are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from suyuan.sheets.errors import FileRefused
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.model import Column, Limits, Message, RecordKind
from suyuan.sheets.parts import column_letter
from suyuan.sheets.table import RawRow, RawValue, Sheet, text_of

#: The header stands among the first rows that hold anything.
_LOOKED_AT = 30
_IGNORED = " \t*＊:：()（）[]【】_-/·.。,，'\"“”‘’#"
_STRIP = {ord(each): None for each in _IGNORED}


@lru_cache(maxsize=4096)
def normal(heading: str) -> str:
    """A heading without case, width, blanks and signs: `产品条码 GTIN*` is 产品条码gtin."""
    return "".join(unicodedata.normalize("NFKC", heading).split()).lower().translate(_STRIP)


def names_of(column: Column) -> list[str]:
    """Every normal heading that means the column, the surest first."""
    return [normal(each) for each in (column.name, column.zh, column.en, *column.synonyms)]


@cache
def known(kind: RecordKind | None = None) -> frozenset[str]:
    """The normal headings of a kind, or of all."""
    templates = TEMPLATES.values() if kind is None else [TEMPLATES[kind]]
    return frozenset(name for each in templates for column in each.columns for name in names_of(column))


@cache
def machine_names() -> frozenset[str]:
    """All machine names."""
    return frozenset(column.name for each in TEMPLATES.values() for column in each.columns)


def score(values: Sequence[RawValue]) -> int:
    """How many cells of the row are headings that we know."""
    return sum(1 for each in values if isinstance(each, str) and normal(each) in known())


def make_sheet(
    name: str, rows: Sequence[RawRow], limits: Limits, *, certain: bool
) -> tuple[Sheet, list[Message]] | None:
    """A sheet with its header found; None where none is found (with `certain`: none that we know).

    Raises FileRefused for two tables on one sheet, and for more columns or rows than the limits.
    """
    at = _header_at(rows, certain=certain)
    if at is None:
        return None
    header = tuple(" ".join(text_of(each).split()) for each in rows[at].values)
    if len(header) > limits.max_columns:
        raise FileRefused("file.columns", {"sheet": name, "most": str(limits.max_columns)})
    _refuse_side_by_side(name, rows[at].number, header)
    second = rows[at + 1].values if len(rows) > at + 1 else ()
    machine = tuple(str(each or "") for each in second) if is_machine_row(second) else ()
    body, notices = _body(name, header, rows[at + 1 :])
    if len(body) > limits.max_rows:
        raise too_many_rows(len(body), limits)
    for row in body:
        if len(row.values) > limits.max_columns:
            raise FileRefused("file.columns", {"sheet": name, "most": str(limits.max_columns)})
    return Sheet(name, rows[at].number, header, body, machine), notices


def too_many_rows(rows: int, limits: Limits) -> FileRefused:
    return FileRefused("file.rows", {"rows": f"{rows:,}", "most": f"{limits.max_rows:,}"})


def _header_at(rows: Sequence[RawRow], *, certain: bool) -> int | None:
    first = rows[:_LOOKED_AT]
    scores = [score(row.values) for row in first]
    best = max(scores, default=0)
    if best >= 2:
        return scores.index(best)
    if certain:
        return None
    texts = [sum(1 for each in row.values if isinstance(each, str) and each.strip()) for row in first]
    most = max(texts, default=0)
    return texts.index(most) if most >= 2 and len(rows) > 1 else None


def is_machine_row(values: Iterable[RawValue]) -> bool:
    """Whether the row holds machine names and nothing else: the template's hidden second row."""
    told = [each for each in values if each is not None]
    return len(told) >= 2 and all(isinstance(each, str) and each in machine_names() for each in told)


def _body(name: str, header: tuple[str, ...], rows: Sequence[RawRow]) -> tuple[list[RawRow], list[Message]]:
    """The rows below the header; a header that comes again is left out and told of."""
    body: list[RawRow] = []
    notices: list[Message] = []
    for row in rows:
        first = next((each for each in row.values if each is not None), None)
        looks = isinstance(first, str) and (normal(first) in known() or first == header[0])
        if not looks:
            body.append(row)
        elif is_machine_row(row.values):
            continue
        elif tuple(" ".join(text_of(each).split()) for each in row.values) == header:
            notices.append(Message("notice.header_again", {"sheet": name, "row": str(row.number)}))
        elif score(row.values) >= 3:
            raise FileRefused("file.two_tables", {"sheet": name, "place": str(row.number)})
        else:
            body.append(row)
    return body, notices


def _refuse_side_by_side(name: str, row: int, header: tuple[str, ...]) -> None:
    seen: set[str] = set()
    gap = False
    for index, heading in enumerate(header):
        if not heading:
            gap = gap or bool(seen)
        elif gap and normal(heading) in seen:
            place = f"{column_letter(index)}{row}"
            raise FileRefused("file.two_tables", {"sheet": name, "place": place})
        else:
            seen.add(normal(heading))
