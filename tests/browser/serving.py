"""Servers for a browser to visit, and how the browser is started."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

ARGUMENTS = [
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve `app` on a free port; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def live_app(folder: Path) -> Iterator[Flask]:
    """Yield the whole app, its database in `folder`. The compiled dictionary is the one that other runs share."""
    from bot.settings import Settings
    from handlers.app import create_app

    settings = replace(Settings(), database_url=f"sqlite:///{folder / 'annai.sqlite3'}", data_dir=folder)
    app = create_app(settings)
    try:
        yield app
    finally:
        app.extensions["annai"].stop()
