"""What was computed for the last texts, kept in memory by their hash: the texts themselves are not kept."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The values of the last texts. Thread-safe."""

    def __init__(self, most: int) -> None:
        """Hold `most` values; the one that was asked for longest ago goes first."""
        self._most = most
        self._held: OrderedDict[bytes, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, text: str) -> Value | None:
        """Return the value that was put for `text`, or None."""
        key = _key(text)
        with self._lock:
            value = self._held.get(key)
            if value is not None:
                self._held.move_to_end(key)
            return value

    def put(self, text: str, value: Value) -> None:
        """Keep `value` for `text`."""
        key = _key(text)
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._most:
                self._held.popitem(last=False)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
