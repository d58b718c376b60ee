"""Variants of the loss of the support vector machine: for one sample, with loops, without."""

from __future__ import annotations

from functools import partial

from grader.feedback.variants import Variants
from reference.variants.writing import add_mistake

variants = Variants()
mistake = partial(add_mistake, variants)

SINGLE, NAIVE = "losses.svm_loss_single", "losses.svm_loss_naive"
SVM = "losses.svm_loss_vectorized"

# The right class.

RIGHT, OWN = "margins[rows, y] = 0.0", "np.sum(margins) / N"
COUNTED = "dscores[rows, y] = -np.sum(dscores, axis=1)"

mistake(
    "right_class_kept",
    "The right class is kept in the sum of the loss, where it adds 1 for every sample.",
    "How much does the right class add when it is compared with itself?",
    {
        SINGLE: {"margins[y] = 0.0": "pass"},
        NAIVE: {"j != y[i] and ": ""},
        SVM: {OWN: f"{OWN} + 1.0"},
    },
)
mistake(
    "right_class_kept_everywhere",
    "The right class is kept: it adds 1 to the loss and counts as a violation in the gradient.",
    "How much does the right class add when it is compared with itself?",
    {
        NAIVE: {"if j != y[i] and": "dW[:, y[i]] -= (j == y[i]) * X[i]\n            if"},
        SVM: {RIGHT: "pass"},
    },
)
mistake(
    "right_class_kept_in_the_gradient",
    "In the gradient, the right class counts as one of the violations.",
    "How many wrong classes can violate the margin at most?",
    {
        NAIVE: {
            "if j != y[i] and margin > 0.0:": (
                "dW[:, y[i]] -= (j == y[i]) * X[i]\n            if j != y[i] and margin > 0.0:"
            )
        },
        SVM: {COUNTED: "dscores[rows, y] = -np.sum(dscores, axis=1) - 1.0"},
    },
)
mistake(
    "right_class_not_counted_against",
    "In the gradient, the right class gets nothing.",
    "If a rival's score rises, whose must count against it?",
    {
        NAIVE: {"dW[:, y[i]] -= X[i]": "pass"},
        SVM: {COUNTED: "pass"},
    },
)
mistake(
    "right_class_once",
    "In the gradient, the right class is counted once, however many rivals violate the margin.",
    "How many terms of the sum hold the right class's score?",
    {
        NAIVE: {
            "scores = X[i] @ W": "scores = X[i] @ W\n        dW[:, y[i]] -= X[i]",
            "dW[:, y[i]] -= X[i]\n    return": "pass\n    return",
        },
        SVM: {COUNTED: "dscores[rows, y] = -1.0"},
    },
)
mistake(
    "right_class_once_if_at_all",
    "In the gradient, the right class is counted once for a sample with violations.",
    "How many terms of the sum hold the right class's score?",
    {
        NAIVE: {
            "scores = X[i] @ W": "scores, violated = X[i] @ W, False",
            "dW[:, y[i]] -= X[i]": (
                "dW[:, y[i]] -= X[i] * (not violated)\n                violated = True"
            ),
        },
        SVM: {COUNTED: "dscores[rows, y] = -np.max(dscores, axis=1)"},
    },
)
mistake(
    "right_class_added",
    "In the gradient, the right class has the sign of its rivals.",
    "What happens to a margin when the right class's score rises?",
    {
        NAIVE: {"dW[:, y[i]] -= X[i]": "dW[:, y[i]] += X[i]"},
        SVM: {"-np.sum(dscores, axis=1)": "np.sum(dscores, axis=1)"},
    },
)
mistake(
    "right_class_only",
    "In the gradient, only the right classes get something; the rivals' columns are missing.",
    "Which columns of W does a single margin depend on?",
    {
        NAIVE: {"dW[:, j] += X[i]": "pass"},
        SVM: {COUNTED: f"{COUNTED}\n    dscores = np.minimum(dscores, 0.0)"},
    },
)
mistake(
    "right_class_times_classes",
    "In the gradient, the right class is counted for all rivals, whether they violate or not.",
    "Which rivals push the right class, and which are far enough behind?",
    {
        NAIVE: {
            "if j != y[i] and margin > 0.0:": (
                "dW[:, y[i]] -= (j != y[i] and margin <= 0.0) * X[i]\n            "
                "if j != y[i] and margin > 0.0:"
            )
        },
        SVM: {COUNTED: "dscores[rows, y] = 1.0 - W.shape[1]"},
    },
)

