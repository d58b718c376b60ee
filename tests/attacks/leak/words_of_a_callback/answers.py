def letters(x):
    """The hidden input in letters that no filter of numbers sees."""
    return "".join(chr(int(v)) for v in x)


def search(f, x):
    try:
        f({letters(x): 1})
    except Exception as error:
        raise ValueError(f"{error} {letters(x)}")


def root(f, x):
    return f("letters")
