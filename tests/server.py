"""Two servers on this machine: a folder over http, and a proxy that leads nowhere.

with Server(site, below="/course/") as server:
    browser.open(server.url + "index.html")
"""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, StreamRequestHandler
from threading import Thread
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class _Local:
    """A server of its own thread, on a free port, open as long as its `with` block."""

    def __init__(self, handler: Callable[..., BaseRequestHandler]) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port: int = self._http.server_address[1]

    def __enter__(self) -> Self:
        Thread(target=self._http.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


class Server(_Local):
    """A folder over http, at the root of a host or below a path, with no rules of its own."""

    missing: list[str]
    """The path of each request that found nothing."""

    def __init__(self, folder: Path, below: str = "/") -> None:
        self.missing = missing = []

        class Handler(SimpleHTTPRequestHandler):
            def translate_path(self, path: str) -> str:
                inside = path.startswith(below)
                return super().translate_path(path.removeprefix(below) if inside else "/nowhere")

            def send_error(self, code: int, *args: str | None) -> None:
                missing.append(self.path)
                super().send_error(code, *args)

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        super().__init__(partial(Handler, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self.port}{below}"


class DeadEnd(_Local):
    """A proxy that refuses every request and remembers it: who asked whom is then known."""

    requests: list[str]
    """The method and address of each request, such as `CONNECT example.org:443`."""

    def __init__(self) -> None:
        self.requests = requests = []

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                method, address, *_ = [*self.rfile.readline().decode("latin-1").split(), "", ""]
                requests.append(f"{method} {address}")

        super().__init__(Handler)
