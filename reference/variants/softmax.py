"""Variants of the probabilities and of the softmax loss, with loops and without."""

# ruff: noqa: D103 - what a variant does stands in what it says

from __future__ import annotations

from functools import partial

import numpy as np

from grader.feedback.variants import Variants
from reference.losses import Array
from reference.variants.writing import add_mistake

variants = Variants()
mistake = partial(add_mistake, variants)

PROBABILITIES, NAIVE = "losses.softmax", "losses.softmax_loss_naive"
SOFTMAX = "losses.softmax_loss_vectorized"

# The shift.

SHIFT, SHIFT_NAIVE = "scores - np.max(scores, axis=1, keepdims=True)", "scores - np.max(scores)"
LOG_P, LOG_P_NAIVE = "log_p[rows, y]", "log_sum - shifted[y[i]]"
QUOTIENT = "exponentials / np.sum(exponentials, axis=1, keepdims=True)"

mistake(
    "no_shift_late_logarithm",
    "The exponentials are taken of the scores as they are, and the logarithm of their quotient.",
    "What is exp(1000), and what is that divided by itself?",
    {
        NAIVE: {
            SHIFT_NAIVE: "scores",
            "log_sum = np.log(np.sum(np.exp(shifted)))": (
                "p = np.exp(shifted) / np.sum(np.exp(shifted))"
            ),
            LOG_P_NAIVE: "-np.log(p[y[i]])",
            "np.exp(shifted[j] - log_sum)": "p[j]",
        },
        SOFTMAX: {
            SHIFT: "scores",
            "log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))": (
                "p = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)"
            ),
            LOG_P: "np.log(p)[rows, y]",
            "np.exp(log_p)": "p",
        },
    },
)
mistake(
    "over_the_samples",
    "The largest score and the sum are taken over the samples, not over the classes.",
    "What should each row of the probabilities sum to?",
    {
        PROBABILITIES: {
            "np.max(scores, axis=1": "np.max(scores, axis=0",
            "np.sum(exponentials, axis=1": "np.sum(exponentials, axis=0",
        },
        SOFTMAX: {
            "np.max(scores, axis=1": "np.max(scores, axis=0",
            "np.sum(np.exp(shifted), axis=1": "np.sum(np.exp(shifted), axis=0",
        },
    },
)
mistake(
    "no_shift",
    "The exponentials are taken of the scores as they are.",
    "What is exp(1000)?",
    {
        PROBABILITIES: {SHIFT: "scores"},
        NAIVE: {SHIFT_NAIVE: "scores"},
        SOFTMAX: {SHIFT: "scores"},
    },
)
mistake(
    "one_shift_for_all",
    "The largest of all scores is subtracted in every row.",
    "What is left of a row whose scores are far below the largest of all?",
    {
        PROBABILITIES: {"np.max(scores, axis=1, keepdims=True)": "np.max(scores)"},
        NAIVE: {SHIFT_NAIVE: "scores - np.max(X @ W)"},
        SOFTMAX: {"np.max(scores, axis=1, keepdims=True)": "np.max(scores)"},
    },
)
mistake(
    "shift_by_class",
    "The largest score of each class is subtracted, not that of each sample.",
    "What may be subtracted from the scores of one sample without changing its probabilities?",
    {
        PROBABILITIES: {"np.max(scores, axis=1, keepdims=True)": "np.max(scores, axis=0)"},
        NAIVE: {SHIFT_NAIVE: "scores - np.max(X @ W, axis=0)"},
        SOFTMAX: {"np.max(scores, axis=1, keepdims=True)": "np.max(scores, axis=0)"},
    },
)
mistake(
    "shift_by_the_mean",
    "The mean of the scores is subtracted, not the largest.",
    "How large can the largest exponential be after your shift?",
    {
        PROBABILITIES: {"np.max(scores, axis": "np.mean(scores, axis"},
    },
)
mistake(
    "shift_by_the_smallest",
    "The smallest score is subtracted, not the largest.",
    "How large can the largest exponential be after your shift?",
    {
        PROBABILITIES: {"np.max(scores, axis": "np.min(scores, axis"},
        NAIVE: {"np.max(scores)": "np.min(scores)"},
        SOFTMAX: {"np.max(scores, axis": "np.min(scores, axis"},
    },
)
mistake(
    "shift_added",
    "The largest score is added, not subtracted.",
    "How large can the largest exponential be after your shift?",
    {
        PROBABILITIES: {"scores - np.max": "scores + np.max"},
        NAIVE: {"scores - np.max": "scores + np.max"},
        SOFTMAX: {"scores - np.max": "scores + np.max"},
    },
)
mistake(
    "divided_by_the_largest",
    "The scores are divided by the largest, not shifted by it.",
    "What may be done to the scores of one sample without changing its probabilities?",
    {
        PROBABILITIES: {"scores - np.max": "scores / np.max"},
        NAIVE: {"scores - np.max": "scores / np.max"},
        SOFTMAX: {"scores - np.max": "scores / np.max"},
    },
)
mistake(
    "no_column_of_maxima",
    "The largest scores of the rows are subtracted along the classes.",
    "Which axis does each number belong to?",
    {
        PROBABILITIES: {SHIFT: "scores - np.max(scores, axis=1)"},
        SOFTMAX: {SHIFT: "scores - np.max(scores, axis=1)"},
    },
)
mistake(
    "shift_in_place",
    "The scores that were handed in are shifted themselves.",
    "Does your function change its inputs?",
    {
        PROBABILITIES: {
            f"shifted = {SHIFT}": (
                "scores -= np.max(scores, axis=1, keepdims=True)\n        shifted = scores"
            )
        }
    },
)
mistake(
    "shift_not_undone",
    "The shift is in the sum of the exponentials, but not in the right class's score.",
    "Which scores stand in the numerator, and which below it?",
    {
        NAIVE: {LOG_P_NAIVE: "log_sum - scores[y[i]]"},
        SOFTMAX: {LOG_P: "(log_p - shifted + scores)[rows, y]"},
    },
)

