import numpy as np
from losses import softmax_loss_vectorized, svm_loss_vectorized


def l2(W):
    return np.linalg.norm(W) ** 2, 2 * W


def l1(W):
    dR = np.zeros(W.shape)
    dR[W > 0] = 1
    dR[W < 0] = -1
    return np.einsum("ij,ij->", W, dR), dR


def elastic_net(W, beta):
    dR = 2 * beta * W + np.sign(W)
    return np.einsum("ij->", beta * W**2 + abs(W)), dR


def full_loss(W, X, y, data_loss, regularizer, reg, beta=0.5):
    losses = {"svm": svm_loss_vectorized, "softmax": softmax_loss_vectorized}
    penalties = {"l2": l2, "l1": l1, "elastic_net": lambda W: elastic_net(W, beta)}
    if data_loss not in losses or regularizer not in penalties:
        raise ValueError
    loss, dW = losses[data_loss](W, X, y, 0.0)
    R, dR = penalties[regularizer](W)
    dW += reg * dR
    return loss + reg * R, dW
