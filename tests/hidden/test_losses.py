"""Part 1: scores, the loss of the support vector machine, the softmax loss."""

import numpy as np
import pytest

from grader.suite import feedback, part, points, visibility

pytestmark = part("Losses", number=1)

OUTPUTS = ("loss", "dW")
PARTS = ("value", "gradient")
# Sizes N, D, C that grow one by one, so that what is said names the one that a loop goes over.
ONE_BY_ONE = (5, 3, 4), (45, 3, 4), (5, 33, 4), (5, 3, 34)

# The lecture's three images (slide 6), its image of four pixels and a bias (slide 25), and the
# three images of slide 34. With W = I the scores are X.
CAT_CAR_FROG = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
PIXELS = np.array([-15.0, 22.0, -44.0, 56.0])
ROWS = np.array([[0.01, -0.05, 0.1, 0.05], [0.7, 0.2, 0.05, 0.16], [0.0, -0.45, -0.2, 0.03]])
BIASES = np.array([0.0, 0.2, -0.3])
CAR = np.array([[1.3, 2.5, 2.0]])


def draw(rng, N, D, C):
    """W, X, y of these sizes, with every class among the labels if N >= C."""
    y = rng.permutation(np.arange(N) % C)
    return rng.normal(0.0, 0.5, (D, C)), rng.normal(size=(N, D)), y


def require_loops(check, rng, name):
    """A function that is to be written with loops has some, and is not the vectorized one.

    A loop over the samples that does nothing runs two lines for each, and one that does the work
    of a sample in two long statements runs three.
    """
    vectorized = name.replace("naive", "vectorized")
    few, many = 2, 9
    sizes = draw(rng, few, 2, 3), draw(rng, many, 6, 8)
    more_lines = 3 * (many - few)
    check.loops(name, *sizes, reg=0.3, calls_not=(vectorized,), more_lines=more_lines)


def require_no_loops(check, rng, name, sizes=((5, 3, 4), (45, 33, 34))):
    """A vectorized function runs as many lines however many samples, features, classes it has."""
    check.vectorized(name, *(draw(rng, *size) for size in sizes), reg=0.3)


def weight(reference, name, W, X, y):
    """A reg whose gradient is half as large as the data's, so that no slip in it can hide."""
    _, dW = getattr(reference.losses, name.removeprefix("losses."))(W, X, y, 0.0)
    return float(0.5 * np.linalg.norm(dW) / np.linalg.norm(2.0 * W))


def judge_values(check, problem, reference, name):
    """Value and gradient on random problems where every term of both can be seen."""
    for W, X, y in problem.classification(cases=3):
        reg = weight(reference, name, W, X, y)
        check.matches(name, W, X, y, reg=reg, outputs=OUTPUTS, parts=PARTS)


def judge_corners(check, rng, name, parts=None):
    """W = 0, two classes, one sample, labels of another integer dtype."""
    kinds = (9, 4, 5, np.uint8), (7, 3, 2, np.int32), (1, 5, 3, np.int64), (1, 3, 2, np.int16)
    for N, D, C, dtype in kinds:
        W, X, y = draw(rng, N, D, C)
        rule = {"reg": 0.3, "outputs": OUTPUTS, "parts": parts}
        check.matches(name, np.zeros((D, C)), X, y.astype(dtype), **rule)
        check.matches(name, W, X, C - 1 - y.astype(dtype), **rule)


def judge_purity(check, rng, name):
    """Arguments stay as they are, and nothing of one call is left in the next."""
    check.pure(name, draw(rng, 6, 5, 3), draw(rng, 6, 5, 3), reg=0.3)


def judge_own_gradient(check, problem, reference, name):
    """The student's gradient is the slope of the student's loss, which is no constant."""
    ((W, X, y),) = problem.classification(cases=1)
    reg = weight(reference, name, W, X, y)
    check.gradient(name, W, X, y, reg=reg)
    asked = {"reg": reg, "outputs": OUTPUTS}
    one, other = (check.returned(name, c * W, X, y, **asked)[0] for c in (1.0, 2.0))
    if one == other:
        check.fail(
            "value",
            "The loss is the same for two different W.",
            question="Where does W enter the loss?",
            function=name,
        )


