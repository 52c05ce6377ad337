"""Tests stay on this machine."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80), ("example.com", 80)])
def test_nothing_outside_is_reached(address: tuple[str, int]) -> None:
    with pytest.raises(Exception, match="tests must not reach"):
        socket.create_connection(address, timeout=1)


def test_no_library_gets_out_either() -> None:
    with pytest.raises(Exception, match="tests must not reach"):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)


def test_servers_on_this_machine_are_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2], 1):
        pass


def test_unix_sockets_are_reached(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))