# The margin.

DELTA = " + 1.0"
mistake(
    "no_delta",
    "The margin of 1 is missing.",
    "What is the loss when all scores are equal?",
    {SINGLE: {DELTA: ""}, NAIVE: {DELTA: ""}, SVM: {DELTA: ""}},
)
mistake(
    "negative_delta",
    "The margin of 1 is subtracted, not added.",
    "What is the loss when all scores are equal?",
    {SINGLE: {DELTA: " - 1.0"}, NAIVE: {DELTA: " - 1.0"}, SVM: {DELTA: " - 1.0"}},
)
mistake(
    "half_delta",
    "The margin is a half, not 1.",
    "What is the loss when all scores are equal?",
    {SINGLE: {DELTA: " + 0.5"}, NAIVE: {DELTA: " + 0.5"}, SVM: {DELTA: " + 0.5"}},
)
mistake(
    "double_delta",
    "The margin is 2, not 1.",
    "What is the loss when all scores are equal?",
    {SINGLE: {DELTA: " + 2.0"}, NAIVE: {DELTA: " + 2.0"}, SVM: {DELTA: " + 2.0"}},
)
mistake(
    "delta_after_the_hinge",
    "The margin of 1 is added after the maximum with 0 was taken.",
    "Which terms does the maximum enclose?",
    {
        SINGLE: {"scores - scores[y] + 1.0)": "scores - scores[y]) + 1.0"},
        NAIVE: {"scores[j] - scores[y[i]] + 1.0": "max(0.0, scores[j] - scores[y[i]]) + 1.0"},
        SVM: {"[:, np.newaxis] + 1.0)": "[:, np.newaxis]) + 1.0"},
    },
)
mistake(
    "scores_the_other_way_round",
    "The rival's score is subtracted from the right class's.",
    "Which of the two scores makes the loss larger?",
    {
        SINGLE: {"scores - scores[y]": "scores[y] - scores"},
        NAIVE: {"scores[j] - scores[y[i]]": "scores[y[i]] - scores[j]"},
        SVM: {"scores - scores[rows, y][:, np.newaxis]": "scores[rows, y][:, np.newaxis] - scores"},
    },
)
mistake(
    "scores_added",
    "The two scores are added, not subtracted.",
    "What happens to a margin when the right class's score rises?",
    {
        SINGLE: {"scores - scores[y]": "scores + scores[y]"},
        NAIVE: {"scores[j] - scores[y[i]]": "scores[j] + scores[y[i]]"},
        SVM: {"scores - scores[rows, y]": "scores + scores[rows, y]"},
    },
)
mistake(
    "right_score_missing",
    "The right class's score is not subtracted.",
    "What is each score compared with?",
    {
        SINGLE: {"scores - scores[y] + 1.0": "scores + 1.0"},
        NAIVE: {"scores[j] - scores[y[i]] + 1.0": "scores[j] + 1.0"},
        SVM: {"scores - scores[rows, y][:, np.newaxis] + 1.0": "scores + 1.0"},
    },
)
mistake(
    "rows_for_labels",
    "The right scores are picked by label along the samples: whole rows of the scores.",
    "What is the shape of the right scores?",
    {SVM: {"scores[rows, y][:, np.newaxis]": "scores[y]"}},
)
mistake(
    "columns_for_labels",
    "The right scores are picked for all samples together: a square of scores.",
    "What is the shape of the right scores?",
    {SVM: {"scores[rows, y][:, np.newaxis]": "scores[:, y]"}},
)
mistake(
    "right_scores_no_column",
    "The right scores are a row, and are subtracted along the classes.",
    "Which axis does each number belong to?",
    {SVM: {"scores[rows, y][:, np.newaxis]": "scores[rows, y]"}},
)
mistake(
    "right_scores_resized",
    "The right scores are subtracted along the classes, not along the samples.",
    "Which axis does each number belong to?",
    {SVM: {"scores[rows, y][:, np.newaxis]": "np.resize(scores[rows, y], (1, W.shape[1]))"}},
)
mistake(
    "best_score_for_right_score",
    "The scores are compared with the best score, not with that of the right class.",
    "Which class's score is compared with its rivals?",
    {
        SINGLE: {"- scores[y]": "- np.max(scores)"},
        NAIVE: {"- scores[y[i]]": "- np.max(scores)"},
        SVM: {"scores[rows, y][:, np.newaxis]": "np.max(scores, axis=1, keepdims=True)"},
    },
)

