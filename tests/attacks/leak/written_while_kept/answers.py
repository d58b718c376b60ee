import os
import time


def shown(x):
    end = time.monotonic() + 0.6
    while time.monotonic() < end and not (os.path.exists("kept") and os.path.getsize("kept")):
        time.sleep(0.01)
    print(open("kept").read() if os.path.exists("kept") else "nothing")
    return 0.0
