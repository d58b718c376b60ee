"""Variants of the scores, and what the losses have in common: the mean, the penalty, labels."""

from __future__ import annotations

from functools import partial

from grader.feedback.variants import Variants
from reference.variants.writing import add_mistake

variants = Variants()
mistake = partial(add_mistake, variants)

SVM_NAIVE, SVM = "losses.svm_loss_naive", "losses.svm_loss_vectorized"
SOFTMAX_NAIVE, SOFTMAX = "losses.softmax_loss_naive", "losses.softmax_loss_vectorized"
LOSSES = (SVM_NAIVE, SVM, SOFTMAX_NAIVE, SOFTMAX)

# Scores.

SCORES, BIAS = "losses.linear_scores", "losses.append_bias"

ADDED = "X @ W + b"
for name, says, hint, formula in (
    ("no_bias", "The bias is not added.", "Where does b enter your function?", "X @ W"),
    (
        "bias_subtracted",
        "The bias is subtracted.",
        "Does a large bias favour its class?",
        "X @ W - b",
    ),
    (
        "bias_added_twice",
        "The bias is added twice.",
        "In how many places is b added?",
        "X @ W + 2.0 * b",
    ),
    (
        "one_bias_for_all",
        "All classes get the same bias.",
        "How many biases are there, and which class does each belong to?",
        "X @ W + b[0]",
    ),
    (
        "sum_of_biases",
        "The sum of all biases is added to each score.",
        "How many biases are there, and which class does each belong to?",
        "X @ W + np.sum(b)",
    ),
    (
        "bias_as_a_column",
        "The biases are added along the samples, not along the classes.",
        "Which axis of the scores counts the classes?",
        "X @ W + b[:, np.newaxis]",
    ),
    (
        "bias_for_samples",
        "Each sample gets the bias of the class with its number.",
        "Which axis of the scores counts the classes?",
        "X @ W + np.resize(b, (X.shape[0], 1))",
    ),
    (
        "transposed_weights",
        "The scores are taken with W transposed.",
        "Which axis of W counts the features, and which the classes?",
        "X @ W.T + b",
    ),
    (
        "transposed_scores",
        "The scores are transposed: one row for each class.",
        "Which axis of the result counts the samples?",
        "(X @ W + b).T",
    ),
    (
        "bias_within_the_product",
        "The bias is added before the product with X, and so is multiplied with the features.",
        "What is the score of a sample whose features are all 0?",
        "X @ (W + b)",
    ),
    (
        "bias_multiplied",
        "The scores are multiplied with the bias.",
        "What is the score of a sample whose features are all 0?",
        "X @ W * b",
    ),
    (
        "hinge_of_scores",
        "Negative scores are set to 0.",
        "May a score be negative?",
        "np.maximum(0.0, X @ W + b)",
    ),
    (
        "rounded_scores",
        "The scores are rounded.",
        "Did you change the result after computing it?",
        "np.round(X @ W + b, 2)",
    ),
):
    variants.mistake(SCORES, name, says=says, hint=hint, source={ADDED: formula})

STACKED = "np.hstack([X, np.ones((X.shape[0], 1))])"
for name, says, hint, formula in (
    (
        "column_of_zeros",
        "The new column holds zeros.",
        "What does the last row of W have to be multiplied with?",
        STACKED.replace("ones", "zeros"),
    ),
    (
        "column_in_front",
        "The ones stand before the columns of X, not after them.",
        "Which row of W holds the biases?",
        "np.hstack([np.ones((X.shape[0], 1)), X])",
    ),
    (
        "row_of_ones",
        "A row of ones was added, not a column.",
        "Which axis of X counts the samples, and which the features?",
        "np.vstack([X, np.ones((1, X.shape[1]))])",
    ),
    (
        "column_twice",
        "Two columns were added.",
        "How many biases does each class have?",
        STACKED.replace(", 1)", ", 2)"),
    ),
    (
        "last_feature_replaced",
        "The ones replace the last column of X.",
        "How many columns has the result?",
        "np.hstack([X[:, :-1], np.ones((X.shape[0], 1))])",
    ),
    (
        "first_feature_left_out",
        "The first column of X is missing.",
        "How many columns has the result?",
        "np.hstack([X[:, 1:], np.ones((X.shape[0], 1))])",
    ),
    (
        "only_ones",
        "The result holds the column of ones only.",
        "Where is X in the result?",
        "np.ones((X.shape[0], 1))",
    ),
    (
        "ones_added",
        "Each entry of X has 1 added to it.",
        "How many columns has the result?",
        "X + 1.0",
    ),
    ("nothing_added", "X comes back as it is.", "How many columns has the result?", "X.copy()"),
    (
        "whole_numbers",
        "The entries of X are cut off to whole numbers.",
        "What can the array hold that you fill?",
        f"{STACKED}.astype(np.int64)",
    ),
):
    variants.mistake(BIAS, name, says=says, hint=hint, source={STACKED: formula})

