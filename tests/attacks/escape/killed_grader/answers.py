import time


def total(x):
    open("begun", "w").close()
    time.sleep(30)
