"""Texts in, unit vectors out: the meaning view's model (multilingual-e5-small, Wang et al. 2024), run by onnxruntime.

A text's vector is the mean over the last layer's positions, at unit length, so that a product of two vectors is their
cosine. E5 wants every text to say what it is: an utterance begins with `query: `, an answer with `passage: `.
What the model files are and how they are made stands in model/MODEL_CARD.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import unicodedata
import uuid
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import regex
import structlog
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.matching.recent import Recent

log = structlog.get_logger("annai.matching")

Vectors = NDArray[np.float32]
Prefix = Literal["query: ", "passage: "]

MODEL_FOLDER = Path(__file__).with_name("model")
DIMENSIONS = 384
LONGEST = 300
"""Characters of a text that are embedded, counted after normalising; what stands after them is left out."""

_READ = 4000
"""Characters that are looked at to find those 300: more only if invisible ones make up nine tenths of the text."""
_UNREADABLE = regex.compile(r"[\p{Cs}\p{Cn}\0]")
_SPACES = regex.compile(r" {2,}")
_SUMS = "SHA256SUMS"
_FILES = {"model.onnx", "weights.bin", "tokenizer.json", "normaliser.json", "selftest.json"}
_RECIPE = 1
"""Goes up when the same files would give other vectors because this module treats texts differently."""
_LIKE_STORED = 0.998
"""Least cosine with the stored vectors. CPUs round activations differently; not rounding them at all gives 0.9999."""
_TOKENS_A_RUN = 512
"""Pieces of text in one run: larger runs are no faster and need more memory."""

_RECORD = np.dtype([("key", "V16"), ("vector", "<f2", DIMENSIONS), ("sum", "<u4")])
_SAVED_AT_ONCE = 1000
"""Texts whose vectors are computed before they are saved: what a process loses that is killed meanwhile."""
_MOST_FILES = 16
"""Above this many the cache's files become one."""
_ABANDONED_AFTER = 3600
"""Seconds after which a file that is still half written belongs to a process that was killed."""
_VERSIONS_KEPT = 2
"""The model's own and the last one before it, for the hour in which two versions of the bot run."""


class ModelUnavailable(Exception):
    """Why there is no meaning view, in one line."""


class Embeds(Protocol):
    """What turns texts into unit vectors."""

    @property
    def version(self) -> str:
        """Return a name for the model: the same name, the same vectors."""
        ...

    def embed(self, texts: Sequence[str], prefix: Prefix = "query: ") -> Vectors:
        """Return shape (texts, 384)."""
        ...


class Embedder:
    """The model in memory. Immutable and thread-safe; with one core it may be loaded before a process forks."""

    def __init__(
        self, session: Any, tokenizer: Tokenizer, replacements: Mapping[int, str], version: str, threads: int
    ) -> None:
        """Use `Embedder.load`."""
        self._session, self._tokenizer, self._replacements = session, tokenizer, replacements
        self._version, self._threads = version, threads

    @classmethod
    def load(cls, folder: Path = MODEL_FOLDER, threads: int = 1, cores: int = 1, *, verify: bool = True) -> Embedder:
        """Return the model in `folder`; raise ModelUnavailable with one line when it can't be used.

        A call embeds its texts in at most `threads` threads, and works at each in at most `cores`: with more than one
        the model starts threads of its own, which do not survive a fork. `verify=False` leaves out checksums and self-test, for the command that makes the files.
        """
        try:
            version = _verified(folder) if verify else "unverified"
            replacements = json.loads((folder / "normaliser.json").read_text(encoding="utf-8"))
            embedder = cls(
                _session(folder / "model.onnx", cores),
                _tokenizer(folder / "tokenizer.json"),
                {int(code, 16): text for code, text in replacements.items()},
                version,
                max(threads, 1),
            )
            if verify:
                embedder._test_itself(folder / "selftest.json")
        except ModelUnavailable:
            raise
        except Exception as error:  # onnxruntime and tokenizers raise what they like; the bot goes on with words alone
            reason = " ".join(str(error).split())[:300]
            raise ModelUnavailable(f"意味で探すモデルを読み込めません: {type(error).__name__}: {reason}") from error
        return embedder

    @property
    def version(self) -> str:
        """Return a name for the model: the same name, the same vectors (but for how the CPU rounds)."""
        return self._version

    def embed(self, texts: Sequence[str], prefix: Prefix = "query: ") -> Vectors:
        """Return shape (texts, 384): unit vectors, float32, in the order of `texts`.

        Of each text the first 300 characters count. A text in which nothing can be read has the zero vector, which is
        as far from everything as from its opposite.
        """
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        pieces = [self.pieces(text, prefix) for text in texts]
        runs = list(_runs([len(found) for found in pieces]))

        def run(numbers: Sequence[int]) -> None:
            ids = np.array([pieces[number] for number in numbers], np.int32)
            (vectors[numbers],) = self._session.run(None, {"ids": ids})

        if len(runs) > 1 and self._threads > 1:
            with ThreadPoolExecutor(self._threads, "embedder") as pool:
                list(pool.map(run, runs))
        else:
            for numbers in runs:
                run(numbers)
        return vectors

    def normalise(self, text: str) -> str:
        """Return what the model reads of `text`: NFKC, control characters and runs of spaces folded, 300 characters."""
        text = unicodedata.normalize("NFKC", _UNREADABLE.sub("", text[:_READ]))
        text = _SPACES.sub(" ", text.translate(self._replacements)).strip()
        return text[:LONGEST].rstrip()

    def pieces(self, text: str, prefix: Prefix = "query: ") -> list[int]:
        """Return the numbers of the pieces that the model reads of `text`; none when nothing can be read in it."""
        text = self.normalise(text)
        return self._tokenizer.encode(prefix + text).ids if text else []

    def _test_itself(self, path: Path) -> None:
        stored = json.loads(path.read_text(encoding="utf-8"))
        for example in stored:
            (vector,) = self.embed([example["text"]], example["prefix"])
            cosine = float(vector @ np.array(example["vector"], np.float32))
            if not cosine >= _LIKE_STORED:
                raise ModelUnavailable(
                    "意味で探すモデルがこの環境では正しく動きません"
                    f"(「{example['text']}」の自己診断の類似度 {cosine:.4f}、必要な値 {_LIKE_STORED})"
                )


