import json

import numpy as np


def double(x):
    return np.multiply(2, x)


def triple(x):
    return np.multiply(json.loads("3"), x)
