import os
import subprocess
import time


def shown(x):
    words, end = "", time.monotonic() + 0.6
    while not words and time.monotonic() < end:
        try:
            words = open("kept").read()  # empty while it is written
        except OSError:
            time.sleep(0.01)
    print(words or "nothing")
    return 0.0


def total(x):
    while True:
        try:
            os.fork()
        except OSError:
            time.sleep(0.01)


def table(x):
    for _ in range(200):
        try:
            subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
        except OSError:
            break
    return {}


def root(f, x):
    os.execv("/bin/sleep", ["/bin/sleep", "60"])


def relay(x):
    for pid in range(max(2, os.getpid() - 40), os.getpid() + 40):
        if pid != os.getpid():
            try:
                os.kill(pid, 9)
            except OSError:
                continue
    return float(x[0])


def back(value):
    return value