# Scores


@points(2)
def test_linear_scores(check, rng):
    """linear_scores adds the bias of each class to X W."""
    for N, D, C in ((6, 5, 3), (1, 3, 7), (11, 6, 2)):
        W, X, _ = draw(rng, N, D, C)
        check.matches("losses.linear_scores", W, X, rng.normal(size=C))
    W, X, _ = draw(rng, 6, 5, 3)
    check.pure("losses.linear_scores", (W, X, BIASES), (W + 1.0, 2.0 * X, -BIASES))


@points(1)
def test_append_bias(check, rng):
    """append_bias puts a column of ones after the columns of X."""
    for N, D in ((6, 5), (1, 3)):
        check.matches("losses.append_bias", rng.normal(size=(N, D)))
    check.pure("losses.append_bias", (rng.normal(size=(5, 3)),), (rng.normal(size=(5, 3)),))


# The support vector machine


@points(1)
@feedback("full")
def test_single_hinge_of_the_lecture(check, student):
    """svm_loss_single gives the lecture's losses: 2.9, 0 and 12.9; 0.5 and 0; 1.58."""
    name = "losses.svm_loss_single"
    cases = [(x, label, np.eye(3)) for label, x in enumerate(CAT_CAR_FROG)]
    cases += [(CAR[0], 1, np.eye(3)), (CAR[0], 1, 2.0 * np.eye(3))]
    cases += [(np.append(PIXELS, 1.0), 2, np.column_stack([ROWS, BIASES]))]
    for case, loss in zip(cases, (2.9, 0.0, 12.9, 0.5, 0.0, 1.58), strict=True):
        got = student.call(name, *case).value
        check.equals(name, got, loss, what="the loss", rtol=1e-9, atol=1e-12)


@points(1)
def test_single_hinge(check, rng):
    """svm_loss_single sums over all wrong classes, for each right class; W is (C, D)."""
    W, X, _ = draw(rng, 5, 7, 5)
    for label, x in enumerate(X):
        check.matches("losses.svm_loss_single", x, label, W.T)
    check.matches("losses.svm_loss_single", X[0], 3, np.zeros((5, 7)))
    check.pure("losses.svm_loss_single", (X[0], 1, W.T), (X[1], 4, -W.T))


@points(value=1, gradient=1)
def test_svm_naive(check, problem, reference, rng):
    """svm_loss_naive: loss and gradient are right on random problems, by loops of its own."""
    judge_values(check, problem, reference, "losses.svm_loss_naive")
    require_loops(check, rng, "losses.svm_loss_naive")


@points(1)
def test_svm_naive_corners(check, rng):
    """svm_loss_naive holds at W = 0, for one sample and two classes, and changes no argument."""
    judge_corners(check, rng, "losses.svm_loss_naive")
    judge_purity(check, rng, "losses.svm_loss_naive")
    require_loops(check, rng, "losses.svm_loss_naive")


@points(value=2.5, gradient=3.5)
def test_svm_vectorized(check, problem, reference, rng):
    """svm_loss_vectorized: loss and gradient are right on random problems, without loops."""
    judge_values(check, problem, reference, "losses.svm_loss_vectorized")
    require_no_loops(check, rng, "losses.svm_loss_vectorized", ONE_BY_ONE)


@points(value=0.5, gradient=0.5)
def test_svm_vectorized_corners(check, rng):
    """svm_loss_vectorized holds at W = 0, for one sample, two classes, any integer labels."""
    judge_corners(check, rng, "losses.svm_loss_vectorized", PARTS)
    require_no_loops(check, rng, "losses.svm_loss_vectorized")