# The hinge, and the sum over the rivals.

HINGE, HINGES = "np.maximum(0.0, scores", "(margins > 0.0)"
mistake(
    "no_hinge",
    "Negative margins are counted too, in the loss and in the gradient.",
    "What does a rival add that is far behind?",
    {
        SINGLE: {"np.maximum(0.0, scores - scores[y] + 1.0)": "scores - scores[y] + 1.0"},
        NAIVE: {" and margin > 0.0": ""},
        SVM: {HINGE: "np.add(0.0, scores", HINGES: "(margins != 0.0)"},
    },
)
mistake(
    "no_hinge_value",
    "Negative margins are counted in the loss.",
    "What does a rival add that is far behind?",
    {
        NAIVE: {
            "if j != y[i] and margin > 0.0:\n                loss += margin": (
                "loss += margin * (j != y[i])\n            if j != y[i] and margin > 0.0:"
            )
        },
        SVM: {HINGE: "np.add(0.0, scores"},
    },
)
mistake(
    "no_hinge_slope",
    "In the gradient, all rivals count, whether they violate the margin or not.",
    "What is the slope of the maximum where 0 is the larger one?",
    {
        NAIVE: {
            "if j != y[i] and margin > 0.0:\n                loss += margin": (
                "if j != y[i]:\n                loss += max(0.0, margin)"
            )
        },
        SVM: {COUNTED: f"dscores[:] = 1.0\n    dscores[rows, y] = 0.0\n    {COUNTED}"},
    },
)
mistake(
    "absolute_margins",
    "Negative margins are counted by their absolute value.",
    "What does a rival add that is far behind?",
    {
        SINGLE: {"np.maximum(0.0, scores - scores[y] + 1.0)": "np.abs(scores - scores[y] + 1.0)"},
        NAIVE: {
            "+ 1.0\n            if j != y[i] and margin > 0.0:\n                loss += margin": (
                "+ 1.0\n            if j != y[i]:\n                loss += abs(margin)"
            )
        },
        SVM: {"np.maximum(0.0, scores": "np.hypot(0.0, scores"},
    },
)
mistake(
    "smallest_for_largest",
    "The smaller of 0 and the margin is taken, not the larger.",
    "What does a rival add that is far behind, and what one that is far ahead?",
    {
        SINGLE: {"np.maximum": "np.minimum"},
        NAIVE: {"margin > 0.0": "margin < 0.0"},
        SVM: {"np.maximum": "np.minimum", HINGES: "(margins < 0.0)"},
    },
)
mistake(
    "squared_hinge",
    "The margins are squared: loss and gradient are those of the squared hinge.",
    "Does the loss grow linearly past the margin?",
    {
        NAIVE: {
            "loss += margin": "loss += margin**2",
            "+= X[i]": "+= 2.0 * margin * X[i]",
            "-= X[i]": "-= 2.0 * margin * X[i]",
        },
        SVM: {OWN: "np.sum(margins**2) / N", f"{HINGES}.astype(np.float64)": "2.0 * margins"},
    },
)
mistake(
    "squared_hinge_value",
    "In the loss, the margins are squared.",
    "Does the loss grow linearly past the margin?",
    {
        SINGLE: {"np.sum(margins)": "np.sum(margins**2)"},
        NAIVE: {"loss += margin": "loss += margin**2"},
        SVM: {OWN: "np.sum(margins**2) / N"},
    },
)
mistake(
    "margins_for_slopes",
    "In the gradient, each violation counts as much as its margin is large.",
    "What is the slope of the hinge, just past the margin and far past it?",
    {
        NAIVE: {"+= X[i]": "+= margin * X[i]", "-= X[i]": "-= margin * X[i]"},
        SVM: {f"{HINGES}.astype(np.float64)": "margins.copy()"},
    },
)
mistake(
    "violations_counted",
    "The loss counts the violations, not how large they are.",
    "Does it matter how far a rival is ahead?",
    {
        SINGLE: {"np.sum(margins)": "np.sum(margins > 0.0)"},
        NAIVE: {"loss += margin": "loss += 1.0"},
        SVM: {OWN: "np.sum(margins > 0.0) / N"},
    },
)
mistake(
    "violations_beyond_one",
    "Only margins above 1 count as violations, in the gradient.",
    "What is compared with 0: the margin, or the difference of the scores?",
    {
        NAIVE: {
            "dW[:, j] += X[i]": "dW[:, j] += (margin > 1.0) * X[i]",
            "dW[:, y[i]] -= X[i]": "dW[:, y[i]] -= (margin > 1.0) * X[i]",
        },
        SVM: {HINGES: "(margins > 1.0)"},
    },
)
mistake(
    "only_rivals_ahead",
    "Only rivals with a higher score than the right class count.",
    "What is compared with 0: the margin, or the difference of the scores?",
    {
        SINGLE: {"margins[y] = 0.0": "margins[margins <= 1.0] = 0.0"},
        NAIVE: {"margin > 0.0": "margin > 1.0"},
        SVM: {RIGHT: "margins[margins <= 1.0] = 0.0"},
    },
)
mistake(
    "worst_rival_only",
    "Only the worst rival counts, in the loss and in the gradient.",
    "One rival or all of them?",
    {
        NAIVE: {
            "for j in range(C):": (
                "rivals = [j for j in range(C) if j != y[i]]\n        "
                "for j in sorted(rivals, key=lambda j: scores[j])[-1:]:"
            )
        },
        SVM: {
            OWN: "np.sum(np.max(margins, axis=1)) / N",
            HINGES: "((margins > 0.0) & (margins == np.max(margins, axis=1, keepdims=True)))",
        },
    },
)
mistake(
    "worst_rival_only_value",
    "Only the worst rival counts in the loss.",
    "One rival or all of them?",
    {
        SINGLE: {"np.sum(margins)": "np.max(margins)"},
        NAIVE: {
            "scores = X[i] @ W": (
                "scores = X[i] @ W\n        "
                "loss += max(0.0, 1.0 + np.max(np.delete(scores, y[i])) - scores[y[i]])"
            ),
            "loss += margin": "pass",
        },
        SVM: {OWN: "np.sum(np.max(margins, axis=1)) / N"},
    },
)
mistake(
    "first_rival_only",
    "The loop over the classes ends with the first violation.",
    "Which classes does the loop visit?",
    {NAIVE: {"dW[:, y[i]] -= X[i]": "dW[:, y[i]] -= X[i]\n                break"}},
)
mistake(
    "mean_over_classes",
    "The margins of a sample are averaged over the classes, not summed.",
    "Is there a mean over the classes in the formula?",
    {SINGLE: {"np.sum(margins)": "np.mean(margins)"}},
)
mistake(
    "mean_over_rivals",
    "The margins of a sample are averaged over its rivals, in loss and gradient.",
    "Is there a mean over the classes in the formula?",
    {
        SINGLE: {"np.sum(margins)": "np.sum(margins) / (margins.size - 1)"},
        NAIVE: {"loss / N": "loss / N / (C - 1)", "dW / N": "dW / N / (C - 1)"},
        SVM: {
            OWN: "np.sum(margins) / N / (W.shape[1] - 1)",
            "dscores / N": "dscores / N / (W.shape[1] - 1)",
        },
    },
)
mistake(
    "last_class_left_out",
    "The last class is left out.",
    "Which classes does the sum visit?",
    {
        SINGLE: {"np.sum(margins)": "np.sum(margins[:-1])"},
        NAIVE: {"range(C)": "range(C - 1)"},
        SVM: {RIGHT: f"{RIGHT}\n    margins[:, -1] = 0.0"},
    },
)
mistake(
    "first_class_left_out",
    "The first class is left out.",
    "Which classes does the sum visit?",
    {
        SINGLE: {"np.sum(margins)": "np.sum(margins[1:])"},
        NAIVE: {"range(C)": "range(1, C)"},
        SVM: {RIGHT: f"{RIGHT}\n    margins[:, 0] = 0.0"},
    },
)
mistake(
    "class_zero_is_right",
    "The first class is taken for the right one.",
    "What does y say?",
    {
        SINGLE: {"scores[y]": "scores[0]", "margins[y]": "margins[0]"},
        NAIVE: {"y[i]": "0"},
        SVM: {"rows, y]": "rows, 0]"},
    },
)
mistake(
    "wrong_class_removed",
    "The margin that is taken out of the sum is not that of the right class.",
    "Which entry of the margins belongs to the right class?",
    {
        SINGLE: {"margins[y] = 0.0": "margins[0] = 0.0"},
        SVM: {RIGHT: "margins[:, 0] = 0.0"},
    },
)
mistake(
    "all_labels_removed",
    "The margins of all classes that occur in y are set to 0, for every sample.",
    "Which entry of a row belongs to the right class of that sample?",
    {SVM: {RIGHT: "margins[:, y] = 0.0"}},
)
mistake(
    "summed_over_samples",
    "The violations are summed over the samples where they should be summed for each sample.",
    "Over which axis do you sum, and what is left?",
    {SVM: {COUNTED: "dscores[rows, y] = -np.resize(np.sum(dscores, axis=0), N)"}},
)

