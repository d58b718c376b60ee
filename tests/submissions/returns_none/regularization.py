import numpy as np


def l2(W):
    R = np.sum(W**2)
    dR = 2 * W


def l1(W):
    print(np.sum(np.abs(W)), np.sign(W))