# The penalty: the same text in all four.

VALUE, SLOPE = "reg * np.sum(W**2)", "2.0 * reg * W"

variants.convention(
    LOSSES,
    "half_penalty",
    says="The regularizer is half of reg times the sum of squares, and the gradient goes with it.",
    source={VALUE: f"0.5 * {VALUE}", SLOPE: "reg * W"},
)

PENALTIES: tuple[tuple[str, str, str, str | None, str | None], ...] = (
    (
        "half_penalty_value",
        "The loss has half of the regularizer, but the gradient is that of the whole.",
        "What is the derivative of the regularizer as your loss has it?",
        f"0.5 * {VALUE}",
        None,
    ),
    (
        "half_penalty_slope",
        "The gradient has half of the regularizer's slope, but the loss has all of the penalty.",
        "What is the derivative of the square of w, by hand?",
        None,
        "reg * W",
    ),
    (
        "no_penalty",
        "The regularizer is missing, in the loss and in the gradient.",
        "Where does reg enter your function?",
        "0.0",
        "0.0 * W",
    ),
    (
        "no_penalty_value",
        "The regularizer is in the gradient, but not in the loss.",
        "Does your loss change with reg?",
        "0.0",
        None,
    ),
    (
        "no_penalty_slope",
        "The regularizer is in the loss, but not in the gradient.",
        "Does every term of the loss have its derivative in the gradient?",
        None,
        "0.0 * W",
    ),
    (
        "half_mean_penalty",
        "The regularizer is halved and divided by the number of samples, in loss and gradient.",
        "Does the penalty on a W depend on how many samples there are?",
        f"0.5 * {VALUE} / N",
        "reg * W / N",
    ),
    (
        "mean_penalty",
        "The regularizer is divided by the number of samples, in the loss and in the gradient.",
        "Is the penalty a mean over the samples, or what is left when the mean is taken?",
        f"{VALUE} / N",
        f"{SLOPE} / N",
    ),
    (
        "mean_penalty_value",
        "In the loss, the regularizer is divided by the number of samples.",
        "Is the penalty a mean over the samples?",
        f"{VALUE} / N",
        None,
    ),
    (
        "half_mean_penalty_slope",
        "In the gradient, half of the regularizer's slope is divided by the number of samples.",
        "What is the derivative of the square of w, and is it averaged over the samples?",
        None,
        "reg * W / N",
    ),
    (
        "mean_penalty_slope",
        "In the gradient, the regularizer's part is divided by the number of samples.",
        "Which terms of the gradient come from the samples, and in which order are they averaged?",
        None,
        f"{SLOPE} / N",
    ),
    (
        "penalty_for_each_sample",
        "The regularizer is added once for every sample, in the loss and in the gradient.",
        "How often should W be penalized if there are more samples?",
        f"N * {VALUE}",
        f"N * {SLOPE}",
    ),
    (
        "penalty_value_for_each_sample",
        "In the loss, the regularizer is added once for every sample.",
        "Does the line with the penalty stand within a loop over the samples?",
        f"N * {VALUE}",
        None,
    ),
    (
        "penalty_slope_for_each_sample",
        "In the gradient, the regularizer's part is added once for every sample.",
        "Does the line with the gradient of the penalty stand within a loop over the samples?",
        None,
        f"N * {SLOPE}",
    ),
    (
        "absolute_penalty",
        "The regularizer is L1, the sum of absolute values; the text has the sum of squares.",
        "Which penalty does the formula have?",
        "reg * np.sum(np.abs(W))",
        "reg * np.sign(W)",
    ),
    (
        "absolute_penalty_value",
        "The loss has the absolute values of W where the text has their squares.",
        "Which penalty does the formula have, and which does your gradient have?",
        "reg * np.sum(np.abs(W))",
        None,
    ),
    (
        "absolute_penalty_slope",
        "The gradient has the slope of the L1 penalty, but the loss has the squares.",
        "Which penalty is it, in the loss and in the gradient?",
        None,
        "reg * np.sign(W)",
    ),
    (
        "negative_penalty",
        "The regularizer is subtracted, in the loss and in the gradient.",
        "Should large weights make the loss larger or smaller?",
        f"-{VALUE}",
        f"-{SLOPE}",
    ),
    (
        "negative_penalty_value",
        "In the loss, the regularizer is subtracted.",
        "Should large weights make the loss larger or smaller?",
        f"-{VALUE}",
        None,
    ),
    (
        "negative_penalty_slope",
        "In the gradient, the regularizer's part has the wrong sign.",
        "Does the penalty pull the weights towards 0 or away from it?",
        None,
        f"-{SLOPE}",
    ),
    (
        "mean_of_squares",
        "The regularizer is the mean of the squares of W, not their sum.",
        "Does a larger W, with more entries, have more to be penalized?",
        "reg * np.mean(W**2)",
        None,
    ),
    (
        "norm_not_squared",
        "The regularizer is the norm of W, not its square.",
        "What is the difference between the norm of W and the sum of its squares?",
        "reg * np.linalg.norm(W)",
        None,
    ),
    (
        "square_of_sum",
        "The regularizer is the square of the sum of W, not the sum of the squares.",
        "Which comes first in the formula, the square or the sum?",
        "reg * np.sum(W) ** 2",
        None,
    ),
    (
        "sum_without_square",
        "The regularizer adds the weights up without squaring them.",
        "Can the penalty be negative?",
        "reg * np.sum(W)",
        None,
    ),
    (
        "no_bias_row",
        "The last row of W is left out of the regularizer, in the loss and in the gradient.",
        "Is the bias row penalized, by the text?",
        "reg * np.sum(W[:-1]**2)",
        "2.0 * reg * np.vstack([W[:-1], 0.0 * W[-1:]])",
    ),
    (
        "no_bias_row_value",
        "In the loss, the last row of W is left out of the regularizer.",
        "Is the bias row penalized, by the text?",
        "reg * np.sum(W[:-1]**2)",
        None,
    ),
    (
        "no_bias_row_slope",
        "In the gradient, the regularizer's part is missing in the last row of W.",
        "Is the bias row penalized, by the text and by your loss?",
        None,
        "2.0 * reg * np.vstack([W[:-1], 0.0 * W[-1:]])",
    ),
    (
        "no_first_row",
        "The first row of W is left out of the regularizer, in the loss and in the gradient.",
        "Which rows of W does the sum in the formula go over?",
        "reg * np.sum(W[1:]**2)",
        "2.0 * reg * np.vstack([0.0 * W[:1], W[1:]])",
    ),
    (
        "reg_not_used",
        "The regularizer is not multiplied with reg, in the loss and in the gradient.",
        "What happens to the loss when reg is 0?",
        "np.sum(W**2)",
        "2.0 * W",
    ),
    (
        "reg_not_used_value",
        "In the loss, the regularizer is not multiplied with reg.",
        "What happens to the loss when reg is 0?",
        "np.sum(W**2)",
        None,
    ),
    (
        "reg_not_used_slope",
        "In the gradient, the regularizer's part is not multiplied with reg.",
        "What happens to the gradient when reg is 0?",
        None,
        "2.0 * W",
    ),
    (
        "double_penalty",
        "The regularizer is counted twice, in the loss and in the gradient.",
        "In how many places is the penalty added?",
        f"2.0 * {VALUE}",
        f"2.0 * {SLOPE}",
    ),
    (
        "double_penalty_value",
        "In the loss, the regularizer is counted twice.",
        "In how many places is the penalty added to the loss?",
        f"2.0 * {VALUE}",
        None,
    ),
    (
        "double_penalty_slope",
        "In the gradient, the regularizer's part is twice as large as the loss wants it.",
        "In how many places is the slope of the penalty added?",
        None,
        f"2.0 * {SLOPE}",
    ),
    (
        "summed_penalty_slope",
        "In the gradient, the regularizer's part is one number for all entries of W.",
        "What is the derivative of the penalty with respect to one single weight?",
        None,
        "2.0 * reg * np.sum(W)",
    ),
    (
        "square_for_slope",
        "In the gradient, the regularizer itself stands where its slope belongs.",
        "What is the derivative of the square of w, by hand?",
        None,
        "reg * W**2",
    ),
    (
        "penalty_slope_without_sign",
        "In the gradient, the regularizer's part is positive for negative weights too.",
        "Does the penalty rise or fall when a negative weight grows?",
        None,
        "2.0 * reg * np.abs(W)",
    ),
)
for name, says, hint, value, slope in PENALTIES:
    pair = {VALUE: value, SLOPE: slope}
    source = {old: new for old, new in pair.items() if new is not None}
    variants.mistake(LOSSES, name, says=says, hint=hint, source=source)

