"""Small files of data as NumPy and the safetensors library write them, into Tests/DatasetsTests/Files.

Needs numpy and safetensors. `expected.txt` says what each holds: the file, the name of the tensor ("-" where there is one alone), the shape,
the numbers in row-major order.
"""
import gzip
import pathlib
import struct

import numpy as np
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).parents[2] / "Tests/DatasetsTests/Files"
folder.mkdir(exist_ok=True)
expected = []


def note(file, name, array):
    shape = ",".join(map(str, array.shape)) or "-"
    expected.append(f"{file} {name} {shape} " + " ".join(repr(float(x)) for x in array.ravel()))


def npy(file, array, version=None):
    with open(folder / file, "wb") as out:
        np.lib.format.write_array(out, array, version=version)
    note(file, "-", array)


numbers = np.array([[1.5, -2, 3e-310], [np.inf, 0.1, -0.0]])
npy("f8.npy", numbers)
npy("f8-columns.npy", np.asfortranarray(numbers))
npy("f8-big-endian.npy", numbers.astype(">f8"))
npy("f4-vector.npy", np.array([0.1, 2, 3], np.float32))
npy("f2.npy", np.array([0.1, 65504, 6e-8, -np.inf], np.float16))
npy("number.npy", np.array(7.25))
npy("none.npy", np.zeros((0, 4)))
npy("version-2.npy", np.arange(4.0), version=(2, 0))
npy("version-3.npy", np.arange(4.0), version=(3, 0))
npy("cube-columns.npy", np.asfortranarray(np.arange(24).reshape(2, 3, 4).astype(np.int16)))
for kind in ["i8", "i4", "i1", "u8", "u4", "u2", "u1"]:
    npy(f"{kind}.npy", np.array([1, 100, np.iinfo(kind).min if kind[0] == "i" else 0]).astype(kind))
npy("b1.npy", np.array([True, False, True]))

tensors = {
    "layers.0.weight": numbers,
    "layers.0.bias": np.array([0.1, 2], np.float32),
    "count": np.array(3, np.int64),
    "half": np.array([0.1, -2], np.float16),
    "flags": np.array([True, False]),
    "none": np.zeros((2, 0)),
}
save_file(tensors, folder / "model.safetensors", metadata={"format": "np", "note": "é\n\"quoted\""})
for name, array in tensors.items():
    note("model.safetensors", name, array)


def idx(file, code, array):
    data = struct.pack(">HBB", 0, code, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
    if file.endswith(".gz"):
        data = gzip.compress(data, mtime=0)
    (folder / file).write_bytes(data)
    note(file, "-", array)


idx("images-idx3-ubyte.gz", 0x08, np.arange(12, dtype=np.uint8).reshape(3, 2, 2) * 20)
idx("signed.idx", 0x09, np.array([-128, 127], np.int8))
idx("short.idx", 0x0B, np.array([-300, 300], ">i2"))
idx("int.idx", 0x0C, np.array([-70000, 70000], ">i4"))
idx("float.idx", 0x0D, np.array([0.1, -2], ">f4"))
idx("double.idx", 0x0E, np.array([0.1, -2], ">f8"))

(folder / "expected.txt").write_text("\n".join(expected) + "\n")