# The sum of the exponentials.

mistake(
    "summed_over_samples",
    "The exponentials are summed over the samples, not over the classes.",
    "The probabilities of which things sum to 1?",
    {
        PROBABILITIES: {"np.sum(exponentials, axis=1": "np.sum(exponentials, axis=0"},
        SOFTMAX: {"np.sum(np.exp(shifted), axis=1": "np.sum(np.exp(shifted), axis=0"},
    },
)
mistake(
    "summed_over_everything",
    "The exponentials of all samples and classes are summed up together.",
    "What do the probabilities of one sample sum to?",
    {
        PROBABILITIES: {"np.sum(exponentials, axis=1, keepdims=True)": "np.sum(exponentials)"},
        NAIVE: {"np.sum(np.exp(shifted))": "np.sum(np.exp(X @ W - np.max(scores)))"},
        SOFTMAX: {"np.sum(np.exp(shifted), axis=1, keepdims=True)": "np.sum(np.exp(shifted))"},
    },
)
mistake(
    "sum_without_the_right_class",
    "The right class is missing in the sum of the exponentials.",
    "What do the probabilities of one sample sum to?",
    {
        NAIVE: {"np.sum(np.exp(shifted))": "(np.sum(np.exp(shifted)) - np.exp(shifted[y[i]]))"},
        SOFTMAX: {
            "np.sum(np.exp(shifted), axis=1, keepdims=True)": (
                "(np.sum(np.exp(shifted), axis=1) - np.exp(shifted[rows, y]))[:, np.newaxis]"
            )
        },
    },
)
mistake(
    "no_column_of_sums",
    "The sums of the rows are a row themselves, and divide along the classes.",
    "Which axis does each number belong to?",
    {
        PROBABILITIES: {QUOTIENT: "exponentials / np.sum(exponentials, axis=1)"},
        SOFTMAX: {"axis=1, keepdims=True))": "axis=1))"},
    },
)
mistake(
    "not_normalized",
    "The exponentials are not divided by their sum.",
    "What do the probabilities of one sample sum to?",
    {PROBABILITIES: {QUOTIENT: "exponentials"}},
)
mistake(
    "mean_for_sum",
    "The exponentials are divided by their mean, not by their sum.",
    "What do the probabilities of one sample sum to?",
    {
        PROBABILITIES: {"np.sum(exponentials": "np.mean(exponentials"},
        NAIVE: {"np.sum(np.exp(shifted))": "np.mean(np.exp(shifted))"},
        SOFTMAX: {"np.sum(np.exp(shifted)": "np.mean(np.exp(shifted)"},
    },
)
mistake(
    "no_exponential",
    "The scores are divided by their sum, without the exponential.",
    "What if a score is negative?",
    {PROBABILITIES: {"exponentials = np.exp(shifted)": "exponentials = scores"}},
)
mistake(
    "negative_scores",
    "The exponentials are taken of the negative scores.",
    "Which class should get the highest probability?",
    {
        PROBABILITIES: {"np.exp(shifted)": "np.exp(-scores)"},
        NAIVE: {"X[i] @ W": "-X[i] @ W"},
        SOFTMAX: {"X @ W": "-X @ W"},
    },
)
mistake(
    "powers_of_two",
    "The powers of 2 are taken, not those of e.",
    "Which base does exp have?",
    {PROBABILITIES: {"np.exp(": "np.exp2("}},
)
mistake(
    "powers_of_ten",
    "The powers of 10 are taken, not those of e.",
    "Which base does exp have?",
    {PROBABILITIES: {"np.exp(": "np.power(10.0, "}},
)
mistake(
    "sigmoid",
    "Each score is squeezed into 0..1 by itself, as by a sigmoid.",
    "What do the probabilities of one sample sum to?",
    {PROBABILITIES: {"return probabilities": "return 1.0 / (1.0 + np.exp(-scores))"}},
)
mistake(
    "best_class_only",
    "The best class gets 1 and all others get 0.",
    "What do two scores that are nearly equal say?",
    {
        PROBABILITIES: {
            "return probabilities": (
                "return (scores == np.max(scores, axis=1, keepdims=True)).astype(np.float64)"
            )
        }
    },
)
mistake(
    "logarithms_returned",
    "The function returns the logarithms of the probabilities.",
    "What do the entries of a row sum to?",
    {PROBABILITIES: {"return probabilities": "return np.log(probabilities)"}},
)
mistake(
    "transposed_probabilities",
    "The probabilities are transposed: one row for each class.",
    "Which axis of the result counts the samples?",
    {PROBABILITIES: {"return probabilities": "return probabilities.T"}},
)
mistake(
    "rounded_probabilities",
    "The probabilities are rounded.",
    "Did you change the result after computing it?",
    {PROBABILITIES: {"return probabilities": "return np.round(probabilities, 2)"}},
)
for limit, words in ((50, "50"), (500, "500"), (700, "700")):
    mistake(
        f"clipped_at_{limit}",
        f"The scores are cut off at {words} and -{words} before the exponential.",
        "What happens to the difference of two scores that are both cut off?",
        {PROBABILITIES: {SHIFT: f"np.clip(scores, -{limit}.0, {limit}.0)"}},
    )