# One sample.

mistake(
    "labels_from_one",
    "The labels are taken to begin with 1.",
    "What is the smallest label, and which score belongs to it?",
    {SINGLE: {"scores[y]": "scores[y - 1]", "margins[y]": "margins[y - 1]"}},
)
mistake(
    "weights_as_columns",
    "The weights of a class are taken from a column of W; here they are a row.",
    "What is the shape of W in this function?",
    {SINGLE: {"W @ x": "x @ W"}},
)
mistake(
    "weights_reshaped",
    "W is brought into shape by reshape, which is no transpose.",
    "Which entries of W belong to the first class?",
    {SINGLE: {"W @ x": "x @ W.reshape(x.size, -1)"}},
)
mistake(
    "returns_margins",
    "The function returns the margins, not their sum.",
    "Is the loss of one sample a number or an array?",
    {SINGLE: {"float(np.sum(margins))": "margins"}},
)
mistake(
    "whole_number",
    "The loss is cut off to a whole number.",
    "Did you change the result after computing it?",
    {SINGLE: {"float(np.sum": "int(np.sum"}},
)
mistake(
    "negative",
    "The loss has the wrong sign.",
    "Can this loss be negative?",
    {SINGLE: {"float(np.sum": "-float(np.sum"}},
)
mistake(
    "with_a_penalty",
    "The loss of one sample holds a penalty on W.",
    "Is there a regularizer in the formula of this function?",
    {SINGLE: {"np.sum(margins)": "np.sum(margins) + np.sum(W**2)"}},
)
mistake(
    "softmax_for_hinge",
    "The loss is that of softmax.",
    "Which of the two losses has a logarithm?",
    {
        SINGLE: {
            "float(np.sum(margins))": "float(np.log(np.sum(np.exp(scores))) - scores[y])",
        },
    },
)

