"""Each kind of cell: what is read, what is proposed, what is refused."""

# ruff: noqa: DTZ001 - cells have no zone
from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_world import BOX, CONTEXT, ORCHARD, PEACH, SHOP
from suyuan.kernel import gs1
from suyuan.sheets import amounts, codes, moments, naming
from suyuan.sheets.cell import clean, narrow
from suyuan.sheets.columns import COMPARATORS, VERDICTS
from suyuan.sheets.judged import Edits
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.model import RecordKind
from suyuan.sheets.naming import Directory, Search
from suyuan.sheets.resolving import Resolver
from suyuan.sheets.table import ErrorText

PRODUCTS, SITES, PARTNERS = map(Directory, (CONTEXT.products, CONTEXT.sites, CONTEXT.partners))
LOT_CHARACTERS = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
digits = st.text("0123456789", min_size=13, max_size=13)


def closed(body):
    return body + str(gs1.check_digit(body))


def wide(text):
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


@given(digits.filter(int))
def test_a_gtin_is_read_as_text_and_only_proposed_from_a_number(body):
    gtin = closed(body)
    assert codes.gtin(gtin).text == gtin
    assert codes.gtin(wide(gtin)).text == gtin
    assert codes.gtin(f" {gtin[:4]} {gtin[4:9]}-{gtin[9:]}\u00a0").text == gtin
    for number in (int(gtin), float(gtin), f"{int(gtin)}.0"):
        read = codes.gtin(number)
        assert (read.text, read.fault, read.proposals) == ("", "gtin.number", (gtin,))


@given(st.sampled_from([8, 12, 13, 14]), digits)
def test_every_length_of_gtin_becomes_fourteen_digits(length, body):
    gtin = closed(body[: length - 1])
    assert codes.gtin(gtin).text == gtin.zfill(14)
    wrong = gtin[:-1] + str((int(gtin[-1]) + 1) % 10)
    assert codes.gtin(wrong).fault == "gtin.check_digit"
    assert codes.gtin(wrong).values == {"expected": gtin[-1]}


def test_a_gtin_text_that_lost_its_zeros_is_proposed_back():
    assert codes.gtin(PEACH[1:]).text == PEACH
    read = codes.gtin("520718000013")
    assert (read.fault, read.proposals) == ("gtin.check_digit", ())
    short = codes.gtin(closed("000123456").lstrip("0"))
    assert (short.fault, short.proposals) == ("gtin.length", (closed("000123456").zfill(14),))


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("6.90123E+12", "code.scientific"),
        (6.901234567892e17, "code.digits_lost"),
        (-5, "code.number_wrong"),
        (5.5, "code.number_wrong"),
        (6901234567893, "gtin.number_wrong"),
        ("690123456789X", "code.not_digits"),
        (date(2026, 1, 1), "code.date"),
        ("12345", "gtin.length"),
    ],
)
def test_a_damaged_gtin_is_refused(value, fault):
    read = codes.gtin(value)
    assert (read.text, read.fault, read.proposals) == ("", fault, ())


def test_an_sscc_stored_as_a_number_is_always_lost():
    assert codes.sscc(95207180000000013.0).fault == "code.digits_lost"
    assert codes.sscc("095207180000000013").text == "095207180000000013"


@given(st.text(LOT_CHARACTERS, min_size=1, max_size=20))
def test_a_lot_number_is_kept_as_it_is(text):
    read = codes.lot(text)
    damaged = read.fault == "code.scientific"
    assert damaged or read.text == text or read.notes


@pytest.mark.parametrize(
    ("value", "fault", "proposals"),
    [
        ("批次一", "lot.characters", ()),
        ("A 1", "lot.characters", ("A1",)),
        ("A" * 21, "lot.length", ()),
        (20261122, "lot.number", ("20261122",)),
        (20261122.0, "lot.number", ("20261122",)),
        (datetime(2026, 11, 1), "code.date", ()),
        ("1.2E+15", "code.scientific", ()),
        (1234567890123456, "code.digits_lost", ()),
        ("A{B}", "lot.characters", ()),
    ],
)
def test_a_lot_number_that_no_pack_can_carry_is_refused(value, fault, proposals):
    read = codes.lot(value)
    assert (read.text, read.fault, read.proposals) == ("", fault, proposals)


def test_a_lot_number_in_full_width_is_narrowed_and_noted():
    read = codes.lot("ＴＹ１１２２")
    assert (read.text, read.notes) == ("TY1122", ("text.full_width",))


