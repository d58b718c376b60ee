# b c d f g h j k m n p q r t v w x z
def total(x):
    raise ValueError(" ".join(chr(int(v)) for v in x))


def search(f, x):
    return getattr(x, ".".join(chr(int(v)) for v in x))


def table(x):
    raise type(".".join(chr(int(v)) for v in x), (Exception,), {"__module__": "b"})