# The mean over the samples.

SUM, DSUM = "loss / N", "dW / N"
SVM_SUM, SOFTMAX_SUM = "np.sum(margins) / N", "-np.sum(log_p[rows, y]) / N"
DSCORES = "dscores / N"


def divided(by: str, *, value: bool = True, slope: bool = True) -> dict[str, dict[str, str]]:
    """All four losses, whose data term is divided by something else than N."""
    sums = {SVM_NAIVE: SUM, SVM: SVM_SUM, SOFTMAX_NAIVE: SUM, SOFTMAX: SOFTMAX_SUM}
    slopes = {SVM_NAIVE: DSUM, SVM: DSCORES, SOFTMAX_NAIVE: DSUM, SOFTMAX: DSCORES}
    chosen = [sums] * value + [slopes] * slope
    return {
        function: {texts[function]: texts[function].replace(" / N", by) for texts in chosen}
        for function in LOSSES
    }


mistake(
    "no_mean",
    "The data loss is a sum over the samples, not their mean; the gradient too.",
    "Does doubling the data set double your loss?",
    divided(""),
)
mistake(
    "no_mean_value",
    "The data loss is a sum over the samples, not their mean.",
    "Does doubling the data set double your loss?",
    divided("", slope=False),
)
mistake(
    "no_mean_slope",
    "The loss is a mean over the samples, but the data part of the gradient is a sum.",
    "Does doubling the data set double your gradient?",
    divided("", value=False),
)
mistake(
    "mean_over_classes_too",
    "Loss and gradient of the data are divided by the number of classes too.",
    "An average over what: the samples, or all scores?",
    divided(" / (N * W.shape[1])"),
)
mistake(
    "mean_over_classes_too_value",
    "The data loss is divided by the number of classes too.",
    "An average over what: the samples, or all scores?",
    divided(" / (N * W.shape[1])", slope=False),
)
mistake(
    "mean_over_classes_too_slope",
    "The data part of the gradient is divided by the number of classes too.",
    "An average over what: the samples, or all scores?",
    divided(" / (N * W.shape[1])", value=False),
)
mistake(
    "divided_by_classes",
    "The data term is divided by the number of classes, not of samples.",
    "Which axis of which array counts the samples?",
    divided(" / W.shape[1]"),
)
mistake(
    "divided_by_features",
    "The data term is divided by the number of features, not of samples.",
    "Which axis of X counts the samples?",
    divided(" / X.shape[1]"),
)
mistake(
    "divided_by_all_of_X",
    "The data term is divided by the number of entries of X, not of its rows.",
    "What does size count, of an array with two axes?",
    divided(" / X.size"),
)
mistake(
    "divided_by_one_less",
    "The data term is divided by one less than the number of samples.",
    "Is it the mean or an estimate of a variance?",
    divided(" / (N - 1)"),
)
mistake(
    "mean_twice",
    "The data term is divided by the number of samples twice, in loss and gradient.",
    "In how many places do you divide?",
    divided(" / N / N"),
)
mistake(
    "mean_twice_value",
    "The data loss is divided by the number of samples twice.",
    "In how many places do you divide the loss?",
    divided(" / N / N", slope=False),
)
mistake(
    "mean_twice_slope",
    "The data part of the gradient is divided by the number of samples twice.",
    "In how many places do you divide the gradient?",
    divided(" / N / N", value=False),
)
mistake(
    "data_slope_sign",
    "The data part of the gradient has the wrong sign.",
    "Which way is downhill, along your gradient or against it?",
    {
        SVM_NAIVE: {DSUM: "-dW / N"},
        SVM: {"X.T @": "-X.T @"},
        SOFTMAX_NAIVE: {DSUM: "-dW / N"},
        SOFTMAX: {"X.T @": "-X.T @"},
    },
)
mistake(
    "no_data_slope",
    "The gradient has the regularizer's part only.",
    "Does the loss of the samples have no slope?",
    {
        SVM_NAIVE: {DSUM: "0.0 * dW"},
        SVM: {"X.T @": "0.0 * X.T @"},
        SOFTMAX_NAIVE: {DSUM: "0.0 * dW"},
        SOFTMAX: {"X.T @": "0.0 * X.T @"},
    },
)
mistake(
    "next_sample",
    "In the gradient, the error of each sample meets the features of its neighbour.",
    "Which x goes with which error?",
    {
        SVM_NAIVE: {"+= X[i]": "+= X[i - 1]", "-= X[i]": "-= X[i - 1]"},
        SVM: {"X.T @": "np.roll(X, 1, axis=0).T @"},
        SOFTMAX_NAIVE: {"* X[i]": "* X[i - 1]"},
        SOFTMAX: {"X.T @": "np.roll(X, 1, axis=0).T @"},
    },
)
mistake(
    "next_sample_ahead",
    "In the gradient, the error of each sample meets the features of the one after it.",
    "Which x goes with which error?",
    {
        SVM_NAIVE: {"+= X[i]": "+= X[(i + 1) % N]", "-= X[i]": "-= X[(i + 1) % N]"},
        SVM: {"X.T @": "np.roll(X, -1, axis=0).T @"},
        SOFTMAX_NAIVE: {"* X[i]": "* X[(i + 1) % N]"},
        SOFTMAX: {"X.T @": "np.roll(X, -1, axis=0).T @"},
    },
)