def test_the_quotes_that_keep_zeros_in_csv_are_taken_off():
    assert codes.gtin(f'="{PEACH}"').text == PEACH
    assert codes.gtin(f'="{PEACH}"').notes == ("text.quoted",)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_date_with_its_year_first_has_one_reading_however_it_is_written(day):
    y, m, d = day.year, day.month, day.day
    for written in (
        day,
        datetime(y, m, d),
        day.isoformat(),
        f"{y}/{m}/{d}",
        f"{y}.{m:02}.{d:02}",
        f"{y}年{m}月{d}日",
        f"{y}年{m:02}月{d:02}号",
        day.strftime("%Y%m%d"),
        wide(day.isoformat()),
        f" {day.isoformat()} ",
    ):
        assert moments.day(written).text == day.isoformat(), written


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_date_without_its_year_first_is_never_read_and_offers_every_reading(day):
    for form in ("%d/%m/%y", "%m/%d/%y", "%d/%m/%Y", "%m-%d-%Y", "%y-%m-%d", "%y/%m/%d", "%d.%m.%Y"):
        read = moments.day(day.strftime(form))
        assert (read.text, read.fault) == ("", "date.ambiguous")
        assert day.isoformat() in read.proposals
        assert len(set(read.proposals)) == len(read.proposals)


def test_the_example_of_the_research_has_two_readings():
    assert moments.day("18/11/26").proposals == ("2026-11-18", "2018-11-26")
    assert moments.day("05/06/2026").proposals == ("2026-06-05", "2026-05-06")


@pytest.mark.parametrize(
    ("value", "fault", "proposals"),
    [
        (46348, "date.serial", ("2026-11-22",)),
        (46348.0, "date.serial", ("2026-11-22",)),
        (20261122, "date.number", ("2026-11-22",)),
        (46348.5, "date.not_read", ()),
        (5, "date.not_read", ()),
        ("2026-02-30", "date.no_such_day", ()),
        ("1026-11-22", "date.year", ()),
        ("明天", "date.not_read", ()),
        ("31/31/2026", "date.no_such_day", ()),
        (datetime(2026, 11, 22, 8), "date.has_time", ("2026-11-22",)),
        ("2026-11-22 08:30", "date.has_time", ("2026-11-22",)),
        ("2026-11-22T08:30:00+08:00", "date.has_time", ("2026-11-22",)),
        (time(8), "date.only_time", ()),
    ],
)
def test_a_date_that_is_none_is_refused_or_proposed(value, fault, proposals):
    read = moments.day(value)
    assert (read.text, read.fault, read.proposals) == ("", fault, proposals)


@given(st.times())
def test_a_time_is_read_to_the_second(moment):
    plain = moment.replace(microsecond=0)
    assert moments.clock(plain).text == plain.isoformat()
    assert moments.clock(plain.strftime("%H:%M:%S")).text == plain.isoformat()
    assert moments.clock(plain.strftime("%H:%M")).text == plain.replace(second=0).isoformat()
    assert moments.clock(f"{plain.hour}时{plain.minute:02}分").text == plain.replace(second=0).isoformat()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("下午3:05", "15:05:00"),
        ("上午12:10", "00:10:00"),
        ("3:05 PM", "15:05:00"),
        ("8点", "08:00:00"),
        ("８：３０", "08:30:00"),
        ("08:30+09:00", "08:30:00+09:00"),
        ("08:30:15Z", "08:30:15+00:00"),
        (time(8, 29, 59, 999000), "08:30:00"),
        (time(23, 59, 59, 900000), "23:59:59"),
    ],
)
def test_times_as_people_write_them(value, text):
    assert moments.clock(value).text == text


@pytest.mark.parametrize(
    ("value", "fault", "proposals"),
    [
        (0.354166666, "time.number", ("08:30:00",)),
        ("25:00", "time.no_such_time", ()),
        ("08:30+15:00", "time.no_such_time", ()),
        ("早上", "time.not_read", ()),
        (5, "time.not_read", ()),
        (timedelta(hours=30), "time.not_read", ()),
        (datetime(2026, 1, 1, 8, 30), "time.has_date", ("08:30:00",)),
    ],
)
def test_a_time_that_is_none_is_refused_or_proposed(value, fault, proposals):
    read = moments.clock(value)
    assert (read.text, read.fault, read.proposals) == ("", fault, proposals)


amount = st.decimals(Decimal("0.000001"), Decimal(999999999), places=6, allow_nan=False)


@given(amount)
def test_a_quantity_keeps_its_value_exactly(value):
    for written in (f"{value:f}", wide(f"{value:f}"), f"+{value:f}"):
        assert Decimal(amounts.quantity(written).text) == value
    assert Decimal(amounts.quantity(float(value)).text) == value


@given(st.integers(1000, 10**11))
def test_thousands_separators_are_proposed_and_never_read(value):
    for separator in (",", "，", " ", "'"):
        read = amounts.quantity(f"{value:,}".replace(",", separator))
        assert (read.text, read.fault) == ("", "quantity.thousands")
        assert read.proposals[0] == str(value)


@pytest.mark.parametrize(
    ("value", "fault", "proposals"),
    [
        ("1,234", "quantity.thousands", ("1234", "1.234")),
        ("1,234.50", "quantity.thousands", ("1234.5",)),
        ("1,5", "quantity.comma", ("1.5",)),
        ("1.234,5", "quantity.comma", ("1234.5",)),
        ("1E3", "quantity.scientific", ("1000",)),
        ("1E300", "quantity.scientific", ()),
        ("100kg", "quantity.unit_inside", ("100",)),
        ("100 公斤", "quantity.unit_inside", ("100",)),
        ("三百", "quantity.not_number", ()),
        ("0", "quantity.not_positive", ()),
        (-1, "quantity.not_positive", ()),
        ("-0.5", "quantity.not_positive", ()),
        ("1.2345678", "quantity.too_fine", ("1.234568",)),
        ("1234567890123.5", "quantity.too_long", ()),
        (1e300, "quantity.too_long", ()),
        (date(2026, 1, 2), "quantity.date", ()),
    ],
)
def test_a_quantity_that_is_none_is_refused_or_proposed(value, fault, proposals):
    read = amounts.quantity(value)
    assert (read.text, read.fault, read.proposals) == ("", fault, proposals)


