import os
import signal
import sys


def total(x):
    sys.exit(0)


def quiet(x):
    os._exit(0)


def fast(x):
    os.abort()


def tidy(x):
    os.kill(os.getpid(), signal.SIGKILL)


def search(f, x):
    os.kill(os.getpid(), signal.SIGTERM)


def root(f, x):
    raise BaseException("all")


def relay(x):
    import ctypes

    ctypes.string_at(0)


def table(x):
    import faulthandler

    faulthandler._sigsegv()
