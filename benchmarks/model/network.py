"""The model in torch, for training: the numbers that the ONNX graph has, 4-bit matrices written out, adapters beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.model.graph import LONGEST, Adapter
from benchmarks.model.wheel import Source

RANK = 8
PARTS = ("q", "k", "v", "ao", "fi", "fo")


class Network(nn.Module):
    """Ids in, unit vectors out. Only the adapters learn."""

    def __init__(self, source: Source, kept: NDArray[np.int64]) -> None:
        """Write the 4-bit numbers out; the adapters begin as nothing."""
        super().__init__()
        self._layers, self._heads, self._epsilon = source.layers, source.heads, source.epsilon
        self.adapted = True
        kind = source.floats["emb.type"].reshape(-1, source.hidden)[0]
        self._fixed = {name: torch.from_numpy(np.array(value)) for name, value in source.floats.items()}
        self._fixed["words"] = torch.from_numpy(source.matrices["emb.word"].rows(kept).numbers)
        self._fixed["positions"] = torch.from_numpy(source.floats["emb.pos"].reshape(LONGEST, source.hidden) + kind)
        self.down, self.up = nn.ParameterDict(), nn.ParameterDict()
        for name in (f"l{layer}.{part}" for layer in range(source.layers) for part in PARTS):
            matrix = torch.from_numpy(source.matrices[f"{name}.w"].numbers)
            self._fixed[f"{name}.w"] = matrix
            rows, columns = matrix.shape
            self.down[_key(name)] = nn.Parameter(torch.randn(columns, RANK) / math.sqrt(columns))
            self.up[_key(name)] = nn.Parameter(torch.zeros(RANK, rows))

    def _linear(self, x: Tensor, name: str) -> Tensor:
        y = functional.linear(x, self._fixed[f"{name}.w"], self._fixed[f"{name}.b"])
        if self.adapted:
            y = y + x @ self.down[_key(name)] @ self.up[_key(name)]
        return y

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(x, x.shape[-1:], self._fixed[f"{name}.w"], self._fixed[f"{name}.b"], self._epsilon)

    def forward(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """Return shape (texts, hidden)."""
        lengths = torch.tensor([len(ids) for ids in texts])
        longest = int(lengths.max())
        ids = torch.tensor([[*ids, *[0] * (longest - len(ids))] for ids in texts])
        mask = torch.arange(longest)[None] < lengths[:, None]
        x = self._norm(self._fixed["words"][ids] + self._fixed["positions"][:longest], "emb.ln")
        for layer in range(self._layers):
            x = self._layer(x, mask, f"l{layer}")
        mean = (x * mask[..., None]).sum(1) / lengths[:, None]
        return functional.normalize(mean, dim=-1)

    def _layer(self, x: Tensor, mask: Tensor, name: str) -> Tensor:
        batch, length, hidden = x.shape
        query, key, value = (
            self._linear(x, f"{name}.{part}").view(batch, length, self._heads, -1).transpose(1, 2) for part in "qkv"
        )
        seen = functional.scaled_dot_product_attention(query, key, value, mask[:, None, None])
        seen = seen.transpose(1, 2).reshape(batch, length, hidden)
        x = self._norm(x + self._linear(seen, f"{name}.ao"), f"{name}.aln")
        return self._norm(x + self._linear(functional.gelu(self._linear(x, f"{name}.fi")), f"{name}.fo"), f"{name}.oln")

    def in_buckets(self, texts: Sequence[Sequence[int]], size: int = 16) -> Tensor:
        """Return what forward does, texts of like length together, so that little is computed for nothing."""
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        parts = [self([texts[number] for number in order[at : at + size]]) for at in range(0, len(order), size)]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(parts)[back]

    def adapters(self) -> dict[str, Adapter]:
        """Return what was learned, in half precision."""
        return {
            name: Adapter(_half(self.down[_key(name)]), _half(self.up[_key(name)]))
            for name in (f"l{layer}.{part}" for layer in range(self._layers) for part in PARTS)
        }


def _key(name: str) -> str:
    return name.replace(".", "_")


def _half(parameter: Tensor) -> NDArray[np.float16]:
    return parameter.detach().numpy().astype(np.float16)
