def root(f, x):
    return f(2**40)
