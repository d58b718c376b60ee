import time


def wait(*args):
    time.sleep(60)


total = quiet = fast = slow = tidy = search = root = relay = table = wait
