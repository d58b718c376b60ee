import os
import signal


def total(x):
    os.kill(os.getpid(), 37)


def quiet(x):
    os.kill(os.getpid(), 63)


def table(x):
    os.kill(os.getpid(), signal.SIGPROF)


def tidy(x):
    os._exit(255)