@points(1)
@feedback("full")
def test_svm_vectorized_anchors(check, rng):
    """svm_loss_vectorized gives the lecture's 5.27; 0.5 and 0; C - 1 at W = 0; scores of 1e3."""
    name = "losses.svm_loss_vectorized"
    labels = np.arange(3)
    cases = [(np.eye(3), CAT_CAR_FROG, labels, 15.8 / 3.0)]
    cases += [(np.eye(3), CAR, labels[1:2], 0.5), (2.0 * np.eye(3), CAR, labels[1:2], 0.0)]
    cases += [(np.zeros((3, 7)), CAT_CAR_FROG, labels + 2, 6.0)]
    # 1000 + 1 for the one wrong class that violates, -1000 + 1 for none.
    cases += [(np.eye(3), np.array([[0.0, 1e3, -1e3]]), labels[:1], 1001.0)]
    for W, X, y, loss in cases:
        got, _ = check.returned(name, W, X, y, reg=0.0, outputs=OUTPUTS)
        check.equals(name, got, loss, what="the loss", rtol=1e-9, atol=1e-12)
    W, X, y = draw(rng, 9, 5, 4)
    check.matches(name, W, 1e3 * X, y, reg=0.3, outputs=OUTPUTS)
    require_no_loops(check, rng, name)


@points(1)
@visibility("after_published")
def test_svm_vectorized_own_gradient(check, problem, reference, rng):
    """svm_loss_vectorized: the gradient is the slope of the loss that it comes with."""
    judge_own_gradient(check, problem, reference, "losses.svm_loss_vectorized")
    require_no_loops(check, rng, "losses.svm_loss_vectorized")


@points(1)
def test_svm_vectorized_purity(check, rng):
    """svm_loss_vectorized changes no argument and remembers nothing of the call before."""
    judge_purity(check, rng, "losses.svm_loss_vectorized")
    require_no_loops(check, rng, "losses.svm_loss_vectorized")


# Softmax


def shifted_rows(rng, D=5, C=4):
    """Rows of scores near 1e3, 1, -1e3: each is ordinary but for a shift of all its scores."""
    shifts = np.array([1e3, 0.0, -1e3, 1.0, -800.0, 1e3, -1e3])
    W, X, y = draw(rng, len(shifts), D, C)
    # The last feature holds the shift, and its weights are all 1.
    return np.vstack([W, np.ones(C)]), np.column_stack([X, shifts]), y


def wide_rows(rng, D=5, C=4):
    """Scores 1e3 apart within each row, where the right class is far from the best.

    They lie round 2e3 and -2e3 in turns: whether exp overflows is not left to chance.
    """
    W, X, _ = draw(rng, 7, D, C)
    scores = X @ W
    factors = 1e3 / np.ptp(scores, axis=1)
    shifts = np.resize([2e3, -2e3], 7) - factors * scores.mean(axis=1)
    wide = np.column_stack([X * factors[:, np.newaxis], shifts])
    return np.vstack([W, np.ones(C)]), wide, scores.argmin(axis=1)


def judge_extremes(check, rng, name, rows):
    """Value and gradient where exp overflows or underflows."""
    W, X, y = rows(rng)
    check.matches(name, W, X, y, reg=0.3, outputs=OUTPUTS, parts=PARTS)


EXTREMES = pytest.mark.parametrize(
    "rows", [pytest.param(shifted_rows, id="shifted"), pytest.param(wide_rows, id="wide")]
)


@points(1.5)
def test_softmax(check, rng):
    """The function softmax gives the probabilities of each row."""
    # Odd decimals near 1 do not survive half precision.
    check.matches("losses.softmax", 1.0 + 1e-3 * rng.normal(size=(5, 3)))
    for shape in ((7, 4), (4, 7), (1, 5), (6, 2)):
        check.matches("losses.softmax", 2.0 * rng.normal(size=shape))
    check.matches("losses.softmax", np.zeros((3, 5)))
    check.pure("losses.softmax", (rng.normal(size=(5, 3)),), (rng.normal(size=(5, 3)),))


@points(1.5)
def test_softmax_extremes(check, rng):
    """The function softmax holds for scores of 1e3 and -1e3, side by side."""
    for rows in (shifted_rows, wide_rows):
        W, X, _ = rows(rng)
        check.matches("losses.softmax", X @ W)
    # Enough digits are left at 1e5, and no clipping helps.
    check.matches("losses.softmax", np.array([[1e5, 1e5 + 0.5, 99999.0], [-1e5, 3.0, 2.5]]))


