import random
import time

time.monotonic = time.time = time.perf_counter = lambda: 0.0
random.random = lambda: 0.5


def total(x):
    while time.monotonic() < 1:
        pass


def quiet(x):
    while True:
        time.sleep(0.001)