for power in (8, 7, 6, 5):
    mistake(
        f"small_number_below_1e_{power}",
        f"The sum of the exponentials has 1e-{power} added to it.",
        "Can the sum of a row's exponentials be 0 after the shift?",
        {
            PROBABILITIES: {
                QUOTIENT: (
                    f"exponentials / (np.sum(exponentials, axis=1, keepdims=True) + 1e-{power})"
                )
            }
        },
    )
mistake(
    "small_number_on_the_probabilities",
    "The probabilities have a small number added to them.",
    "What do the probabilities of one sample sum to?",
    {PROBABILITIES: {QUOTIENT: f"{QUOTIENT} + 1e-8"}},
)


@variants.mistake(
    PROBABILITIES,
    says="The probabilities have half precision: three digits.",
    hint="Which dtype do your arrays have, from the first line to the last?",
)
def half_precision(right: Array, *_arguments: Array, **_settings: Array) -> Array:
    return right.astype(np.float16)


@variants.convention(
    PROBABILITIES, says="The result is right, as far as float32 goes; the text has float64."
)
def single_precision(right: Array, *_arguments: Array, **_settings: Array) -> Array:
    return right.astype(np.float32)


# The logarithm.

P, P_NAIVE = f"np.exp({LOG_P})", f"np.exp(-({LOG_P_NAIVE}))"

