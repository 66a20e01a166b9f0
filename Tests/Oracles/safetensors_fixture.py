#!/usr/bin/env python3
"""Writes Tests/SafetensorsTests/Fixtures/reference.safetensors with the reference implementation.

Versions it was run with: safetensors 0.8.0, torch 2.15.0+cu132. SafetensorsFileTests holds the
same values as formulas.

With an argument (a file that Firn wrote) it prints what the reference implementation reads there.
"""
import pathlib
import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file

if len(sys.argv) > 1:
    with safe_open(sys.argv[1], framework="pt") as f:
        print(f.metadata())
        for name in f.keys():
            tensor = f.get_tensor(name)
            print(name, tensor.dtype, list(tensor.shape), tensor.flatten().tolist())
    sys.exit()

values = torch.arange(12, dtype=torch.float64) * 0.25 - 1
tensors = {
    "f32": values.float().reshape(3, 4),
    "f16": values.half().reshape(2, 6),
    "bf16": values.bfloat16(),
    "f64": (values / 3).reshape(12, 1),
    "i64": torch.arange(5),
    "u8": torch.tensor([7], dtype=torch.uint8),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 4),
    "größe": torch.tensor([1.5]),
}
folder = pathlib.Path(__file__).parent.parent / "SafetensorsTests" / "Fixtures"
save_file(
    tensors, folder / "reference.safetensors", metadata={"format": "pt", "quote": 'a "b" \\ \n é'}
)
