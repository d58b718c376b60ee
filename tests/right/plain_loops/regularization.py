import numpy as np
from losses import softmax_loss_naive, svm_loss_naive


def l2(W):
    R = 0
    for row in W:
        for w in row:
            R += w * w
    return R, W + W


def l1(W):
    R, dR = 0.0, np.zeros(W.shape)
    for k in range(W.shape[0]):
        for j in range(W.shape[1]):
            if W[k, j] > 0:
                R, dR[k, j] = R + W[k, j], 1
            elif W[k, j] < 0:
                R, dR[k, j] = R - W[k, j], -1
    return R, dR


def elastic_net(W, beta):
    R2, dR2 = l2(W)
    R1, dR1 = l1(W)
    return beta * R2 + R1, beta * dR2 + dR1


def full_loss(W, X, y, data_loss, regularizer, reg, beta=0.5):
    if data_loss == "svm":
        loss, dW = svm_loss_naive(W, X, y, 0)
    elif data_loss == "softmax":
        loss, dW = softmax_loss_naive(W, X, y, 0)
    else:
        raise ValueError("unknown loss " + data_loss)
    if regularizer == "l2":
        R, dR = l2(W)
    elif regularizer == "l1":
        R, dR = l1(W)
    elif regularizer == "elastic_net":
        R, dR = elastic_net(W, beta)
    else:
        raise ValueError("unknown regularizer " + regularizer)
    return loss + reg * R, dW + reg * dR
