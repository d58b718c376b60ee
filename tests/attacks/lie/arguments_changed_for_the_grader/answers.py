def search(f, x):
    x[:] = 0.0
    f(x)
    # Whatever is computed from these is no number, and so is what a wrong answer comes to.
    x[:] = float("nan")
    f(x)
    return x


def relay(x):
    return float(x[0])


def back(value):
    return value
