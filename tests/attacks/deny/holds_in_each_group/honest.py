kept = []


def double(x):
    return 2 * x


def triple(x):
    return 3 * x


def same(x):
    kept.append(bytearray(b"x" * (60 * 2**20)))
    return x
