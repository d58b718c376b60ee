import atexit
import sys
import time


def stay(*args):
    while True:
        time.sleep(1)


atexit.register(stay)
sys.excepthook = stay


class Heavy(Exception):
    def __str__(self):
        stay()

    __repr__ = __del__ = __str__


def total(x):
    raise Heavy


def quiet(x):
    Heavy()
    return 0.0