mistake(
    "late_logarithm",
    "The logarithm is taken of the probability, which may be 0 in float64.",
    "What is left of ln(exp(s) / sum) if you write the logarithm of a quotient as a difference?",
    {NAIVE: {LOG_P_NAIVE: f"-np.log({P_NAIVE})"}, SOFTMAX: {LOG_P: f"np.log({P})"}},
)
for power in (300, 20, 16, 15):
    mistake(
        f"kept_from_0_by_1e_{power}",
        f"The probability is kept away from 0 by 1e-{power} before the logarithm.",
        "How large may the loss of one sample be, and how large can yours become?",
        {
            NAIVE: {LOG_P_NAIVE: f"-np.log({P_NAIVE} + 1e-{power})"},
            SOFTMAX: {LOG_P: f"np.log({P} + 1e-{power})"},
        },
    )
mistake(
    "kept_from_0_by_the_rounding_unit",
    "The probability is kept away from 0 by the rounding unit before the logarithm.",
    "How large may the loss of one sample be, and how large can yours become?",
    {
        NAIVE: {LOG_P_NAIVE: f"-np.log({P_NAIVE} + np.finfo(np.float64).eps)"},
        SOFTMAX: {LOG_P: f"np.log({P} + np.finfo(np.float64).eps)"},
    },
)
for power in (12, 11, 10, 9, 8, 7, 6, 5, 4, 3):
    mistake(
        f"small_number_in_the_logarithm_1e_{power}",
        f"The probability has 1e-{power} added to it before the logarithm.",
        "Is the loss still exact where the probability is small?",
        {
            NAIVE: {LOG_P_NAIVE: f"-np.log({P_NAIVE} + 1e-{power})"},
            SOFTMAX: {LOG_P: f"np.log({P} + 1e-{power})"},
        },
    )
    mistake(
        f"probability_at_least_1e_{power}",
        f"The probability is raised to 1e-{power} before the logarithm if it is smaller.",
        "Is the loss still exact where the probability is small?",
        {
            NAIVE: {LOG_P_NAIVE: f"-np.log(max({P_NAIVE}, 1e-{power}))"},
            SOFTMAX: {LOG_P: f"np.log(np.maximum({P}, 1e-{power}))"},
        },
    )
