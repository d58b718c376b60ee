import numpy as np
import torch


def predict(W, X):
    return torch.argmax(torch.tensor(X @ W), dim=1).numpy()
