"""What is looked into before a file is kept. Every bad file of the list is refused by its own code."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import file_samples as samples
from suyuan.files.errors import FileRefused, FileTooLarge
from suyuan.files.inspect import inspect
from suyuan.files.model import ALL, ENDINGS, MOST_BYTES, PAPERS, PHOTOS, SHEETS, FileKind
from suyuan.files.names import LONGEST, clean_name


def is_judged(data, name):
    """Whether the file is taken, or refused with a code of ours; anything else is an error."""
    try:
        return bool(inspect(data, name, ALL).hash)
    except FileRefused as refused:
        return refused.code.startswith("file.")


GOOD = {
    "licence.pdf": (samples.pdf(), FileKind.PDF),
    "photo.jpg": (samples.jpeg(), FileKind.JPEG),
    "scan.png": (samples.png(), FileKind.PNG),
    "scan.webp": (samples.webp(), FileKind.WEBP),
    "lots.xlsx": (samples.workbook(), FileKind.XLSX),
    "lots.csv": ("批次,数量\r\nL1,5\r\n".encode("gb18030"), FileKind.CSV),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_of_each_kind_is_taken_for_what_it_is(name):
    data, kind = GOOD[name]
    found = inspect(data, name, ALL)
    assert (found.kind, found.name, found.data) == (kind, name, data)


@pytest.mark.parametrize("name", ["licence.pdf", "photo.jpg", "lots.csv", "x.xlsx", "noname"])
def test_a_program_is_none_of_them_under_any_name(name):
    with pytest.raises(FileRefused) as refused:
        inspect(samples.EXE, name, ALL)
    assert refused.value.code == "file.kind"
    assert ".exe" in refused.value.message


BAD = {
    "nothing": (b"", "file.empty"),
    "a page": (samples.HTML, "file.kind"),
    "a drawing with a script": (samples.SVG, "file.kind"),
    "a cut PDF": (samples.pdf()[:200], "file.damaged"),
    "a PDF with bytes behind": (samples.pdf() + samples.archive(a=b"x"), "file.damaged"),
    "a PDF and HTML in one": (samples.HTML + samples.pdf(), "file.kind"),
    "a PDF with a script": (samples.pdf_with_script(), "file.active"),
    "a PDF with an attachment": (samples.pdf_with_attachment(), "file.active"),
    "a PDF that starts a program": (samples.pdf_that_launches(), "file.active"),
    "a locked PDF": (samples.locked_pdf(), "file.locked"),
    "a PDF that is a bomb": (samples.pdf_bomb(), "file.bomb"),
    "a PDF of 301 pages": (samples.pdf(pages=301), "file.bomb"),
    "a PNG of a thousand million pixels": (samples.png(50_000, 50_000), "file.bomb"),
    "a JPEG of four thousand million pixels": (samples.jpeg(65_000, 65_000), "file.bomb"),
    "a PNG without size": (samples.png(0, 1), "file.damaged"),
    "a cut PNG": (samples.png()[:-5], "file.damaged"),
    "a PNG with a wrong checksum": (samples.png()[:-1] + b"\x00", "file.damaged"),
    "a PNG with bytes behind": (samples.png() + b"<script>", "file.damaged"),
    "a PNG with a script in a comment": (samples.png(word=b"<ScRipt>x</script>"), "file.active"),
    "a JPEG with a script in a comment": (samples.jpeg(word=b"<script>x"), "file.active"),
    "a JPEG with an archive behind": (samples.jpeg(tail=samples.archive(a=b"x")), "file.active"),
    "a cut JPEG": (samples.jpeg()[:-2], "file.damaged"),
    "a JPEG of a header only": (b"\xff\xd8\xff\xe0", "file.damaged"),
    "a cut WEBP": (samples.webp()[:-3], "file.damaged"),
    "a WEBP with bytes behind": (samples.webp() + b"PK\x03\x04", "file.damaged"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_paper_is_refused_with_its_code(what):
    data, code = BAD[what]
    with pytest.raises(FileRefused) as refused:
        inspect(data, "licence.pdf", PAPERS)
    assert refused.value.code == code, refused.value.message


BAD_SHEETS = {
    "macros": (samples.workbook_with("xl/vbaProject.bin", b"x"), "file.active"),
    "a bomb": (samples.workbook_with("xl/media/bomb.xml", bytes(60_000_000)), "file.bomb"),
    "an archive": (samples.archive(a=b"x"), "file.kind"),
    "a part that leaves its folder": (samples.workbook_with("../../etc/x", b"x"), "file.damaged"),
    "bytes behind": (samples.workbook() + b"<html>", "file.damaged"),
    "a cut workbook": (samples.workbook()[:-100], "file.damaged"),
    "too many parts": (samples.archive(**{f"part{n}": b"" for n in range(2_001)}), "file.bomb"),
}


@pytest.mark.parametrize("what", BAD_SHEETS)
def test_a_bad_workbook_is_refused_with_its_code(what):
    data, code = BAD_SHEETS[what]
    with pytest.raises(FileRefused) as refused:
        inspect(data, "lots.xlsx", SHEETS)
    assert refused.value.code == code, refused.value.message


def test_bytes_before_a_workbook_are_no_workbook():
    with pytest.raises(FileRefused):
        inspect(b"\x00\x00" + samples.workbook(), "lots.xlsx", SHEETS)


@pytest.mark.parametrize(
    "data", [b"a,b\x00", b"\xff\xfe\x00a", samples.HTML, b"  <svg/>", b"a\x1b[31m", samples.EXE]
)
def test_what_is_no_plain_table_is_no_csv(data):
    with pytest.raises(FileRefused) as refused:
        inspect(data, "lots.csv", SHEETS)
    assert refused.value.code == "file.kind"


def test_one_byte_above_the_limit_is_too_much():
    with pytest.raises(FileTooLarge):
        inspect(bytes(MOST_BYTES + 1), "x.pdf", PAPERS)
    with pytest.raises(FileTooLarge):
        inspect(samples.pdf(), "x.pdf", PAPERS, limit=100)


def test_each_place_takes_its_own_kinds_only():
    with pytest.raises(FileRefused) as refused:
        inspect(samples.pdf(), "x.pdf", PHOTOS)
    assert refused.value.message == "The file is PDF; taken are JPEG, PNG, WEBP."


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\li\\执照.pdf", "执照.pdf"),
        ("licence\u202efdp.exe", "licencefdp.pdf"),
        ("paper.pdf.exe", "paper.pdf"),
        ("photo.JPG", "photo.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        (".pdf", "file.pdf"),
        ("v1.2 final.pdf", "v1.2 final.pdf"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_one_plain_line_that_ends_as_the_content_is(given_name, clean):
    assert clean_name(given_name, FileKind.PDF) == clean


@given(st.text(max_size=300), st.sampled_from(list(FileKind)))
def test_every_name_is_safe_and_stays_what_it_became(name, kind):
    found = clean_name(name, kind)
    assert 0 < len(found) <= LONGEST
    assert found.endswith(ENDINGS[kind])
    assert not set(found) & set('/\\<>:"|?*;%\r\n\x00')
    assert not {unicodedata.category(sign) for sign in found} & {"Cc", "Cf", "Cs"}
    assert clean_name(found, kind) == found


@given(st.binary(max_size=2_000), st.sampled_from(["x.pdf", "x.csv", "x.xlsx", "x.jpg"]))
def test_whatever_is_handed_in_is_taken_or_refused(data, name):
    assert is_judged(data, name)


@given(st.sampled_from(list(GOOD)), st.data())
def test_a_file_with_changed_bytes_is_taken_or_refused(name, choose):
    data = bytearray(GOOD[name][0])
    for _ in range(choose.draw(st.integers(1, 6))):
        data[choose.draw(st.integers(0, len(data) - 1))] = choose.draw(st.integers(0, 255))
    cut = choose.draw(st.integers(0, len(data)))
    for changed in (bytes(data), bytes(data[:cut])):
        assert is_judged(changed, name)