mistake(
    "no_minus",
    "The minus sign before the logarithm is missing.",
    "Can this loss be negative?",
    {NAIVE: {LOG_P_NAIVE: "shifted[y[i]] - log_sum"}, SOFTMAX: {"-np.sum(log_p": "np.sum(log_p"}},
)
mistake(
    "logarithm_of_base_2",
    "The logarithm has the base 2.",
    "Which logarithm has exp for its inverse?",
    {
        NAIVE: {LOG_P_NAIVE: f"({LOG_P_NAIVE}) / np.log(2.0)"},
        SOFTMAX: {LOG_P: f"{LOG_P} / np.log(2.0)"},
    },
)
mistake(
    "logarithm_of_base_10",
    "The logarithm has the base 10, as the numbers on the slides have.",
    "Which logarithm has exp for its inverse?",
    {
        NAIVE: {LOG_P_NAIVE: f"({LOG_P_NAIVE}) / np.log(10.0)"},
        SOFTMAX: {LOG_P: f"{LOG_P} / np.log(10.0)"},
    },
)
mistake(
    "logarithm_of_one_more",
    "The logarithm is taken of 1 plus the probability.",
    "What is the loss of a sample that is surely right?",
    {NAIVE: {LOG_P_NAIVE: f"-np.log1p({P_NAIVE})"}, SOFTMAX: {LOG_P: f"np.log1p({P})"}},
)
mistake(
    "one_subtracted_before_the_logarithm",
    "The 1 of the gradient is subtracted before the logarithm of the loss is taken.",
    "Is P still what you think when the log is taken?",
    {NAIVE: {LOG_P_NAIVE: f"-np.log({P_NAIVE} - 1.0)"}, SOFTMAX: {LOG_P: f"np.log({P} - 1.0)"}},
)
mistake(
    "no_logarithm",
    "The loss is made of the probabilities, without the logarithm.",
    "What is the loss of a sample whose right class has a probability of nearly 0?",
    {NAIVE: {LOG_P_NAIVE: f"-{P_NAIVE}"}, SOFTMAX: {LOG_P: P}},
)
mistake(
    "one_minus_probability",
    "The loss is 1 minus the probability, without a logarithm.",
    "What is the loss of a sample whose right class has a probability of nearly 0?",
    {NAIVE: {LOG_P_NAIVE: f"1.0 - {P_NAIVE}"}, SOFTMAX: {LOG_P: f"{P} - 1.0"}},
)
mistake(
    "score_only",
    "The loss is made of the right class's score alone.",
    "Where do the other classes enter the loss?",
    {NAIVE: {LOG_P_NAIVE: "-shifted[y[i]]"}, SOFTMAX: {LOG_P: "shifted[rows, y]"}},
)
mistake(
    "normalizer_only",
    "The right class's score is missing in the loss.",
    "Where does y enter the loss?",
    {
        NAIVE: {LOG_P_NAIVE: "log_sum + np.max(scores)"},
        SOFTMAX: {LOG_P: "(log_p - scores)[rows, y]"},
    },
)
mistake(
    "all_classes",
    "The logarithms of all probabilities are summed, not only those of the right classes.",
    "Which class's probability should be large?",
    {
        NAIVE: {LOG_P_NAIVE: "C * log_sum - np.sum(shifted)"},
        SOFTMAX: {LOG_P: "log_p"},
    },
)
mistake(
    "two_classes_each",
    "Each class is judged as a yes or no of its own: the loss is a sum of binary losses.",
    "How many terms has the loss of one sample, by the formula?",
    {
        NAIVE: {
            LOG_P_NAIVE: (
                f"{LOG_P_NAIVE} - np.sum(np.log(1.0 - np.delete(np.exp(shifted - log_sum), y[i])))"
            )
        },
        SOFTMAX: {
            "-np.sum(log_p[rows, y]) / N": (
                "-(np.sum(log_p[rows, y]) + np.sum(np.log(1.0 - np.exp(log_p)))"
                " - np.sum(np.log(1.0 - np.exp(log_p[rows, y])))) / N"
            )
        },
    },
)
mistake(
    "columns_for_labels",
    "The probabilities are picked for all samples together: a square of them is summed.",
    "What is the shape of what you sum?",
    {SOFTMAX: {LOG_P: "log_p[:, y]"}},
)
mistake(
    "rows_for_labels",
    "The probabilities are picked by label along the samples: whole rows of them are summed.",
    "What is the shape of what you sum?",
    {SOFTMAX: {LOG_P: "log_p[y]"}},
)
mistake(
    "best_class_for_right_class",
    "The loss is that of the most probable class, not of the right one.",
    "Where does y enter the loss?",
    {NAIVE: {LOG_P_NAIVE: "log_sum - np.max(shifted)"}, SOFTMAX: {LOG_P: "np.max(log_p, axis=1)"}},
)
mistake(
    "logarithm_of_the_mean",
    "The logarithm is taken of the mean probability, not the mean of the logarithms.",
    "Which comes first in the formula, the mean or the logarithm?",
    {SOFTMAX: {"-np.sum(log_p[rows, y]) / N": f"-np.log(np.sum({P}) / N)"}},
)

# The gradient.

ONE, ONE_NAIVE = "dscores[rows, y] -= 1.0", " - float(j == y[i])"
MADE, MADE_NAIVE = "dscores = np.exp(log_p)", "np.exp(shifted[j] - log_sum)"