# Right numbers, written in a way that the text excludes: the answers do not differ, the lines do.

mistake(
    "naive_called",
    "The function hands its work to the one with loops.",
    "Which function has the loops now?",
    {SVM: {"N = X.shape[0]": "return svm_loss_naive(W, X, y, reg)"}},
)
mistake(
    "vectorized_called",
    "The function hands its work to the vectorized one.",
    "What are the two functions compared for, if they are one?",
    {NAIVE: {"N, C = X.shape[0], W.shape[1]": "return svm_loss_vectorized(W, X, y, reg)"}},
)
mistake(
    "loop_over_samples",
    "The function goes through the samples in a loop.",
    "How many lines run if there are twice as many samples?",
    {SVM: {"scores = X @ W": "scores = np.array([x @ W for x in X])"}},
)
mistake(
    "loop_over_classes",
    "The function goes through the classes in a loop.",
    "How many lines run if there are twice as many classes?",
    {SVM: {"scores = X @ W": "scores = np.column_stack([X @ w for w in W.T])"}},
)
SIZES = "N, C = X.shape[0], W.shape[1]"
WHOLE = (
    "N, rows = X.shape[0], np.arange(X.shape[0])\n    "
    "S = X @ W\n    "
    "M = np.maximum(0.0, S - S[rows, y][:, None] + 1.0)\n    "
    "M[rows, y] = 0.0\n    "
    "V = 1.0 * (M > 0.0)\n    "
    "V[rows, y] = -np.sum(V, axis=1)\n    "
    "return float(np.sum(M) / N + reg * np.sum(W**2)), X.T @ V / N + 2.0 * reg * W"
)
mistake(
    "no_loops",
    "The function has no loops, where the text wants some.",
    "Can you read the formula's sums in your function?",
    {NAIVE: {SIZES: WHOLE}},
)
mistake(
    "idle_loop",
    "The function has a loop that does nothing, and does its work without it.",
    "What would be another number if the loop were left out?",
    {NAIVE: {SIZES: f"for _ in range(len(y)):\n        pass\n    {WHOLE}"}},
)
