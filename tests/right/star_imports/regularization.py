from numpy import *
from numpy.linalg import norm
import matplotlib.pyplot as plt

seterr(all="raise")
print("my homework")


def l2(W):
    return norm(W) ** 2, 2 * W


def l1(W):
    return abs(W).sum(), sign(W)


def elastic_net(W, beta):
    return beta * l2(W)[0] + l1(W)[0], beta * l2(W)[1] + l1(W)[1]


def full_loss(W, X, y, data_loss, regularizer, reg, beta=0.5):
    S = X @ W
    right = (arange(len(y)), y)
    if data_loss == "svm":
        M = maximum(0, S - S[right][:, newaxis] + 1)
        M[right] = 0
        loss, dS = sum(M), (M > 0) * 1.0
        dS[right] = -sum(dS, axis=1)
    elif data_loss == "softmax":
        S = S - S.max(axis=1, keepdims=True)
        loss = sum(log(sum(exp(S), axis=1)) - S[right])
        dS = exp(S) / sum(exp(S), axis=1, keepdims=True)
        dS[right] -= 1
    else:
        raise ValueError
    if regularizer not in ("l1", "l2", "elastic_net"):
        raise ValueError
    R, dR = eval(regularizer)(*([W, beta] if regularizer == "elastic_net" else [W]))
    return loss / len(y) + reg * R, X.T @ dS / len(y) + reg * dR


if __name__ == "__main__":
    w = linspace(-1, 1, 100)
    plt.plot(w, l2(w)[1])
    plt.show()
    raise SystemExit
