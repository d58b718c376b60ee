"""Benchmark of gradient checks: right gradients called wrong, and wrong ones called right.

    python benchmarks/gradients.py [--problems 2000] [--features 3073] [--seed 1]

Four rules see the same problems: ours, numpy's allclose against centred differences, the largest
relative error below 1e-5, and the rule of torch's gradcheck in fast mode, written down again here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.numerics import check_gradient

Array = NDArray[np.float64]
NEAR = (2.0, 14.0)  # a margin or weight "near a kink" is 1e-2 to 1e-14 away, or 0


@dataclass(frozen=True)
class Problem:
    """A linear classifier's loss, of scores X W, with its penalty."""

    loss: str  # "softmax" or "svm"
    penalty: str  # "l2" or "l1"
    W: Array
    X: Array
    y: NDArray[np.int64]
    reg: float

    def value(self, W: Array) -> float:
        """The loss at W."""
        return float(self.of_scores((self.X @ W)[None])[0]) + self.penalty_of(W)

    def penalty_of(self, W: Array) -> float:
        """The regulariser's share of the loss."""
        return self.reg * float(np.sum(W**2 if self.penalty == "l2" else np.abs(W)))

    def of_scores(self, S: Array) -> Array:
        """The data loss for a batch of score matrices, shape (B, N, C) to (B,)."""
        own = S[:, np.arange(len(self.y)), self.y][:, :, None]
        if self.loss == "svm":
            return np.asarray(np.maximum(0.0, S - own + 1.0).sum(axis=(1, 2)) / len(self.y) - 1.0)
        top = S.max(axis=2, keepdims=True)
        logs = np.log(np.exp(S - top).sum(axis=2)) + top[:, :, 0] - own[:, :, 0]
        return np.asarray(logs.mean(axis=1))

    def pull(self) -> Array:
        """N times the derivative of the data loss by the scores, shape (N, C)."""
        S = self.X @ self.W
        rows = np.arange(len(self.y))
        if self.loss == "svm":
            pull = np.asarray(S - S[rows, self.y][:, None] + 1.0 > 0, dtype=float)
            pull[rows, self.y] = 0.0
            pull[rows, self.y] = -pull.sum(axis=1)
            return pull
        pull = np.asarray(np.exp(S - S.max(axis=1, keepdims=True)))
        pull /= pull.sum(axis=1, keepdims=True)
        pull[rows, self.y] -= 1.0
        return pull

    def data_gradient(self) -> Array:
        """The data term's gradient."""
        return np.asarray(self.X.T @ self.pull() / len(self.y))

    def penalty_gradient(self) -> Array:
        """The penalty's gradient (at a kink one of its subgradients)."""
        return self.reg * (2 * self.W if self.penalty == "l2" else np.sign(self.W))

    def gradient(self) -> Array:
        """The right gradient."""
        return self.data_gradient() + self.penalty_gradient()

    def centred(self, h: float = 1e-5) -> Array:
        """Centred differences of all entries: what the usual rules compare with."""
        S, slopes = self.X @ self.W, np.empty_like(self.W)
        for c in range(self.W.shape[1]):
            for part in np.array_split(np.arange(len(self.W)), -(-len(self.W) // 256)):
                both = []
                for sign in (1, -1):
                    moved = np.repeat(S[None], len(part), axis=0)
                    moved[:, :, c] += sign * h * self.X[:, part].T
                    w = self.W[part, c]
                    change = np.abs(w + sign * h) - np.abs(w)
                    if self.penalty == "l2":
                        change = (w + sign * h) ** 2 - w**2
                    total = self.of_scores(moved) + self.penalty_of(self.W)
                    both.append(total + self.reg * change)
                slopes[part, c] = (both[0] - both[1]) / (2 * h)
        return slopes


def draw(rng: np.random.Generator, *, near: bool) -> Problem:
    """A random problem of a size that students meet; `near` puts it close to a kink."""
    N, D, C = (int(rng.integers(2, top)) for top in (30, 21, 8))
    X = rng.normal(size=(N, D)) * 10 ** rng.uniform(-1, 1.5)
    W = rng.normal(size=(D, C)) * 10 ** rng.uniform(-4, 0.5)
    loss = str(rng.choice(["softmax", "svm"]))
    penalty = str(rng.choice(["l2", "l1"])) if loss == "svm" or not near else "l1"
    reg = float(rng.choice([0.0, 10 ** rng.uniform(-4, 0)])) or (0.1 if near else 0.0)
    problem = Problem(loss, penalty, W, X, rng.integers(0, C, N), reg)
    return _near_a_kink(problem, rng) if near else problem


def _near_a_kink(problem: Problem, rng: np.random.Generator) -> Problem:
    distance = float(rng.choice([0.0, 10 ** -rng.uniform(*NEAR), 10 ** -rng.uniform(*NEAR)]))
    W, X, y = problem.W.copy(), problem.X, problem.y
    if problem.penalty == "l1" and (problem.loss == "softmax" or rng.random() < 0.5):
        W.flat[rng.integers(W.size)] = distance * rng.choice([-1, 1])
        return replace(problem, W=W)
    i = int(rng.integers(len(y)))
    c = int((y[i] + 1) % W.shape[1])
    margin = X[i] @ W[:, c] - X[i] @ W[:, y[i]] + 1.0
    W[:, c] += (distance * rng.choice([-1, 1]) - margin) * X[i] / (X[i] @ X[i])
    return replace(problem, W=W)


def draw_large(rng: np.random.Generator, loss: str, *, features: int, samples: int) -> Problem:
    """Ten classes, a bias feature, and a penalty whose gradient is half the data term's."""
    X = np.hstack([rng.normal(size=(samples, features - 1)), np.ones((samples, 1))])
    W = rng.normal(size=(features, 10)) / np.sqrt(features)
    problem = Problem(loss, "l2", W, X, rng.permutation(samples) % 10, 0.0)
    ratio = np.linalg.norm(problem.data_gradient()) / np.linalg.norm(2 * W)
    return replace(problem, reg=float(0.5 * ratio))


def ours(problem: Problem, gradient: Array, _: Array | None, seed: int) -> bool:
    """Whether our check does not call it wrong."""
    return not check_gradient(problem.value, gradient, problem.W, rng=seed).wrong


def close(_: Problem, gradient: Array, numeric: Array, __: int) -> bool:
    """The rule of numpy.allclose, rtol 1e-5 and atol 1e-8."""
    return bool(np.allclose(gradient, numeric, rtol=1e-5, atol=1e-8))


def relative(_: Problem, gradient: Array, numeric: Array, __: int) -> bool:
    """The rule of many homeworks: the largest relative error is below 1e-5."""
    size = np.maximum(np.abs(gradient), np.abs(numeric))
    error = np.abs(gradient - numeric)[size > 0] / size[size > 0]
    return bool(np.max(error, initial=0.0) < 1e-5)


def torch_fast(problem: Problem, gradient: Array, _: Array | None, seed: int) -> bool:
    """torch.autograd.gradcheck(fast_mode=True): one positive direction, eps 1e-6, 1e-3 + 1e-5."""
    u = np.random.default_rng(seed).random(gradient.shape)
    u /= np.linalg.norm(u)
    step = 1e-6 * u
    slope = (problem.value(problem.W + step) - problem.value(problem.W - step)) / 2e-6
    return bool(abs(np.vdot(gradient, u) - slope) <= 1e-5 * u.sum() + 1e-3 * abs(slope))


Rule = Callable[[Problem, Array, Any, int], bool]
RULES: dict[str, Rule] = {
    "ours": ours,
    "allclose(1e-5, 1e-8)": close,
    "relative error < 1e-5": relative,
    "torch, fast mode": torch_fast,
}


def wrong_gradients(problem: Problem, rng: np.random.Generator) -> dict[str, Array]:
    """38 wrong gradients of one problem with an L2 penalty, by what went wrong."""
    W, X, y, N, reg = problem.W, problem.X, problem.y, len(problem.y), problem.reg
    pull, data, penalty = problem.pull(), problem.data_gradient(), problem.penalty_gradient()
    right, rows = data + penalty, np.arange(len(problem.y))
    typical = float(np.linalg.norm(right)) / np.sqrt(right.size)
    onehot = np.zeros_like(pull)
    onehot[rows, y] = 1.0
    positive = np.where(onehot > 0, 0.0, pull)

    def from_pull(changed: Array, samples: Array = X) -> Array:
        return np.asarray(samples.T @ changed / N + penalty)

    def changed(where: Any, factor: float, extra: float = 0.0) -> Array:
        wrong: Array = right.copy()
        wrong[where] = factor * wrong[where] + extra
        return wrong

    entry = (int(rng.integers(len(W))), int(rng.integers(W.shape[1])))
    wrong = {
        "sum for mean": N * data + penalty,
        "divided by N C": data / W.shape[1] + penalty,
        "divided by N - 1": data * N / (N - 1) + penalty,
        "all of it divided by N": data + penalty / N,
        "sum for mean, all of it": N * right,
        "penalty missing": data,
        "penalty halved": data + penalty / 2,
        "penalty doubled": data + 2 * penalty,
        "penalty negated": data - penalty,
        "penalty of L1": data + reg * np.sign(W),
        "penalty without bias row": data + np.vstack([penalty[:-1], 0 * penalty[-1:]]),
        "negated": -right,
        "data negated": penalty - data,
        "data missing": penalty,
        "own class missing": from_pull(positive),
        "own class alone": from_pull(pull * onehot),
        "own class added": from_pull(np.abs(pull)),
        "own class minus 1 more": from_pull(pull - onehot),
        "samples shifted by one": from_pull(pull, np.roll(X, 1, axis=0)),
        "labels shifted by one": from_pull(pull + onehot - np.roll(onehot, 1, axis=0)),
        "first sample missing": from_pull(np.where(rows[:, None] == 0, 0, pull)),
        "first sample twice": from_pull(np.where(rows[:, None] == 0, 2 * pull, pull)),
        "last class missing": changed((slice(None), -1), 0.0),
        "classes shifted by one": np.roll(right, 1, axis=1),
        "p (1 - p)": from_pull(pull * (1 - np.abs(pull)))
        if problem.loss == "softmax"
        else (from_pull(np.sign(pull))),
        "squared": from_pull(pull * np.abs(X @ W)),
        "clipped": np.clip(right, -2 * typical, 2 * typical),
        "rounded to 2 digits": np.round(right / typical, 2) * typical,
        "cut to integers": np.trunc(right),
        "one entry doubled": changed(entry, 2.0, typical),
        "one entry zero": changed(entry, 0.0, typical / 2),
        "bias row zero": changed(-1, 0.0),
        "bias row doubled": changed(-1, 2.0),
        "one column 1% off": changed((slice(None), 1), 1.01),
        "rows reversed": right[::-1].copy(),
        "filled in the wrong order": right.T.reshape(right.shape),
        "everything 1e-4 off": right * (1 + 1e-4),
        "everything 1e-6 off": right * (1 + 1e-6),
    }
    assert len(wrong) == 38  # noqa: S101 - the table says "of 38"
    return wrong


def false_alarms(count: int, seed: int) -> dict[str, tuple[int, int]]:
    """False alarms of each rule on right gradients: away from kinks, and near one."""
    alarms = {name: [0, 0] for name in RULES}
    for i in range(count):
        near = i % 2 == 1
        problem = draw(np.random.default_rng([seed, i]), near=near)
        gradient, numeric = problem.gradient(), problem.centred()
        for name, rule in RULES.items():
            alarms[name][near] += not rule(problem, gradient, numeric, i)
    return {name: (clean, near) for name, (clean, near) in alarms.items()}


def power(features: int, seed: int) -> dict[str, dict[str, list[str]]]:
    """The wrong gradients that each rule lets pass, for each loss."""
    missed: dict[str, dict[str, list[str]]] = {name: {} for name in RULES}
    for loss in ("softmax", "svm"):
        rng = np.random.default_rng([seed, features])
        problem = draw_large(rng, loss, features=features, samples=100)
        numeric = problem.centred()
        for kind, gradient in wrong_gradients(problem, rng).items():
            for name, rule in RULES.items():
                missed[name].setdefault(loss, [])
                if rule(problem, gradient, numeric, seed):
                    missed[name][loss].append(kind)
    return missed


def own_record(count: int, seed: int) -> tuple[int, int]:
    """How often our check could not tell, and the most values that it needed."""
    undecided, most = 0, 0
    for i in range(count):
        problem = draw(np.random.default_rng([seed, i]), near=i % 2 == 1)
        found = check_gradient(problem.value, problem.gradient(), problem.W, rng=i)
        undecided += found.verdict == "could not tell"
        most = max(most, found.evaluations)
    return undecided, most


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=2000)
    parser.add_argument("--features", type=int, default=3073)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true", help="name what each rule lets pass")
    chosen = parser.parse_args()
    alarms = false_alarms(chosen.problems, chosen.seed)
    missed = power(chosen.features, chosen.seed)
    undecided, most = own_record(chosen.problems, chosen.seed)
    full = 2 * 10 * chosen.features
    cost = dict(zip(RULES, (most, full, full, 2), strict=True))
    half = chosen.problems // 2
    print(f"false alarms on {chosen.problems} right gradients, power on 38 wrong ones per loss")
    print(f"with {10 * chosen.features} parameters, values of the function that one check needs\n")
    print(f"{'rule':24}{'clean':>12}{'near a kink':>14}{'softmax':>10}{'SVM':>8}{'values':>9}")
    for name in RULES:
        clean, near = (f"{n}/{half}" for n in alarms[name])
        softmax, svm = (f"{38 - len(missed[name][loss])}/38" for loss in ("softmax", "svm"))
        print(f"{name:24}{clean:>12}{near:>14}{softmax:>10}{svm:>8}{cost[name]:>9}")
    print(
        f"\nours could not tell in {undecided} of {chosen.problems} cases: no verdict is no alarm"
    )
    if chosen.missed:
        for name, kinds in missed.items():
            print(f"\n{name} lets pass: {kinds}")


if __name__ == "__main__":
    main()
