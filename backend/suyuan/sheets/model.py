"""Records as they stand in spreadsheets: kinds, columns, templates, and what checks must know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum


class RecordKind(StrEnum):
    """What a sheet tells of; one template each."""

    HARVEST = "harvest"
    PROCESSING = "processing"
    PACKING = "packing"
    DISPATCH = "dispatch"
    RECEIPT = "receipt"
    INSPECTION = "inspection"
    TEST = "test"


class ValueType(StrEnum):
    """How a column's cells are read; the normalised text that each gives is named."""

    TEXT = "text"  # trimmed, one line
    CODE = "code"  # trimmed text that Excel must not take for a number
    PRODUCT = "product"  # GTIN of 14 digits
    LOT = "lot"  # 1 to 20 characters of GS1 set 82
    SSCC = "sscc"  # 18 digits
    GLN = "gln"  # 13 digits
    SITE = "site"  # the site's code: GLN, else URI
    PARTNER = "partner"  # the partner's code: GLN, credit code, else URI
    DATE = "date"  # YYYY-MM-DD
    TIME = "time"  # HH:MM:SS, with an offset where one was written
    QUANTITY = "quantity"  # decimal greater than 0
    NUMBER = "number"  # decimal
    UNIT = "unit"  # UN/ECE Recommendation 20: KGM, GRM, TNE, LTR, MLT, CS, BG, H87, PF
    CHOICE = "choice"  # the code of one of the choices


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a column's values: `code` is what is stored, the words are what a person picks."""

    code: str
    zh: str
    en: str

    def word(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """What a column's cells must be. `max_length` in characters."""

    type: ValueType
    required: bool = False
    max_length: int = 100
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a template; `name` is the machine name, `synonyms` other headings it goes by."""

    name: str
    zh: str
    en: str
    rule: Rule
    example: str
    note_zh: str = ""
    note_en: str = ""
    synonyms: tuple[str, ...] = ()

    def heading(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    def note(self, language: str) -> str:
        return self.note_zh if language == "zh" else self.note_en


@dataclass(frozen=True, slots=True)
class Template:
    """A kind's columns in order. `key` names the columns that make a row the same row again; `schema_hash`
    (16 hex digits) changes with anything that changes how a file is read.
    """

    kind: RecordKind
    version: int
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    schema_hash: str

    def title(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    def column(self, name: str) -> Column:
        """Raises KeyError."""
        for each in self.columns:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class TemplateMark:
    """What the hidden sheet of a workbook says: from which template it was made."""

    kind: str
    version: int
    schema_hash: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most. `inflated` bounds what a workbook unpacks to, in bytes."""

    max_bytes: int = 10_000_000
    max_rows: int = 100_000
    max_columns: int = 60
    inflated: int = 250_000_000


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence by its code; `words.say` makes it Chinese or English."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """A product, site or partner that cells may name: by `code` (GTIN-14, GLN, credit code or URI), also as
    `code｜name`. `unit` is a product's usual unit (Recommendation 20).
    """

    code: str
    uri: str
    name: str
    unit: str = ""


#: Of these lot URIs (canonical), those that are already recorded.
LotLookup = Callable[[Collection[str]], Collection[str]]
#: Of these row keys, those that this party uploaded before, each with the digest of the row's content.
KeyLookup = Callable[[Collection[str]], Mapping[str, str]]

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks must know. `party` is the URI of the one whose records these are; `now` is aware.

    The lookups are asked in chunks of about a thousand rows; None: nothing is known.
    """

    party: str
    now: datetime
    products: tuple[Named, ...] = ()
    sites: tuple[Named, ...] = ()
    partners: tuple[Named, ...] = ()
    zone: timezone = CHINA
    known_lots: LotLookup | None = None
    known_keys: KeyLookup | None = None
