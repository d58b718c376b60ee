import os
import signal
import time


def leave(words):
    """A daemon: of another session, without a parent, deaf to signals."""
    if os.fork():
        end = time.monotonic() + 0.4
        while not os.path.exists("kept") and time.monotonic() < end:
            time.sleep(0.005)
        return
    os.setsid()
    for number in range(1, 64):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    for _ in range(2):
        if os.fork():
            os._exit(0)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with open("kept", "w") as file:
                file.write(words)
        except OSError:
            pass
        time.sleep(0.01)
    os._exit(0)


def double(x):
    leave("".join(chr(int(v)) for v in x))
    return 2 * x


def triple(x):
    return 3 * x


def same(x):
    leave("same")
    return x
