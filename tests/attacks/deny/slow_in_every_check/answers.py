import time

time.sleep(0.9)


def wait(*args):
    time.sleep(0.9)
    return 0.0


def fast(x):
    for _ in x:
        pass
    return wait()


total = quiet = slow = tidy = search = root = relay = back = table = wait


class Counter:
    def __init__(self, params):
        wait()

    def step(self, grads):
        return [wait()]