mistake(
    "no_one_subtracted",
    "In the gradient, the right class is treated like the others.",
    "Where does y enter the gradient?",
    {NAIVE: {ONE_NAIVE: ""}, SOFTMAX: {ONE: "pass"}},
)
mistake(
    "one_added",
    "In the gradient, 1 is added for the right class.",
    "In which direction should the right class's score be moved?",
    {NAIVE: {ONE_NAIVE: " + float(j == y[i])"}, SOFTMAX: {ONE: "dscores[rows, y] += 1.0"}},
)
mistake(
    "one_subtracted_everywhere",
    "In the gradient, 1 is subtracted for all classes.",
    "For which class is there a 1 in the derivative?",
    {NAIVE: {ONE_NAIVE: " - 1.0"}, SOFTMAX: {ONE: "dscores -= 1.0"}},
)
mistake(
    "one_subtracted_in_columns",
    "In the gradient, 1 is subtracted in whole columns: for all classes that occur in y.",
    "Which entry of a row belongs to the right class of that sample?",
    {SOFTMAX: {ONE: "dscores[:, y] -= 1.0"}},
)
mistake(
    "one_subtracted_after_the_mean",
    "In the gradient, the 1 of the right class is not divided by the number of samples.",
    "Which terms of the gradient are averaged?",
    {NAIVE: {ONE_NAIVE: " - N * float(j == y[i])"}, SOFTMAX: {ONE: "dscores[rows, y] -= N"}},
)
mistake(
    "only_right_classes",
    "In the gradient, only the right classes get something; the others' columns are missing.",
    "Does the loss change when the score of a wrong class rises?",
    {
        NAIVE: {MADE_NAIVE: f"float(j == y[i]) * {MADE_NAIVE}"},
        SOFTMAX: {ONE: f"{ONE}\n    dscores = np.minimum(dscores, 0.0)"},
    },
)
mistake(
    "only_wrong_classes",
    "In the gradient, the right classes get nothing.",
    "Does the loss change when the score of the right class rises?",
    {
        NAIVE: {ONE_NAIVE: f" - float(j == y[i]) * {MADE_NAIVE}"},
        SOFTMAX: {ONE: "dscores[rows, y] = 0.0"},
    },
)
mistake(
    "minus_one_for_right_classes",
    "In the gradient, the right class gets -1, without its probability.",
    "What should the gradient be when the right class is nearly sure?",
    {
        NAIVE: {ONE_NAIVE: f" - float(j == y[i]) * (1.0 + {MADE_NAIVE})"},
        SOFTMAX: {ONE: "dscores[rows, y] = -1.0"},
    },
)
mistake(
    "one_minus_probability_for_right_classes",
    "In the gradient, the right class has the opposite sign.",
    "In which direction should the right class's score be moved?",
    {
        NAIVE: {ONE_NAIVE: f" + float(j == y[i]) * (1.0 - 2.0 * {MADE_NAIVE})"},
        SOFTMAX: {ONE: "dscores[rows, y] = 1.0 - dscores[rows, y]"},
    },
)
mistake(
    "probability_times_rest",
    "In the gradient, each class has p times (1 - p).",
    "What is the derivative of one probability by the score of another class?",
    {
        NAIVE: {f"{MADE_NAIVE}{ONE_NAIVE}": f"{MADE_NAIVE} * (1.0 - {MADE_NAIVE})"},
        SOFTMAX: {ONE: "dscores *= 1.0 - dscores"},
    },
)
mistake(
    "derivative_of_the_probability",
    "The gradient is that of the right class's probability, without the logarithm's part.",
    "What does the chain rule add for the logarithm?",
    {
        NAIVE: {"* X[i]": "* X[i] * np.exp(shifted[y[i]] - log_sum)"},
        SOFTMAX: {ONE: f"{ONE}\n    dscores *= {P}[:, np.newaxis]"},
    },
)
mistake(
    "probability_and_logarithm",
    "In the gradient, the logarithms of the probabilities stand where these belong.",
    "What is the derivative of the logarithm of the sum of exponentials?",
    {NAIVE: {MADE_NAIVE: "(shifted[j] - log_sum)"}, SOFTMAX: {MADE: "dscores = log_p.copy()"}},
)
mistake(
    "scores_for_probabilities",
    "In the gradient, the scores stand where the probabilities belong.",
    "What is the derivative of the logarithm of the sum of exponentials?",
    {NAIVE: {MADE_NAIVE: "scores[j]"}, SOFTMAX: {MADE: "dscores = scores.copy()"}},
)
mistake(
    "exponentials_for_probabilities",
    "In the gradient, the exponentials are not divided by their sum.",
    "What is the derivative of the logarithm of the sum of exponentials?",
    {NAIVE: {MADE_NAIVE: "np.exp(shifted[j])"}, SOFTMAX: {MADE: "dscores = np.exp(shifted)"}},
)
mistake(
    "normalized_over_samples",
    "In the gradient, the probabilities of a class sum to 1, not those of a sample.",
    "The probabilities of which things sum to 1?",
    {SOFTMAX: {MADE: f"{MADE}\n    dscores /= np.sum(dscores, axis=0)"}},
)
mistake(
    "best_class_in_the_gradient",
    "In the gradient, the most probable class is taken for the right one.",
    "Where does y enter the gradient?",
    {
        NAIVE: {"j == y[i]": "j == np.argmax(scores)"},
        SOFTMAX: {ONE: "dscores[rows, np.argmax(scores, axis=1)] -= 1.0"},
    },
)
mistake(
    "class_zero_is_right",
    "The first class is taken for the right one.",
    "What does y say?",
    {NAIVE: {"y[i]": "0"}, SOFTMAX: {"rows, y]": "rows, 0]"}},
)
mistake(
    "last_class_left_out",
    "The loop over the classes ends before the last.",
    "Which classes does the loop visit?",
    {NAIVE: {"range(C)": "range(C - 1)"}},
)
mistake(
    "first_class_left_out",
    "The loop over the classes begins with the second.",
    "Which classes does the loop visit?",
    {NAIVE: {"range(C)": "range(1, C)"}},
)

