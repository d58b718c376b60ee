spoilt = []


def double(x):
    spoilt.append(x)
    return 2 * x


def triple(x):
    return 0 * x if spoilt else 3 * x
