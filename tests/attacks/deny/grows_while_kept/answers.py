import time

kept = []


def shown(x):
    try:
        while len(kept) < 64:
            kept.append(bytearray(b"x" * 2**22))
    except MemoryError:
        pass
    time.sleep(0.8)
    return 0.0