# Right numbers, written in a way that the text excludes: the answers do not differ, the lines do.

mistake(
    "naive_called",
    "The function hands its work to the one with loops.",
    "Which function has the loops now?",
    {SOFTMAX: {"N = X.shape[0]": "return softmax_loss_naive(W, X, y, reg)"}},
)
mistake(
    "vectorized_called",
    "The function hands its work to the vectorized one.",
    "What are the two functions compared for, if they are one?",
    {NAIVE: {"N, C = X.shape[0], W.shape[1]": "return softmax_loss_vectorized(W, X, y, reg)"}},
)
mistake(
    "loop_over_samples",
    "The function goes through the samples in a loop.",
    "How many lines run if there are twice as many samples?",
    {SOFTMAX: {"scores = X @ W": "scores = np.array([x @ W for x in X])"}},
)
mistake(
    "loop_over_classes",
    "The function goes through the classes in a loop.",
    "How many lines run if there are twice as many classes?",
    {SOFTMAX: {"scores = X @ W": "scores = np.column_stack([X @ w for w in W.T])"}},
)
SIZES = "N, C = X.shape[0], W.shape[1]"
WHOLE = (
    "N, rows = X.shape[0], np.arange(X.shape[0])\n    "
    "S = X @ W\n    "
    "S = S - np.max(S, axis=1, keepdims=True)\n    "
    "L = S - np.log(np.sum(np.exp(S), axis=1, keepdims=True))\n    "
    "V = np.exp(L)\n    "
    "V[rows, y] -= 1.0\n    "
    "return float(reg * np.sum(W**2) - np.sum(L[rows, y]) / N), "
    "X.T @ V / N + 2.0 * reg * W"
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

for flat in ("no_column_of_maxima", "no_column_of_sums"):
    variants.unnamed(
        (PROBABILITIES, SOFTMAX),
        flat,
        because="Rows that are subtracted, or divided by, raise the same ValueError about the same "
        "shapes; the student reads the message and the line.",
    )
