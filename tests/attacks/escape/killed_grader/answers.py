import time


def total(x):
    time.sleep(30)