# Labels and sizes.

SIZES, SIZE = "N, C = X.shape[0], W.shape[1]", "N = X.shape[0]"


def begun(line: str) -> dict[str, dict[str, str]]:
    """All four losses with one more line after the sizes."""
    sizes = {SVM_NAIVE: SIZES, SVM: SIZE, SOFTMAX_NAIVE: SIZES, SOFTMAX: SIZE}
    return {function: {text: f"{text}\n    {line}"} for function, text in sizes.items()}


mistake(
    "labels_from_one",
    "The labels are taken to begin with 1.",
    "What is the smallest label, and which column belongs to it?",
    begun("y = y - 1"),
)
mistake(
    "next_label",
    "The samples meet the labels of their neighbours.",
    "Which label goes with which sample?",
    begun("y = np.roll(y, 1)"),
)
mistake(
    "sorted_labels",
    "The labels are brought into another order than the samples.",
    "Which label goes with which sample?",
    begun("y = np.sort(y)"),
)
mistake(
    "scores_of_transposed_weights",
    "The scores are taken with W transposed.",
    "Which axis of W counts the features, and which the classes?",
    {
        SVM_NAIVE: {"X[i] @ W": "W @ X[i]"},
        SVM: {"X @ W": "X @ W.T"},
        SOFTMAX_NAIVE: {"X[i] @ W": "W @ X[i]"},
        SOFTMAX: {"X @ W": "X @ W.T"},
    },
)
mistake(
    "fixed_number_of_classes",
    "The number of classes is fixed at ten.",
    "Which sizes may your function take for granted?",
    {SVM_NAIVE: {"W.shape[1]": "10"}, SOFTMAX_NAIVE: {"W.shape[1]": "10"}},
)
mistake(
    "classes_of_the_labels",
    "The number of classes is taken from the labels; a class may have no sample.",
    "What says how many classes there are if the highest does not occur in y?",
    {
        SVM_NAIVE: {"W.shape[1]": "int(np.max(y)) + 1"},
        SOFTMAX_NAIVE: {"W.shape[1]": "int(np.max(y)) + 1"},
    },
)
mistake(
    "last_sample_left_out",
    "The loop ends before the last sample.",
    "Which samples does the loop visit?",
    {SVM_NAIVE: {"range(N)": "range(N - 1)"}, SOFTMAX_NAIVE: {"range(N)": "range(N - 1)"}},
)
mistake(
    "first_sample_left_out",
    "The loop begins with the second sample.",
    "Which samples does the loop visit?",
    {SVM_NAIVE: {"range(N)": "range(1, N)"}, SOFTMAX_NAIVE: {"range(N)": "range(1, N)"}},
)
mistake(
    "only_the_last_sample",
    "The sums begin again with each sample, so that only the last one counts.",
    "What is set to 0 before the loop, and what within it?",
    {
        SVM_NAIVE: {"scores = X[i] @ W": "scores = X[i] @ W\n        loss, dW = 0.0, 0.0 * W"},
        SOFTMAX_NAIVE: {"scores = X[i] @ W": "scores = X[i] @ W\n        loss, dW = 0.0, 0.0 * W"},
    },
)
mistake(
    "only_the_first_sample",
    "The function returns after the first sample.",
    "How far is the return indented?",
    {SVM_NAIVE: {"range(N)": "range(1)"}, SOFTMAX_NAIVE: {"range(N)": "range(1)"}},
)
mistake(
    "changes_W",
    "The function changes W itself.",
    "Is your gradient an array of its own, or another name of W?",
    begun("W *= 1.0 + 1e-13"),
)
mistake(
    "changes_X",
    "The function changes X itself.",
    "Does your function change its inputs?",
    begun("X *= 1.0 + 1e-13"),
)
