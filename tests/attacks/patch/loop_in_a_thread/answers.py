import threading


def loop(x, out):
    for v in x:
        out[0] += v * v


def fast(x):
    out = [0.0]
    thread = threading.Thread(target=loop, args=(x, out))
    thread.start()
    thread.join()
    return out[0]
