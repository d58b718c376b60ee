def total(x):
    raise ValueError(" ".join(str(int(v)) for v in x))
