"""Writes HDF5 files that begin in the form of HDF5 1.10 and go on in that of before 1.8.

Run: python Tests/Oracles/mixed_h5_forms.py     (after write_h5_fixtures.py; h5py 3.16.0 reads them back)

No program writes such files, but libhdf5 reads them: checksums in front say nothing of what follows. The
older form is h5py's fixture; what is put before it is made here, by the file format specification 3.0
(II.A.2 superblock version 3, IV.A.1.b header version 2, IV.A.2.c and g link messages), with its checksum,
Jenkins' lookup3.
"""

import os
import struct

import h5py
import numpy as np

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
UNDEFINED = b"\xff" * 8


def rotated(value, bits):
    return ((value << bits) | (value >> (32 - bits))) & 0xFFFFFFFF


def checksum(data):
    a = b = c = (0xDEADBEEF + len(data)) & 0xFFFFFFFF
    while True:
        part, data = data[:12].ljust(12, b"\0"), data[12:]
        a, b, c = ((old + new) & 0xFFFFFFFF for old, new in zip((a, b, c), struct.unpack("<III", part)))
        if not data:
            break
        for bits in (4, 6, 8, 16, 19, 4):
            a = ((a - c) & 0xFFFFFFFF) ^ rotated(c, bits)
            c = (c + b) & 0xFFFFFFFF
            a, b, c = b, c, a
    for bits in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - rotated(b, bits)) & 0xFFFFFFFF
        a, b, c = b, c, a
    return struct.pack("<I", b)


def begun_anew(old, root, added=b""):
    """The bytes of a file of version 0 under a superblock of version 3; `added` at its end."""
    head = old[:8] + bytes([3, 8, 8, 0]) + bytes(8) + UNDEFINED
    head += struct.pack("<QQ", len(old) + len(added), root)
    return head + checksum(head) + old[48:] + added


def header(links):
    """A group's header of version 2 with hard links."""
    messages = bytes([2]) + struct.pack("<HB", 18, 0) + bytes(2) + UNDEFINED * 2
    messages += bytes([10]) + struct.pack("<HB", 2, 0) + bytes(2)
    for name, address in links.items():
        link = bytes([1, 0, len(name)]) + name.encode() + struct.pack("<Q", address)
        messages += bytes([6]) + struct.pack("<HB", len(link), 0) + link
    head = b"OHDR" + bytes([2, 2]) + struct.pack("<I", len(messages)) + messages
    return head + checksum(head)


def write(data, *path):
    path = os.path.join(TESTS, *path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return path


def read(*path):
    with open(os.path.join(TESTS, *path), "rb") as file:
        return file.read()


def old_root(data):
    return struct.unpack("<Q", data[64:72])[0]


def main():
    fixture = os.path.join(TESTS, "HDF5Tests", "Fixtures", "h5py.h5")
    old = read(fixture)
    with h5py.File(fixture) as file:
        links = {name: h5py.h5o.get_info(file[name].id).addr for name in ("contiguous", "deflated")}
    for name, data in (
        ("old-root.h5", begun_anew(old, old_root(old))),
        ("old-objects.h5", begun_anew(old, len(old), header(links))),
    ):
        with h5py.File(write(data, "HDF5Tests", "Fixtures", name)) as file:
            assert (file["deflated"][:] == np.arange(1000)).all()
    found = ("HostileInputTests", "Fixtures", "Found", "features")
    broken = read(*found, "attribute-beyond-header")
    write(begun_anew(broken, old_root(broken)), *found, "old-root-in-a-new-file")


main()
