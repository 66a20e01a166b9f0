#!/usr/bin/env python3
"""Opens a report's page in headless Chromium, from its file, as a person does: hovers over the map, filters
it, colours it otherwise, goes through it by the keyboard, and looks at it dark, narrow and printed.

Run: make test-browser, or
     python Tests/browser/page.py outputs/movies/report/report.html [--pictures FOLDER]

Fails where something on the page does not answer, where the console says anything, where a request leaves
the file, where the page is over 6 MB or takes over a second until the map is there, or where it is wider
than a telephone.
"""
import argparse
import base64
import json
import pathlib
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("page", type=pathlib.Path)
parser.add_argument("--pictures", type=pathlib.Path, help="where screenshots and the pdf go")
parser.add_argument("--chromium", default="/usr/bin/chromium")
parser.add_argument("--driver", default="/usr/bin/chromedriver")
options = parser.parse_args()

failures = []


def check(name, holds, found=""):
    print(f"{'ok  ' if holds else 'FAIL'} {name}{f': {found}' if found != '' else ''}")
    if not holds:
        failures.append(name)


browser_options = webdriver.ChromeOptions()
browser_options.binary_location = options.chromium
for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                 "--force-device-scale-factor=1"):
    browser_options.add_argument(argument)
browser_options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
browser = webdriver.Chrome(options=browser_options, service=Service(options.driver))


def element(name):
    return browser.find_element(By.ID, name)


def count():
    return element("map-count").text


def picture(name):
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(options.pictures / f"{name}.png"))


