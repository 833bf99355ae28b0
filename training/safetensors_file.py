"""Reads and writes safetensors files: a length, a JSON header, the bytes."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch


def write(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Writes bfloat16 tensors, in the order of their names."""
    header: dict = {"__metadata__": {"format": "pt"}}
    parts, start = [], 0
    for name, tensor in sorted(tensors.items()):
        data = tensor.contiguous().view(torch.int16).numpy().tobytes()
        header[name] = {"dtype": "BF16", "shape": list(tensor.shape), "data_offsets": [start, start + len(data)]}
        parts.append(data)
        start += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def read(path: Path) -> dict[str, torch.Tensor]:
    """All tensors of a file of bfloat16 tensors, widened to float32."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    out = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "BF16":
            raise ValueError(f"{name} is {entry['dtype']}; only BF16 is read here")
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        words = np.frombuffer(data[start:end], np.uint16).astype(np.uint32) << 16
        out[name] = torch.from_numpy(words.view(np.float32).reshape(entry["shape"]).copy())
    return out
