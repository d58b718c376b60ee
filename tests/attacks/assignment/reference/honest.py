"""What every submission has right: an attack may cost nobody these points."""


def double(x):
    """Twice as much."""
    return 2 * x


def triple(x):
    """Three times as much."""
    return 3 * x


def same(x):
    """What it gets."""
    return x