def whole_picture(name):
    """The page from top to end, not only what a window shows."""
    if not options.pictures:
        return
    size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}})
    options.pictures.mkdir(parents=True, exist_ok=True)
    (options.pictures / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def dark(on):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark" if on else "light"}]})


def width(pixels, height=900):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": pixels, "height": height, "deviceScaleFactor": 1, "mobile": False})
    time.sleep(0.2)


# A copy that may be read: the page's own canvas is drawn by the graphics processor where there is one.
PIXELS = """
      const canvas = document.getElementById('map-canvas');
      const copy = document.createElement('canvas');
      [copy.width, copy.height] = [canvas.width, canvas.height];
      const context = copy.getContext('2d', {willReadFrequently: true});
      context.drawImage(canvas, 0, 0);
      const pixels = context.getImageData(0, 0, copy.width, copy.height).data;
"""


def ink():
    """How many pixels of the map are drawn on."""
    return browser.execute_script(PIXELS + """
      let drawn = 0;
      for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) drawn += 1;
      return drawn;""")


def colours():
    return set(browser.execute_script(PIXELS + """
      const found = new Map();
      for (let i = 0; i < pixels.length; i += 4) {
        if (pixels[i + 3] < 150) continue;
        const key = [pixels[i] >> 5, pixels[i + 1] >> 5, pixels[i + 2] >> 5].join();
        found.set(key, (found.get(key) || 0) + 1);
      }
      return [...found.entries()].filter(([, n]) => n > 100).map(([key]) => key);"""))


try:
    page = options.page.resolve()
    size = page.stat().st_size
    check("under 6 MB", size < 6e6, f"{size / 1e6:.2f} MB")
    width(1280)
    dark(False)
    # Other work on the machine makes a load longer, never shorter: the best of three counts.
    loads = []
    while len(loads) < 3 and (not loads or min(loads) >= 1000):
        browser.get(page.as_uri())
        WebDriverWait(browser, 20).until(lambda _: count() != "")
        loads.append(browser.execute_script("""
          const [entry] = performance.getEntriesByType('navigation');
          return entry.domContentLoadedEventEnd;"""))
    check("interactive within a second", min(loads) < 1000, f"{min(loads):.0f} ms")
    check("the answer stands at the top",
          browser.find_element(By.CLASS_NAME, "answer").location["y"] < 300)
    check("every drawing has words", all(
        drawing.get_attribute("aria-label") for drawing in
        browser.find_elements(By.CSS_SELECTOR, "svg[role=img]")))
    outside = browser.execute_script("""
      return [...document.querySelectorAll('svg[role=img] text')].filter((text) => {
        const [own, all] = [text, text.ownerSVGElement].map((e) => e.getBoundingClientRect());
        return own.left < all.left - 1 || own.right > all.right + 1;
      }).map((text) => text.textContent);""")
    check("no word leaves its drawing", not outside, ", ".join(outside))
    check("not wider than the window",
          browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"))
    picture("top-1280")
    whole_picture("light-1280")

    # Hover: the middle of the map has points; go around until one is met.
    canvas = element("map-canvas")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", canvas)
    box = canvas.size
    told = False
    for dx, dy in [(x, y) for x in range(-160, 161, 40) for y in range(-120, 121, 40)]:
        ActionChains(browser).move_to_element_with_offset(canvas, dx, dy).perform()
        if element("map-tip").is_displayed():
            told = True
            break
    text = element("map-tip").text
    check("hovering shows the text", told and len(text) > 10, text.replace("\n", " | ")[:90])
    picture("hover")

    total = int(count().split(" of ")[1].split()[0].replace(",", ""))
    check("every text is there", total > 1000, total)
    before = ink()
    element("map-filter").send_keys("love")
    time.sleep(0.3)
    held = int(count().split(" of ")[0].replace(",", ""))
    check("the filter finds some", 0 < held < total, count())
    picture("filter")
    element("map-filter").send_keys(" zzzz")
    time.sleep(0.3)
    check("and none for what no text holds", count().startswith("0 of"), count())
    element("map-filter").clear()
    element("map-filter").send_keys(" ", Keys.BACKSPACE)
    time.sleep(0.3)
    check("and all again when it is empty", count().startswith(f"{total:,} of"), count())
    check("the map is drawn", before > 5000, f"{before} pixels")

    seen = {}
    select = Select(element("map-colour"))
    for value in [option.get_attribute("value") for option in select.options]:
        select.select_by_value(value)
        time.sleep(0.25)
        seen[value] = (frozenset(colours()), element("map-keys").text.replace("\n", " | "))
    check("colouring changes the keys", len({keys for _, keys in seen.values()}) == len(seen),
          "; ".join(seen))
    check("and the colours", len({drawn for drawn, _ in seen.values()}) > 1)
    picture("errors")
    select.select_by_index(0)

    key = element("map-keys").find_element(By.TAG_NAME, "button")
    key.click()
    time.sleep(0.2)
    check("a key hides its points", count() != f"{total:,} of {total:,} texts are shown", count())
    key.click()

    shapes = ink()
    Select(element("map-projection")).select_by_index(1)
    time.sleep(0.3)
    check("the other projection is another drawing", ink() != shapes)
    Select(element("map-projection")).select_by_index(0)

    element("map-in").click()
    time.sleep(0.2)
    check("zooming draws anew", ink() != shapes)
    element("map-all").click()

    browser.execute_script("arguments[0].focus()", canvas)
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
    first = element("map-tip").text
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
    second = element("map-tip").text
    check("the arrow keys go from text to text", first and second and first != second)
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()

    frames = browser.execute_async_script("""
      const done = arguments[0];
      const canvas = document.getElementById('map-canvas');
      const box = canvas.getBoundingClientRect();
      const times = [];
      let step = 0;
      const next = () => {
        const start = performance.now();
        canvas.dispatchEvent(new PointerEvent('pointermove', {
          clientX: box.left + 200 + step * 7, clientY: box.top + 200, bubbles: true}));
        requestAnimationFrame(() => {
          times.push(performance.now() - start);
          step += 1;
          step < 30 ? next() : done(times);
        });
      };
      next();""")
    frames.sort()
    check("smooth: a move and its drawing", frames[len(frames) // 2] < 100,
          f"{frames[len(frames) // 2]:.0f} ms in the middle of 30")

    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    browser.execute_script("scrollTo({top: 0, behavior: 'instant'})")
    element("theme").click()
    check("the button turns it dark", background != browser.execute_script(
        "return getComputedStyle(document.body).backgroundColor"))
    element("theme").click()

    dark(True)
    browser.get(page.as_uri())
    WebDriverWait(browser, 20).until(lambda _: count() != "")
    whole_picture("dark-1280")
    for narrow in (400,):
        for on in (False, True):
            dark(on)
            width(narrow, 820)
            browser.get(page.as_uri())
            WebDriverWait(browser, 20).until(lambda _: count() != "")
            check(f"not wider than {narrow} pixels, {'dark' if on else 'light'}", browser.execute_script(
                "return document.documentElement.scrollWidth <= innerWidth"),
                browser.execute_script("return document.documentElement.scrollWidth"))
            whole_picture(f"{'dark' if on else 'light'}-{narrow}")
    width(1280)
    dark(False)
    browser.get(page.as_uri())
    WebDriverWait(browser, 20).until(lambda _: count() != "")
    pdf = base64.b64decode(browser.execute_cdp_cmd(
        "Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})["data"])
    check("it prints", pdf.startswith(b"%PDF") and len(pdf) > 50_000, f"{len(pdf) / 1e6:.1f} MB")
    if options.pictures:
        (options.pictures / "print.pdf").write_bytes(pdf)

    said = browser.get_log("browser")
    check("the console says nothing", not said, json.dumps(said)[:300] if said else "")
    requests = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            requests.append(message["params"]["request"]["url"])
    outside = [url for url in requests if not url.startswith((page.as_uri(), "data:", "about:"))]
    check("nothing is asked of the network", not outside, outside[:3] if outside else "")
finally:
    browser.quit()

if failures:
    sys.exit(f"{len(failures)} failed: {', '.join(failures)}")