def test_a_sum_is_read_as_the_spreadsheet_shows_it():
    assert amounts.quantity(0.1 + 0.2).text == "0.3"
    assert amounts.quantity(100 / 3).proposals == ("33.333333",)
    assert resolved("origin", 0.1 + 0.2).text == "0.3"


@pytest.mark.parametrize(("value", "text"), [("−18.5", "-18.5"), ("-18℃", "-18"), (2, "2"), ("－3 °C", "-3")])
def test_a_temperature_may_be_below_nothing(value, text):
    assert amounts.number(value).text == text


@pytest.mark.parametrize(
    ("spelled", "code"),
    [
        ("公斤", "KGM"),
        ("千克", "KGM"),
        ("ＫＧ", "KGM"),
        ("克", "GRM"),
        ("吨", "TNE"),
        ("箱", "CS"),
        ("kgm", "KGM"),
    ],
)
def test_units_are_read_from_their_spellings(spelled, code):
    assert amounts.unit(spelled).text == code


def test_market_weights_are_proposed_and_unknown_units_refused():
    assert amounts.unit("斤").fault == "unit.market"
    assert amounts.unit("筐").fault == "unit.unknown"
    assert amounts.unit(5).fault == "unit.unknown"


def test_names_are_proposed_as_their_codes_and_unknown_codes_with_those_like_them():
    assert naming.product("阳山水蜜桃", PRODUCTS).proposals == (PEACH,)
    assert naming.product(BOX, PRODUCTS).text == BOX
    other = naming.product(closed("0952071899999"), PRODUCTS)
    assert (other.fault, other.text) == ("product.unknown", "")
    assert naming.site(ORCHARD, SITES).text == ORCHARD
    assert naming.site(float(ORCHARD), SITES).proposals == (ORCHARD,)
    assert naming.site("桃源里果园", SITES).proposals == (ORCHARD,)
    assert naming.partner("91310105ma1xyyx42q", PARTNERS).text == "91310105MA1XYYX42Q"
    assert naming.partner("上海拾味鲜生电子商务有限公司", PARTNERS).proposals == (SHOP,)


def test_choices_are_read_in_both_languages_and_by_their_codes():
    assert [naming.choice(each, VERDICTS, Search()).text for each in ("合格", "PASS", "不合格", "fail")] == [
        "pass",
        "pass",
        "fail",
        "fail",
    ]
    assert naming.choice("≤", COMPARATORS, Search()).text == "<="
    assert naming.choice("不合各", VERDICTS, Search()).fault == "choice.unknown"


def resolved(name, value, kind=RecordKind.HARVEST):
    return Resolver(CONTEXT, Edits()).column(TEMPLATES[kind].column(name))(value).reading


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (ErrorText("#N/A"), "cell.error"),
        (True, "cell.bool"),
        (float("nan"), "cell.error"),
        ("a\x07b", "text.control"),
    ],
)
def test_what_no_column_can_hold_is_a_fault_everywhere(value, fault):
    for column in TEMPLATES[RecordKind.DISPATCH].columns:
        assert resolved(column.name, value, RecordKind.DISPATCH).fault == fault, column.name


def test_true_is_not_the_number_one():
    resolver = Resolver(CONTEXT, Edits()).column(TEMPLATES[RecordKind.HARVEST].column("quantity"))
    assert resolver(1).reading.text == "1"
    assert resolver(True).reading.fault == "cell.bool"


def test_free_text_is_trimmed_and_otherwise_kept():
    read = resolved("origin", "\u00a0江苏省，无锡市\u200b \n阳山镇 ")
    assert read.text == "江苏省,无锡市 阳山镇".replace(",", "，")
    assert set(read.notes) == {"text.blanks", "text.invisible", "text.lines"}
    assert resolved("origin", "字" * 101).fault == "text.length"


@given(st.text(max_size=60))
def test_cleaning_and_narrowing_twice_is_the_same_as_once(text):
    once = clean(text)[0]
    if not once.startswith('="'):
        assert clean(once)[0] == once
    assert narrow(narrow(text)[0])[0] == narrow(text)[0]


@given(st.text(max_size=40) | st.integers() | st.floats() | st.datetimes() | st.times() | st.booleans())
def test_no_cell_whatever_it_holds_breaks_any_column(value):
    for kind in (RecordKind.DISPATCH, RecordKind.TEST, RecordKind.PACKING):
        for column in TEMPLATES[kind].columns:
            read = resolved(column.name, value, kind)
            assert not (read.fault and read.text)
