"""The other end of Socket Mode, played locally: a WebSocket server (RFC 6455) for one client at a time."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
from collections.abc import Iterator
from queue import Queue
from threading import Thread
from typing import Any, Self

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY = b"sec-websocket-key:"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class SlackWebSocket:
    """Accepts connections, sends envelopes, and keeps what was acknowledged."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._client: socket.socket | None = None
        self._clients: list[socket.socket] = []
        self.connections = 0
        self.acknowledged: Queue[dict[str, Any]] = Queue()

    @property
    def url(self) -> str:
        """Return what apps.connections.open hands out."""
        return f"ws://127.0.0.1:{self._listener.getsockname()[1]}/link/?ticket=1"

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for client in self._clients:
            client.close()

    def send(self, kind: str, payload: dict[str, Any], envelope_id: str = "envelope-1") -> None:
        """Send an envelope: events_api, interactive, slash_commands."""
        self._say({"type": kind, "envelope_id": envelope_id, "payload": payload, "accepts_response_payload": True})

    def refresh(self) -> None:
        """Ask the client to connect anew, as Slack does now and then."""
        self._say({"type": "disconnect", "reason": "refresh_requested"})

    def _say(self, message: dict[str, Any]) -> None:
        assert self._client
        self._client.sendall(_frame(_TEXT, json.dumps(message).encode()))

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            reader = client.makefile("rb")
            lines = list(_lines(reader))
            key = next(line.split(b":", 1)[1].strip() for line in lines if line.lower().startswith(_KEY))
            accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())
            client.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
            self._client = client
            self._clients.append(client)
            self.connections += 1
            self._say({"type": "hello", "num_connections": 1})
            while True:
                opcode, data = _read_frame(reader)
                if opcode == _PING:
                    client.sendall(_frame(_PONG, data))
                elif opcode == _TEXT:
                    self.acknowledged.put(json.loads(data))
                elif opcode == _CLOSE:
                    raise OSError("closed")
        except (OSError, ValueError, struct.error, StopIteration):
            client.close()  # the other end has gone


def _lines(reader: Any) -> Iterator[bytes]:
    while line := reader.readline().strip():
        yield line


def _frame(opcode: int, data: bytes) -> bytes:
    length = struct.pack("!B", len(data)) if len(data) < 126 else struct.pack("!BH", 126, len(data))
    return struct.pack("!B", 0x80 | opcode) + length + data


def _read_frame(reader: Any) -> tuple[int, bytes]:
    first, second = struct.unpack("!BB", reader.read(2))
    length = second & 0x7F
    if length == 126:
        (length,) = struct.unpack("!H", reader.read(2))
    mask = reader.read(4) if second & 0x80 else b"\0" * 4
    data = reader.read(length)
    return first & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