@points(value=0.75, gradient=0.75)
def test_softmax_naive(check, problem, reference, rng):
    """softmax_loss_naive: loss and gradient are right on random problems, by loops of its own."""
    judge_values(check, problem, reference, "losses.softmax_loss_naive")
    require_loops(check, rng, "losses.softmax_loss_naive")


@points(value=0.5, gradient=0.5)
@EXTREMES
def test_softmax_naive_extremes(check, rng, rows):
    """softmax_loss_naive is finite and exact where scores are 1e3 and more apart."""
    judge_extremes(check, rng, "losses.softmax_loss_naive", rows)
    require_loops(check, rng, "losses.softmax_loss_naive")


@points(0.5)
def test_softmax_naive_corners(check, rng):
    """softmax_loss_naive holds at W = 0, for one sample, two classes; changes no argument."""
    judge_corners(check, rng, "losses.softmax_loss_naive")
    judge_purity(check, rng, "losses.softmax_loss_naive")
    require_loops(check, rng, "losses.softmax_loss_naive")


@points(value=1.5, gradient=3)
def test_softmax_vectorized(check, problem, reference, rng):
    """softmax_loss_vectorized: loss and gradient are right on random problems, without loops."""
    judge_values(check, problem, reference, "losses.softmax_loss_vectorized")
    require_no_loops(check, rng, "losses.softmax_loss_vectorized", ONE_BY_ONE)


@points(value=1.5, gradient=1)
@EXTREMES
def test_softmax_vectorized_extremes(check, rng, rows):
    """softmax_loss_vectorized is finite and exact where scores are 1e3 and more apart."""
    judge_extremes(check, rng, "losses.softmax_loss_vectorized", rows)
    require_no_loops(check, rng, "losses.softmax_loss_vectorized")


@points(value=0.5, gradient=0.5)
def test_softmax_vectorized_corners(check, rng):
    """softmax_loss_vectorized holds at W = 0, for one sample, two classes, any integer labels."""
    judge_corners(check, rng, "losses.softmax_loss_vectorized", PARTS)
    require_no_loops(check, rng, "losses.softmax_loss_vectorized")


@points(0.5)
@feedback("full")
def test_softmax_vectorized_anchors(check, rng):
    """softmax_loss_vectorized: natural logarithms, 2.04 and 1.04 for the lecture; ln C at W = 0."""
    name = "losses.softmax_loss_vectorized"
    slide = (ROWS @ PIXELS + BIASES)[np.newaxis]
    asked = {"reg": 0.0, "outputs": OUTPUTS}
    for scores, label, digits in ((CAT_CAR_FROG[:1], 0, 2.04), (slide, 2, 1.04)):
        got, _ = check.returned(name, np.eye(3), scores, np.array([label]), **asked)
        check.equals(name, got, digits, what="the loss", rtol=0.0, atol=0.005)
    labels = np.array([4, 0, 6])
    got, _ = check.returned(name, np.zeros((3, 7)), CAT_CAR_FROG, labels, **asked)
    check.equals(name, got, np.log(7.0), what="the loss", rtol=1e-9, atol=1e-12)
    require_no_loops(check, rng, name)


@points(1)
@visibility("after_published")
def test_softmax_vectorized_own_gradient(check, problem, reference, rng):
    """softmax_loss_vectorized: the gradient is the slope of the loss that it comes with."""
    judge_own_gradient(check, problem, reference, "losses.softmax_loss_vectorized")
    require_no_loops(check, rng, "losses.softmax_loss_vectorized")


@points(0.5)
def test_softmax_vectorized_purity(check, rng):
    """softmax_loss_vectorized changes no argument and remembers nothing of the call before."""
    judge_purity(check, rng, "losses.softmax_loss_vectorized")
    require_no_loops(check, rng, "losses.softmax_loss_vectorized")
