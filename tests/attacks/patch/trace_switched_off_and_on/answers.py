import sys


def fast(x):
    tracer = sys.gettrace()
    sys.settrace(None)
    result = 0.0
    for v in x:
        result += v * v
    sys.settrace(tracer)
    return result
