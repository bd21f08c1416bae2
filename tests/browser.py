"""Drive Debian's Chromium and Firefox by WebDriver BiDi, the same way.

with DeadEnd() as outside, Browser.start("firefox", outside) as browser:
    browser.open("file:///tmp/site/index.html")
    browser.click("a[href='about.html']")
    browser.wait("document.title === 'About'")
    assert (browser.problems, outside.requests) == ([], [])
"""

# ruff: noqa: ANN401 -- a page may answer with anything

from __future__ import annotations

import base64
import json
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from engines import chromium, firefox
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server import DeadEnd
    from websockets.sync.client import ClientConnection

NAMES = ("chromium", "firefox")
"""The browsers that every page is tried in."""

KEYS = {
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Tab": "\ue004",
    "ArrowUp": "\ue013",
    "ArrowDown": "\ue015",
}
"""Keys that are no character, by the names of the DOM, as WebDriver numbers them."""

WATCH = """() => {
  addEventListener("securitypolicyviolation", ({effectiveDirective, blockedURI, sample}) =>
    console.error("Policy violated:", effectiveDirective, blockedURI, sample));
  addEventListener("error", ({target}) => target.tagName &&
    console.error("Not loaded:", target.src || target.href || target.data), true);
}"""
"""Runs ahead of a page's own scripts, and says in the console what BiDi keeps to itself."""


class BrowserError(Exception):
    """The browser refused a command, or the page threw an error at an expression."""


class Browser:
    """One running browser with one tab."""

    problems: list[str]
    """Errors in the console or a script, policy violations, and files that did not load."""

    tab: str
    """How BiDi names the tab."""

    def __init__(self, socket: ClientConnection, name: str) -> None:
        self.name = name
        self.problems = []
        self._socket = socket
        self._sent = 0

    @classmethod
    @contextmanager
    def start(
        cls, name: str, outside: DeadEnd, *, scripts: bool = True, dark: bool = False
    ) -> Iterator[Browser]:
        """Start a browser with an empty profile, for which all but this machine is a dead end."""
        run = chromium if name == "chromium" else firefox
        with (
            TemporaryDirectory(ignore_cleanup_errors=True) as profile,
            run(Path(profile), outside.port, scripts=scripts, dark=dark) as address,
            connect(address, max_size=None) as socket,
        ):
            browser = cls(socket, name)
            if name == "firefox":
                browser.send("session.new", capabilities={})
            browser.tab = browser.send("browsingContext.getTree")["contexts"][0]["context"]
            browser.send("session.subscribe", events=["log.entryAdded"])
            browser.send("script.addPreloadScript", functionDeclaration=WATCH)
            if name == "chromium" and not scripts:  # Firefox has preferences for these two
                browser.send("emulation.setScriptingEnabled", enabled=False, contexts=[browser.tab])
            yield browser
            with suppress(Exception):
                browser.send("browser.close")

    def send(self, method: str, **params: object) -> Any:
        """Send one BiDi command, and return what it results in."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("id") == self._sent:
                break
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.problems.append(message["params"]["text"])
        if message["type"] == "error":
            raise BrowserError(f"{method}: {message['error']}: {message['message']}")
        return message["result"]

    def open(self, url: str) -> None:
        """Go to an address, and wait until all of the page has loaded."""
        self.send("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def run(self, expression: str) -> Any:
        """Evaluate an expression in the page, and return its value, awaited if it is a promise."""
        target = {"context": self.tab}
        result = self.send(
            "script.evaluate", expression=expression, target=target, awaitPromise=True
        )
        if result["type"] == "exception":
            raise BrowserError(result["exceptionDetails"]["text"])
        return _plain(result["result"])

    def wait(self, expression: str, seconds: float = 10) -> Any:
        """Return the expression's value as soon as it is true of the page, also of the next one."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(BrowserError):
                if value := self.run(expression):
                    return value
            time.sleep(0.02)
        raise AssertionError(f"{self.name}: still not so after {seconds} s: {expression}")

    def click(self, selector: str) -> None:
        """Press the mouse on the middle of the first element that the CSS selector finds."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.run(f"{element}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        locator = {"type": "css", "value": selector}
        found = self.send("browsingContext.locateNodes", context=self.tab, locator=locator)
        origin = {"type": "element", "element": {"sharedId": found["nodes"][0]["sharedId"]}}
        move: dict[str, object] = {"type": "pointerMove", "x": 0, "y": 0, "origin": origin}
        press, release = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        self._act("pointer", [move, press, release])

    def press(self, *keys: str) -> None:
        """Press the keys one after the other: `press(*"word", "Enter")`."""
        strokes = [KEYS.get(key, key) for key in keys]
        kinds = ("keyDown", "keyUp")
        self._act("key", [{"type": kind, "value": key} for key in strokes for kind in kinds])

    def resize(self, width: int, height: int) -> None:
        """Give the page this many CSS pixels."""
        size = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self.tab, viewport=size)

    def screenshot(self, origin: str = "viewport") -> bytes:
        """Return the page as a PNG picture: its `viewport`, or the whole `document`."""
        method = "browsingContext.captureScreenshot"
        return base64.b64decode(self.send(method, context=self.tab, origin=origin)["data"])

    def print(self, **options: object) -> bytes:
        """Print the page to PDF, with the options of `browsingContext.print`."""
        return base64.b64decode(
            self.send("browsingContext.print", context=self.tab, **options)["data"]
        )

    def _act(self, kind: str, actions: list[dict[str, object]]) -> None:
        device = [{"type": kind, "id": kind, "actions": actions}]
        self.send("input.performActions", context=self.tab, actions=device)


def _plain(remote: dict[str, Any]) -> Any:
    """Return what Python has for a value as BiDi describes it."""
    match remote["type"]:
        case "array":
            return [_plain(item) for item in remote["value"]]
        case "object":
            return {name: _plain(item) for name, item in remote["value"]}
        case _:
            return remote.get("value")
