import time

kept = []


def shown(x):
    while len(kept) < 15:
        kept.append(bytearray(b"x" * 2**24))
    time.sleep(0.6)
    return 0.0