def _verified(folder: Path) -> str:
    """Return a name for the files in `folder`; raise ModelUnavailable when one is missing or is not as it was made."""
    try:
        sums = (folder / _SUMS).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelUnavailable(f"意味で探すモデルの {_SUMS} が {folder} にないか、読めません") from error
    expected_sums = {name: expected for expected, _, name in (line.partition("  ") for line in sums.splitlines())}
    if expected_sums.keys() != _FILES:
        raise ModelUnavailable(f"意味で探すモデルの {_SUMS} が壊れています")
    for name, expected in expected_sums.items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelUnavailable(f"意味で探すモデルの {name} が {folder} にないか、読めません") from error
        if found != expected:
            raise ModelUnavailable(f"意味で探すモデルの {name} が壊れています({_SUMS} と合いません)")
    return hashlib.sha256(f"{_RECIPE}\n{sums}".encode()).hexdigest()[:16]


def _session(path: Path, cores: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = max(cores, 1), 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.enable_mem_pattern = False  # it plans for one shape, and no two runs have the same
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _tokenizer(path: Path) -> Tokenizer:
    return Tokenizer.from_str(path.read_text(encoding="utf-8"))


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the numbers of the texts that run together: all of one length, so that nothing is padded; long ones first."""
    by_length: dict[int, list[int]] = {}
    for number, length in enumerate(lengths):
        if length:
            by_length.setdefault(length, []).append(number)
    for length in sorted(by_length, reverse=True):
        numbers = by_length[length]
        size = max(_TOKENS_A_RUN // length, 1)
        yield from (numbers[start : start + size] for start in range(0, len(numbers), size))


class VectorCache:
    """The same vectors, computed once: a folder that several processes may use at the same time, without locks.

    Every call that computes something adds one file, complete from the first moment (written aside, then renamed), that is
    never changed; many files become one. Each vector has a checksum: what is damaged or gone is computed again. Vectors
    are held in half precision, and returned so whether they come from the disk or not: the cache never changes an answer.
    """

    def __init__(self, folder: Path, embedder: Embeds, most: int = 50_000) -> None:
        """Keep vectors of `embedder` below `folder`, about `most` of them (800 bytes each)."""
        self._root, self._folder = folder, folder / embedder.version
        self._embedder, self._most = embedder, most

    @property
    def version(self) -> str:
        """Return the model's name."""
        return self._embedder.version

    def embed(self, texts: Sequence[str], prefix: Prefix = "query: ") -> Vectors:
        """Return shape (texts, 384), as Embedder.embed does; only texts that are new are computed."""
        keys = [_key(text, prefix) for text in texts]
        held = self._read(set(keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in held}
        names = list(missing)
        for start in range(0, len(names), _SAVED_AT_ONCE):
            some = names[start : start + _SAVED_AT_ONCE]
            records = _records(some, self._embedder.embed([missing[key] for key in some], prefix))
            held.update(zip(some, records["vector"], strict=True))
            self._save(records, held.keys())
        if not keys:
            return np.zeros((0, DIMENSIONS), np.float32)
        vectors = np.stack([held[key] for key in keys]).astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)

    def missing(self, texts: Sequence[str], prefix: Prefix = "query: ") -> int:
        """Return how many of `texts` the cache does not hold."""
        keys = {_key(text, prefix) for text in texts}
        return len(keys) - len(self._read(keys))

    def _files(self) -> list[Path]:
        """Return the cache's files, oldest first."""
        return sorted(self._folder.glob("*.npy"))

    def _read(self, wanted: Collection[bytes]) -> dict[bytes, NDArray[np.float16]]:
        """Return the undamaged vectors that are wanted."""
        held: dict[bytes, NDArray[np.float16]] = {}
        for path in self._files():
            for record in _intact(path, wanted):
                held[record["key"].tobytes()] = record["vector"]
        return held

    def _save(self, records: NDArray[np.void], used: Collection[bytes]) -> None:
        """Add a file; when there are many, make them one. A disk that takes nothing costs time, not answers."""
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                self._drop_old_versions()
            self._write(records)
            files = self._files()
            if len(files) > _MOST_FILES:
                self._join(files, used)
        except OSError as error:
            log.warning("vector_cache_unwritable", folder=str(self._folder), reason=str(error))

    def _write(self, records: NDArray[np.void]) -> None:
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        aside, final = self._folder / f"{name}.part", self._folder / f"{name}.npy"
        try:
            with aside.open("wb") as file:
                np.save(file, records, allow_pickle=False)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(final)
        finally:
            aside.unlink(missing_ok=True)

    def _join(self, files: Sequence[Path], used: Collection[bytes]) -> None:
        """Write what `files` hold into one file, the oldest unused vectors left out beyond the bound, and delete them."""
        found = {record["key"].tobytes(): record for path in files for record in _intact(path)}
        in_order = sorted(found, key=lambda key: key in used)
        kept = in_order[-max(self._most, len(used)) :]
        self._write(np.array([found[key] for key in kept], _RECORD))
        for path in files:
            with suppress(OSError):  # another process may have been quicker, or still read it
                path.unlink(missing_ok=True)
        for path in self._folder.glob("*.part"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED_AFTER:
                    path.unlink()

    def _drop_old_versions(self) -> None:
        versions = sorted(
            (path for path in self._root.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime
        )
        for path in versions[:-_VERSIONS_KEPT]:
            shutil.rmtree(path, ignore_errors=True)


class RecentVectors:
    """The vectors of the last utterances, in memory; their texts are not kept. Thread-safe."""

    def __init__(self, embedder: Embeds, most: int = 1024) -> None:
        """Hold the vectors of `most` utterances (1.5 kB each)."""
        self._embedder = embedder
        self._held: Recent[Vectors] = Recent(most)

    def vector(self, text: str, prefix: Prefix = "query: ") -> Vectors:
        """Return shape (384,), which can't be written to: the unit vector of `text`."""
        known = self._held.get(prefix + text)
        if known is not None:
            return known
        vector: Vectors = self._embedder.embed([text], prefix)[0]
        vector.setflags(write=False)
        self._held.put(prefix + text, vector)
        return vector

    def learn(self, texts: Sequence[str], vectors: Vectors, prefix: Prefix = "query: ") -> None:
        """Take in the vectors of `texts`, computed elsewhere: for many utterances that are known beforehand."""
        for text, vector in zip(texts, vectors, strict=True):
            self._held.put(prefix + text, vector)


def _key(text: str, prefix: Prefix) -> bytes:
    return hashlib.blake2b((prefix + text).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _records(keys: Sequence[bytes], vectors: Vectors) -> NDArray[np.void]:
    records = np.zeros(len(keys), _RECORD)
    records["key"] = np.frombuffer(b"".join(keys), "V16")
    records["vector"] = vectors
    records["sum"] = [_sum(record) for record in records]
    return records


def _sum(record: np.void) -> int:
    return zlib.crc32(record.tobytes()[:-4])


def _intact(path: Path, wanted: Collection[bytes] | None = None) -> Iterable[Any]:
    """Yield the records of `path` that are undamaged and, if told which, wanted; none when it can't be read."""
    try:
        records = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return
    if records.dtype != _RECORD or records.ndim != 1:
        return
    keys = records["key"].tobytes()
    for number, record in enumerate(records):
        key = keys[16 * number : 16 * number + 16]
        if (wanted is None or key in wanted) and int(record["sum"]) == _sum(record):
            yield record
