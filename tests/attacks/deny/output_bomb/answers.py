import os
import sys


def total(x):
    for _ in range(3000):
        print("x" * 100_000)
        os.write(1, b"x" * 1000)
        os.write(2, b"x" * 1000)
    return 0.0


def quiet(x):
    while True:
        sys.stderr.write("x" * 10_000)
