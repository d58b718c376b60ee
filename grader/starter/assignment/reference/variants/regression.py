"""Known mistakes in the regression, and a convention that is accepted."""

from grader.feedback.variants import Variants

variants = Variants()

LOSS, FIT = "regression.squared_error", "regression.fit"

variants.mistake(
    LOSS,
    "no_mean",
    says="The squares are summed and not averaged, and the gradient goes with it.",
    hint="What does doubling the data set do to your loss?",
    source={"np.mean(residual**2)": "np.sum(residual**2)", " / len(y)": ""},
)
variants.mistake(
    LOSS,
    "mean_in_loss_only",
    says="The loss is averaged over the samples, its gradient is not.",
    hint="What is the derivative of 1/N times a function?",
    source={" / len(y)": ""},
)
variants.mistake(
    LOSS,
    "no_factor_two",
    says="The gradient lacks the factor that comes with the derivative of a square.",
    hint="What is the derivative of r²?",
    source={"2.0 * X.T": "X.T"},
)
variants.mistake(
    LOSS,
    "residual_turned",
    says="The gradient has the opposite sign.",
    hint="In which direction does a small step along your gradient change the loss?",
    source={"2.0 * X.T": "-2.0 * X.T"},
)
variants.mistake(
    LOSS,
    "absolute",
    says="The residuals are not squared: their absolute values are averaged.",
    hint="How large is the loss of a single residual of 3?",
    source={"residual**2": "np.abs(residual)", "2.0 * X.T @ residual": "X.T @ np.sign(residual)"},
)
variants.mistake(
    LOSS,
    "in_place",
    says="The residuals are written over the targets.",
    hint="What does y hold after your function has run?",
    source={"residual = X @ w - y": "y -= X @ w\n    residual = -y"},
)
variants.mistake(
    FIT,
    "no_inverse",
    says="The weights are Xᵀ y, without the inverse of XᵀX.",
    hint="What does your function give when all of X is doubled?",
    source={"np.linalg.lstsq(X, y, rcond=None)[0]": "X.T @ y"},
)


@variants.mistake(
    FIT,
    says="The weights stand in a column.",
    hint="Which shape has w in the docstring?",
)
def column(right, X, y):
    return right.reshape(-1, 1)
