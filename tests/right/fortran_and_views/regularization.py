import numpy as np
import losses

DATA = dict(svm=losses.svm_loss_vectorized, softmax=losses.softmax_loss_vectorized)


def l2(W):
    return np.vdot(W, W), np.asfortranarray(2 * W)


def l1(W):
    return np.abs(W).sum(), (W > 0) * 1.0 - (W < 0) * 1.0


def elastic_net(W, beta):
    return beta * l2(W)[0] + l1(W)[0], (beta * 2 * W.T + np.sign(W.T)).T


def full_loss(W, X, y, data_loss, regularizer, reg, beta=0.5):
    try:
        loss, dW = DATA[data_loss](W, X, y, 0)
        R, dR = dict(l2=l2, l1=l1, elastic_net=lambda W: elastic_net(W, beta))[regularizer](W)
    except KeyError as error:
        raise ValueError(f"no such name: {error}")
    return np.add(loss, reg * R), np.add(dW, reg * dR, order="F")
