"""Build the ONNX graph: the standard's operators, and two of onnxruntime's own for the 4-bit matrices.

ids (batch, length) → word + position + type vectors → 12 layers (attention, then two matrices with GELU between; the sum
and its layer norm after each) → mean over the positions → unit length. Texts of one batch have the same number of
pieces, so nothing is padded and no mask is needed. Beside each 4-bit matrix W an adapter may stand: y = Wx + b + B(Ax).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found, unused-ignore]
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper  # type: ignore[import-not-found, unused-ignore]

from benchmarks.model.wheel import BLOCK, Quantised, Source

LONGEST = 512
"""Positions that the model was trained with."""
OPSET = 23
CONTRIB = "com.microsoft"
APART = 16_384
"""Numbers of at least so many bytes go to the weights file, which is mapped into memory and never changes in training."""
PAGE = 4096
Half = NDArray[np.float16]


@dataclass(frozen=True)
class Adapter:
    """Two small matrices beside a 4-bit one: y = Wx + b + up(down(x))."""

    down: Half
    """Shape (columns of W, rank)."""
    up: Half
    """Shape (rank, rows of W)."""

    @staticmethod
    def beside(*parts: Adapter) -> Adapter:
        """Return the one adapter of several matrices that read the same x and stand one after the other."""
        up = np.zeros((sum(part.up.shape[0] for part in parts), sum(part.up.shape[1] for part in parts)), np.float16)
        row = column = 0
        for part in parts:
            up[row : row + part.up.shape[0], column : column + part.up.shape[1]] = part.up
            row, column = row + part.up.shape[0], column + part.up.shape[1]
        return Adapter(np.concatenate([part.down for part in parts], axis=1), up)


@dataclass
class _Graph:
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    apart: list[tuple[Any, bytes]] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[Any]) -> str:
        tensor = numpy_helper.from_array(np.ascontiguousarray(value), name)
        self.constants.append(tensor)
        if value.dtype != np.float16 and len(tensor.raw_data) >= APART:
            self.apart.append((tensor, tensor.raw_data))
        return name

    def add(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> str:
        """Add a node and return its first output's name; further ones end in :1, :2."""
        name = f"{operator}{len(self.nodes)}"
        made = [name, *(f"{name}:{number}" for number in range(1, outputs))]
        self.nodes.append(helper.make_node(operator, list(inputs), made, name, domain=domain, **attributes))
        return name

    def linear(self, x: str, name: str, matrix: Quantised, bias: NDArray[np.float32], adapter: Adapter | None) -> str:
        rows, columns = matrix.nibbles.shape
        y = self.add(
            "MatMulNBits",
            x,
            self.constant(f"{name}.w", matrix.packed.reshape(rows, columns // BLOCK, BLOCK // 2)),
            self.constant(f"{name}.scales", matrix.scales.astype(np.float32)),
            "",
            "",
            self.constant(f"{name}.b", bias),
            domain=CONTRIB,
            N=rows,
            K=columns,
            bits=4,
            block_size=BLOCK,
            accuracy_level=4,
        )
        if adapter is None:
            return y
        down, up = (
            self.add("Cast", self.constant(f"{name}.{part}", value), to=TensorProto.FLOAT)
            for part, value in (("down", adapter.down), ("up", adapter.up))
        )
        return self.add("Add", y, self.add("MatMul", self.add("MatMul", x, down), up))

    def norm(self, x: str, name: str, source: Source) -> str:
        gain, shift = (self.constant(f"{name}.{part}", source.floats[f"{name}.{part}"]) for part in "wb")
        return self.add("LayerNormalization", x, gain, shift, axis=-1, epsilon=source.epsilon)


def build(source: Source, kept: NDArray[np.int64], folder: Path, adapters: Mapping[str, Adapter] | None = None) -> None:
    """Write model.onnx and weights.bin into `folder`: pieces `kept`, adapters by the matrices' names (`l0.q`, …)."""
    graph = _Graph()
    beside = adapters or {}
    x = _embedded(graph, source, kept)
    for layer in range(source.layers):
        x = _layer(graph, source, f"l{layer}", x, beside)
    mean = graph.add("ReduceMean", x, graph.constant("over_positions", np.array([1])), keepdims=0)
    graph.add("LpNormalization", mean, axis=-1, p=2)
    graph.nodes[-1].output[0] = "vectors"
    _move_apart(graph, folder / "weights.bin")
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "multilingual-e5-small",
            [helper.make_tensor_value_info("ids", TensorProto.INT32, ["batch", "length"])],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", source.hidden])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)],
        ir_version=11,
        producer_name="benchmarks/model/convert.py",
    )
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))


def _embedded(graph: _Graph, source: Source, kept: NDArray[np.int64]) -> str:
    table = source.matrices["emb.word"].rows(kept)
    words = graph.add(
        "GatherBlockQuantized",
        graph.constant("word", table.packed),
        "ids",
        graph.constant("word.scales", table.scales.astype(np.float32)),
        domain=CONTRIB,
        bits=4,
        block_size=BLOCK,
        gather_axis=0,
        quantize_axis=1,
    )
    positions = source.floats["emb.pos"].reshape(LONGEST, source.hidden)
    kind = source.floats["emb.type"].reshape(-1, source.hidden)[0]
    first = graph.add(
        "Slice",
        graph.constant("positions", positions + kind),
        graph.constant("start", np.array([0])),
        graph.add("Shape", "ids", start=1, end=2),
        graph.constant("axis", np.array([0])),
    )
    return graph.norm(graph.add("Add", words, first), "emb.ln", source)


def _layer(graph: _Graph, source: Source, name: str, x: str, adapters: Mapping[str, Adapter]) -> str:
    matrices, floats = source.matrices, source.floats
    three = [f"{name}.{part}" for part in "qkv"]
    beside = [adapters[part] for part in three] if three[0] in adapters else []
    mixed = graph.linear(
        x,
        f"{name}.qkv",
        Quantised.stacked(*(matrices[f"{part}.w"] for part in three)),
        np.concatenate([floats[f"{part}.b"] for part in three]),
        Adapter.beside(*beside) if beside else None,
    )
    query = graph.add("Split", mixed, outputs=3, axis=-1, num_outputs=3)
    seen = graph.add(
        "Attention",
        query,
        f"{query}:1",
        f"{query}:2",
        q_num_heads=source.heads,
        kv_num_heads=source.heads,
    )

    def linear(value: str, part: str) -> str:
        part = f"{name}.{part}"
        return graph.linear(value, part, matrices[f"{part}.w"], floats[f"{part}.b"], adapters.get(part))

    x = graph.norm(graph.add("Add", x, linear(seen, "ao")), f"{name}.aln", source)
    inner = graph.add("Gelu", linear(x, "fi"))
    return graph.norm(graph.add("Add", x, linear(inner, "fo")), f"{name}.oln", source)


def _move_apart(graph: _Graph, path: Path) -> None:
    """Write the large numbers to `path`, each at the start of a page, and have the graph point to them."""
    with path.open("wb") as file:
        for tensor, raw in graph.apart:
            file.write(b"\0" * (-file.tell() % PAGE))
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", path.name), ("offset", file.tell()), ("length", len(raw))):
                tensor.external_data.add(key=key, value=str(value))
            file.write(raw)


def check(folder: Path) -> None:
    """Raise onnx.checker.ValidationError when the standard's part of the graph is not as the standard wants it."""
    onnx.checker.check_model(str(folder / "model.onnx"))
