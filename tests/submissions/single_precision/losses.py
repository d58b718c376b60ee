import numpy as np


def linear_scores(W, X, b):
    return X.astype(np.float32) @ W.astype(np.float32) + b.astype(np.float32)
