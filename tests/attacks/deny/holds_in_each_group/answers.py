import time


def total(x):
    kept = bytearray(b"x" * (230 * 2**20))
    time.sleep(0.3)
    return float(len(kept))
