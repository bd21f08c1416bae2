"""Run Debian's Chromium and Firefox, each with an empty profile and without requests of its own.

Tried with Chromium 156 and Firefox ESR 153: in a minute neither asked for anything by itself.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --disable-extensions "
    "--disable-features=NetworkTimeServiceQuerying,AutofillServerCommunication,OptimizationHints "
    "--gaia-url=http://127.0.0.1:9/ --component-updater=url-source=http://127.0.0.1:9/"
)

FIREFOX_PREFERENCES: dict[str, object] = {
    # WebDriver would otherwise set its own preferences, among them a laxer policy for file://.
    "remote.prefs.recommended": False,
    "browser.aboutwelcome.enabled": False,
    "browser.startup.page": 0,
    "termsofuse.bypassNotification": True,
    # Firefox fetches the next page ahead of time, and calls it an error when a test goes elsewhere.
    "network.prefetch-next": False,
    # What Firefox asks for itself must not stand in the record of requests.
    "app.normandy.enabled": False,
    "browser.ml.enable": False,
    "browser.newtabpage.enabled": False,
    "browser.newtabpage.activity-stream.testing.shouldInitializeFeeds": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.topsites.contile.enabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "telemetry.fog.test.localhost_port": -1,
    "toolkit.telemetry.server": "",
}


@contextmanager
def chromium(profile: Path, proxy: int, *, scripts: bool, dark: bool) -> Iterator[str]:
    """Run Chromium, and give the address to drive it by."""
    del scripts  # Turned off later: a profile without scripts could not be driven.
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    flags = [f"--user-data-dir={profile}", f"--proxy-server=127.0.0.1:{proxy}", scheme]
    chrome = {"args": CHROMIUM_FLAGS.split() + flags}
    wish = {"alwaysMatch": {"webSocketUrl": True, "goog:chromeOptions": chrome}}
    body = json.dumps({"capabilities": wish}).encode()
    with _process(["chromedriver", "--port=0"], r"on port (\d+)\.", profile / "log") as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/session", body) as answer:
            address = json.load(answer)["value"]["capabilities"]["webSocketUrl"]
        yield address


@contextmanager
def firefox(profile: Path, proxy: int, *, scripts: bool, dark: bool) -> Iterator[str]:
    """Run Firefox, and give the address to drive it by."""
    preferences = FIREFOX_PREFERENCES | {
        "javascript.enabled": scripts,
        "layout.css.prefers-color-scheme.content-override": 0 if dark else 1,
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": proxy,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": proxy,
    }
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in preferences.items())
    (profile / "user.js").write_text("".join(lines))
    command = "firefox-esr --headless --no-remote --remote-debugging-port 0 --profile"
    ready = r"BiDi listening on (ws://\S+)\s"
    with _process([*command.split(), str(profile)], ready, profile / "log") as address:
        yield f"{address}/session"


@contextmanager
def _process(command: list[str], announcement: str, log: Path) -> Iterator[str]:
    """Run a command, and give what its announcement names once it is ready."""
    environment = os.environ | {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}  # Makes Firefox heed its URL.
    with (
        log.open("wb") as output,  # a pipe would block when full, and stay open in grandchildren
        subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            while not (found := re.search(announcement, log.read_text("utf-8", "replace"))):
                if process.poll() is not None:
                    raise RuntimeError(f"{command[0]} did not start: {log.read_text()}")
                time.sleep(0.02)
            yield found[1]
        finally:
            process.terminate()
