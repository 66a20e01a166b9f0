"""Makes a features.h5 of any size out of a small one: to see how fast and in how little memory heads train.

    python Tests/Oracles/make_large_features.py outputs/movies/features.h5 large.h5 --rows 2000000

Of the small file come the attributes and the classes. Each row is its class's centre plus noise, so that there
is something to learn and an accuracy that it cannot exceed. 2,000,000 x 384 are 3 GB.
"""

import argparse

import h5py
import numpy

BLOCK = 1 << 14


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("small")
    arguments.add_argument("large")
    arguments.add_argument("--rows", type=int, default=2_000_000)
    arguments.add_argument("--width", type=int, default=384)
    arguments.add_argument("--dtype", default="float32", choices=["float32", "float16"])
    arguments = arguments.parse_args()
    rows, width = arguments.rows, arguments.width
    random = numpy.random.default_rng(0)
    with h5py.File(arguments.small) as small, h5py.File(arguments.large, "w") as large:
        view = next(iter(small["layers/6" if "layers/6" in small else "layers"].values())).name
        large.attrs.update(small.attrs)
        small.copy("class_names", large)
        classes = len(small["class_names"])
        labels = random.integers(0, classes, rows, dtype=numpy.int32)
        split = random.choice(numpy.array([0, 1, 2], "u1"), rows, p=[0.9, 0.05, 0.05])
        large["labels"], large["split"] = labels, split
        large["ids"] = numpy.arange(rows).astype(str).astype(h5py.string_dtype())
        large["n_tokens"] = numpy.full(rows, 16, numpy.int32)
        large["truncated"] = numpy.zeros(rows, "u1")
        large["text_sha256"] = numpy.zeros((rows, 32), "u1")
        features = large.create_dataset(
            view, (rows, width), arguments.dtype, chunks=(170, width))
        large["embeddings"] = features
        centres = 0.1 * random.normal(size=(classes, width)).astype(numpy.float32)
        for start in range(0, rows, BLOCK):
            own = labels[start:start + BLOCK]
            features[start:start + len(own)] = centres[own] + random.standard_normal(
                (len(own), width), numpy.float32)


if __name__ == "__main__":
    main()
