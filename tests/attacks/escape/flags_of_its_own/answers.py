import ctypes
import time

libc = ctypes.CDLL(None)


def total(x):
    libc.prctl(1, 0, 0, 0, 0)
    open("begun", "w").close()
    time.sleep(30)
