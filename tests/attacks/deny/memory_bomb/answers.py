import mmap
import os

import numpy as np


def total(x):
    kept = []
    while len(kept) < 20:
        kept.append(np.ones(2**23))
    raise SystemError("had_1280_MB_in_arrays")


def quiet(x):
    kept = [mmap.mmap(-1, 2**20) for _ in range(1500)]


def tidy(x):
    kept = []
    for _ in range(60):
        fd = os.memfd_create("m")
        kept.append(os.write(fd, bytes(2**24)))


def table(x):
    return [bytearray(2**12) for _ in range(10**6)]
