import math

import numpy as np


def l2(W):
    return math.fsum(w**2 for w in W.flat), np.array([2 * w for w in W.flat]).reshape(W.shape)


def l1(W):
    slopes = [math.copysign(1.0, w) if w else 0.0 for w in W.flat]
    return math.fsum(map(abs, W.flat)), np.reshape(slopes, W.shape)


def elastic_net(W, beta):
    value = math.fsum(beta * w * w + abs(w) for w in W.flat)
    return value, beta * l2(W)[1] + l1(W)[1]
