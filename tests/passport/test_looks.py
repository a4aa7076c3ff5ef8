"""The page in a browser: nothing runs over the edge, colours can be read, pictures for people to look at."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from passport.sample_pages import ALL, VERIFIED
from suyuan.passport.page import Links, css, render_lot, render_unknown
from suyuan.passport.qr import qr_svg

LONG = "https://example.com/lots/" + "x" * 475
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def chromium(folder, *arguments):
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    command = [program, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """All states of the page in both languages, served from a folder."""
    folder = tmp_path_factory.mktemp("site")
    for language in ("zh", "en"):
        for state, page in ALL.items():
            links = Links("https://trace.example.cn" + page.path, "#", "qr.svg", "x.json", "?lang=en")
            folder.joinpath(f"{state}-{language}.html").write_bytes(render_lot(page, language, links))
        unknown = render_unknown(LONG, language, "?", demo=True)
        folder.joinpath(f"unknown-{language}.html").write_bytes(unknown)
    folder.joinpath("qr.svg").write_bytes(qr_svg("https://trace.example.cn" + VERIFIED.path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


HARNESS = """<!doctype html><title>wait</title><pre id="out"></pre><script>
const found = {}
const pages = PAGES, widths = [320, 360, 768, 1280]
async function measure() {
  for (const page of pages) for (const width of widths) {
    const frame = document.createElement("iframe")
    frame.style = `width:${width}px;height:900px;border:0`
    frame.src = page
    await new Promise(done => { frame.onload = done; document.body.append(frame) })
    const root = frame.contentDocument.documentElement
    const small = [...frame.contentDocument.querySelectorAll("a,summary")]
      .filter(each => !each.closest("p,li span,.skip") && !each.matches(".skip"))
      .filter(each => each.getBoundingClientRect().height < 24).map(each => each.outerHTML)
    found[`${page} ${width}`] = {over: root.scrollWidth - root.clientWidth, small}
    frame.remove()
  }
  document.getElementById("out").textContent = JSON.stringify(found)
}
measure()
</script>"""


@pytest.mark.browser
def test_nothing_runs_over_the_edge_from_320_to_1280_pixels_and_targets_are_large_enough(site, tmp_path):
    folder, url = site
    pages = sorted(each.name for each in folder.glob("*-*.html"))
    folder.joinpath("harness.html").write_text(HARNESS.replace("PAGES", json.dumps(pages)), "utf-8")
    dom = chromium(tmp_path, "--virtual-time-budget=60000", "--dump-dom", f"{url}/harness.html")
    told = re.search(r'<pre id="out">(.*?)</pre>', dom, re.DOTALL)
    found = json.loads(html.unescape(told[1]))
    assert len(found) == len(pages) * 4
    assert {name: each for name, each in found.items() if each["over"] > 0 or each["small"]} == {}


@pytest.mark.browser
@pytest.mark.parametrize("width", [500, 1280])
def test_pictures_can_be_taken(site, tmp_path, width):
    _, url = site
    picture = tmp_path / f"{width}.png"
    chromium(tmp_path, f"--screenshot={picture}", f"--window-size={width},2000", f"{url}/verified-zh.html")
    assert picture.stat().st_size > 20_000


def luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


PAIRS = [
    (front, back)
    for back in ("paper", "card")
    for front in ("ink", "soft", "link", "brand")
] + [(tone, f"{tone}-bg") for tone in ("ok", "calm", "warn", "bad")] + [
    ("ink", f"{tone}-bg") for tone in ("ok", "calm", "warn", "bad")
]  # fmt: skip


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_all_text_stands_out_from_its_ground(mode, front, back):
    block = re.findall(r":root\{(.*?)\}", css())[mode]
    colours = dict(re.findall(r"--([\w-]+):(#[0-9a-f]+)", block))
    assert contrast(colours[front], colours[back]) >= 4.5


def test_a_code_is_dark_on_white_with_a_quiet_zone_and_always_the_same():
    svg = qr_svg("https://trace.example.cn/01/06901234567892/10/" + quote("A/B", safe=""))
    assert svg == qr_svg("https://trace.example.cn/01/06901234567892/10/A%2FB")
    size = int(re.search(rb'viewBox="0 0 (\d+) ', svg)[1])
    drawn = [(int(x), int(y), int(run)) for x, y, run in re.findall(rb"M(\d+) (\d+)\.5h(\d+)", svg)]
    assert min(x for x, _, _ in drawn) == 4 == min(y for _, y, _ in drawn)
    assert max(x + run for x, _, run in drawn) == size - 4
    with pytest.raises(ValueError, match="more than a QR code holds"):
        qr_svg("x" * 3000)
