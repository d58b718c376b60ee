import threading
import time

import numpy as np


def change(array):
    for number in range(100_000):
        array += number
        time.sleep(0)


def search(f, x):
    f(x)
    threading.Thread(target=change, args=(x,), daemon=True).start()
    return x
