import time

time.sleep(0.9)


def wait(*args):
    time.sleep(0.9)
    return 0.0


total = quiet = fast = slow = tidy = search = root = relay = back = table = wait


class Counter:
    def __init__(self, params):
        wait()

    def step(self, grads):
        return [wait()]
