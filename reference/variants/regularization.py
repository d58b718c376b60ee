"""Variants of the penalties and of the full loss."""

from __future__ import annotations

from functools import partial

from grader.feedback.variants import Variants
from reference.variants.writing import add_convention, add_mistake

variants = Variants()
mistake = partial(add_mistake, variants)
convention = partial(add_convention, variants)

L2, L1, NET = "regularization.l2", "regularization.l1", "regularization.elastic_net"
FULL = "regularization.full_loss"

SQUARES, DSQUARES = "np.sum(W**2)", "2.0 * W"
ABSOLUTES, SIGNS = "np.sum(np.abs(W))", "np.sign(W)"
NET_SQUARES, NET_DSQUARES = "beta * square", "beta * dsquare"
ABSOLUTE, DABSOLUTE = "square + absolute", "dsquare + dabsolute"
CALLS_L2, CALLS_NET = "R, dR = l2(W)", "R, dR = elastic_net(W, beta)"
HALVED_NET = (
    "R = beta * 0.5 * np.sum(W**2) + np.sum(np.abs(W))\n            dR = beta * W + np.sign(W)"
)

# Half of the squares.

convention(
    "half",
    "The penalty is half of the sum of squares, and the gradient goes with it.",
    {
        L2: {SQUARES: f"0.5 * {SQUARES}", DSQUARES: "W.copy()"},
        NET: {NET_SQUARES: f"0.5 * {NET_SQUARES}", NET_DSQUARES: f"0.5 * {NET_DSQUARES}"},
        FULL: {CALLS_L2: "R, dR = 0.5 * np.sum(W**2), W", CALLS_NET: HALVED_NET},
    },
)
convention(
    "half_in_l2",
    "The L2 penalty is half of the sum of squares, and its gradient goes with it.",
    {FULL: {CALLS_L2: "R, dR = 0.5 * np.sum(W**2), W"}},
)
convention(
    "half_in_the_elastic_net",
    "The elastic net has half of the sum of squares, and its gradient goes with it.",
    {FULL: {CALLS_NET: HALVED_NET}},
)
mistake(
    "half_value",
    "The value has half of the squares, but the gradient is that of all of them.",
    "What is the derivative of your value, by hand?",
    {
        L2: {SQUARES: f"0.5 * {SQUARES}"},
        NET: {NET_SQUARES: f"0.5 * {NET_SQUARES}"},
        FULL: {CALLS_L2: "R, dR = 0.5 * np.sum(W**2), 2.0 * W"},
    },
)
mistake(
    "half_slope",
    "The gradient is that of half of the squares, but the value has all of them.",
    "What is the derivative of the square of w, by hand?",
    {
        L2: {DSQUARES: "W.copy()"},
        NET: {NET_DSQUARES: f"0.5 * {NET_DSQUARES}"},
        FULL: {CALLS_L2: "R, dR = np.sum(W**2), W"},
    },
)
mistake(
    "half_of_everything",
    "All of the penalty is halved, that of the absolute values too.",
    "Which terms of the formula have a factor of a half?",
    {
        L1: {ABSOLUTES: f"0.5 * {ABSOLUTES}", SIGNS: f"0.5 * {SIGNS}"},
        NET: {
            NET_SQUARES: f"0.5 * {NET_SQUARES}",
            ABSOLUTE: "square + 0.5 * absolute",
            NET_DSQUARES: f"0.5 * {NET_DSQUARES}",
            DABSOLUTE: "dsquare + 0.5 * dabsolute",
        },
        FULL: {"loss + reg * R": "loss + 0.5 * reg * R", "dW + reg * dR": "dW + 0.5 * reg * dR"},
    },
)

# The penalties.

mistake(
    "mean",
    "The penalty is a mean over the entries of W, not their sum; the gradient too.",
    "Does a larger W, with more entries, have more to be penalized?",
    {
        L2: {SQUARES: "np.mean(W**2)", DSQUARES: "2.0 * W / W.size"},
        L1: {ABSOLUTES: "np.mean(np.abs(W))", SIGNS: "np.sign(W) / W.size"},
        NET: {
            f"{NET_SQUARES} + absolute": f"({NET_SQUARES} + absolute) / W.size",
            f"{NET_DSQUARES} + dabsolute": f"({NET_DSQUARES} + dabsolute) / W.size",
        },
    },
)
mistake(
    "mean_value",
    "The value is a mean over the entries of W, not their sum.",
    "Does a larger W, with more entries, have more to be penalized?",
    {L2: {SQUARES: "np.mean(W**2)"}, L1: {ABSOLUTES: "np.mean(np.abs(W))"}},
)
mistake(
    "divided_by_rows",
    "The penalty is divided by the number of rows of W; the gradient too.",
    "Is the penalty a mean over anything?",
    {
        L2: {SQUARES: f"{SQUARES} / len(W)", DSQUARES: f"{DSQUARES} / len(W)"},
        L1: {ABSOLUTES: f"{ABSOLUTES} / len(W)", SIGNS: f"{SIGNS} / len(W)"},
    },
)
mistake(
    "norm",
    "The value is the norm of W, not its square.",
    "What is the difference between the norm of W and the sum of its squares?",
    {L2: {SQUARES: "np.linalg.norm(W)"}},
)
mistake(
    "norm_and_its_slope",
    "The penalty is the norm of W, not its square, in value and gradient.",
    "What is the difference between the norm of W and the sum of its squares?",
    {L2: {SQUARES: "np.linalg.norm(W)", DSQUARES: "W / np.linalg.norm(W)"}},
)
mistake(
    "spectral_norm",
    "The value is a norm of the matrix W, not a sum over its entries.",
    "What do you sum over, and which norm does that?",
    {L1: {ABSOLUTES: "np.linalg.norm(np.atleast_2d(W), 1)"}},
)
mistake(
    "square_of_sum",
    "The value is the square of the sum, not the sum of the squares.",
    "Which comes first in the formula, the square or the sum?",
    {L2: {SQUARES: "np.sum(W) ** 2"}},
)
mistake(
    "sum_without_square",
    "The value is the sum of the weights, without the square.",
    "Can a penalty be negative?",
    {L2: {SQUARES: "np.sum(W)"}},
)
mistake(
    "absolute_values",
    "The penalty is that of the absolute values, in value and gradient.",
    "Which of the penalties has squares?",
    {L2: {SQUARES: ABSOLUTES, DSQUARES: SIGNS}},
)
mistake(
    "absolute_value",
    "The value has the absolute values where the squares belong.",
    "Which of the penalties has squares?",
    {L2: {SQUARES: ABSOLUTES}},
)
mistake(
    "absolute_slope",
    "The gradient is that of the absolute values; the value has the squares.",
    "Which penalty is it?",
    {L2: {DSQUARES: SIGNS}},
)
mistake(
    "squares",
    "The penalty is that of the squares, in value and gradient.",
    "Which of the penalties has absolute values?",
    {L1: {ABSOLUTES: SQUARES, SIGNS: DSQUARES}},
)
mistake(
    "squares_value",
    "The value has the squares where the absolute values belong.",
    "Which of the penalties has absolute values?",
    {L1: {ABSOLUTES: SQUARES}},
)
mistake(
    "squares_slope",
    "The gradient is that of the squares; the value has the absolute values.",
    "Which penalty is it?",
    {L1: {SIGNS: DSQUARES}},
)
mistake(
    "no_absolute_values",
    "The weights are added up with their signs; the gradient is 1 everywhere.",
    "Can a penalty be negative?",
    {L1: {ABSOLUTES: "np.sum(W)", SIGNS: "np.ones_like(W)"}},
)
mistake(
    "no_absolute_values_value",
    "In the value, the weights are added up with their signs.",
    "Can a penalty be negative?",
    {L1: {ABSOLUTES: "np.sum(W)"}, NET: {ABSOLUTE: "square + np.sum(W)"}},
)
mistake(
    "absolute_value_of_the_sum",
    "The value is the absolute value of the sum, not the sum of the absolute values.",
    "Which comes first in the formula, the absolute value or the sum?",
    {L1: {ABSOLUTES: "np.abs(np.sum(W))"}, NET: {ABSOLUTE: "square + abs(np.sum(W))"}},
)
mistake(
    "slope_of_one",
    "The gradient is 1 for negative weights too.",
    "Does the absolute value rise or fall when a negative weight grows?",
    {L1: {SIGNS: "np.ones_like(W)"}, NET: {DABSOLUTE: "dsquare + 1.0"}},
)
mistake(
    "slope_by_division",
    "The gradient is a quotient that is 0/0 where a weight is 0.",
    "What is the slope at 0, by the text?",
    {L1: {SIGNS: "np.abs(W) / W"}, NET: {DABSOLUTE: "dsquare + np.abs(W) / W"}},
)
mistake(
    "slope_of_one_at_zero",
    "The gradient is 1 where a weight is 0.",
    "What is the slope at 0, by the text?",
    {
        L1: {SIGNS: "np.where(W >= 0.0, 1.0, -1.0)"},
        NET: {DABSOLUTE: "dsquare + np.where(W >= 0.0, 1.0, -1.0)"},
    },
)
mistake(
    "slope_of_minus_one_at_zero",
    "The gradient is -1 where a weight is 0.",
    "What is the slope at 0, by the text?",
    {
        L1: {SIGNS: "np.where(W > 0.0, 1.0, -1.0)"},
        NET: {DABSOLUTE: "dsquare + np.where(W > 0.0, 1.0, -1.0)"},
    },
)
mistake(
    "slope_of_positive_weights",
    "The gradient is 0 for negative weights.",
    "Does the absolute value rise or fall when a negative weight grows?",
    {
        L1: {SIGNS: "(W > 0.0).astype(np.float64)"},
        NET: {DABSOLUTE: "dsquare + (W > 0.0).astype(np.float64)"},
    },
)
mistake(
    "absolute_values_for_slope",
    "The gradient holds the absolute values themselves.",
    "How fast does the absolute value of 5 grow, and that of 50?",
    {L1: {SIGNS: "np.abs(W)"}, NET: {DABSOLUTE: "dsquare + np.abs(W)"}},
)
mistake(
    "squares_for_slope",
    "The gradient holds the squares themselves.",
    "What is the derivative of the square of w, by hand?",
    {L2: {DSQUARES: "W**2"}},
)
mistake(
    "slope_without_sign",
    "The gradient is positive for negative weights too.",
    "Does the square rise or fall when a negative weight grows?",
    {L2: {DSQUARES: "2.0 * np.abs(W)"}},
)
mistake(
    "slope_of_the_sum",
    "The gradient is one number for all entries of W.",
    "What is the derivative with respect to one single weight?",
    {L2: {DSQUARES: "np.full_like(W, 2.0 * np.sum(W))"}},
)
mistake(
    "double",
    "The penalty is counted twice, in value and gradient.",
    "Which factor does the formula have?",
    {
        L2: {SQUARES: f"2.0 * {SQUARES}", DSQUARES: f"2.0 * {DSQUARES}"},
        L1: {ABSOLUTES: f"2.0 * {ABSOLUTES}", SIGNS: f"2.0 * {SIGNS}"},
    },
)
mistake(
    "double_slope",
    "The gradient is twice as large as the value wants it.",
    "What is the derivative of your value, by hand?",
    {L2: {DSQUARES: f"2.0 * {DSQUARES}"}, L1: {SIGNS: f"2.0 * {SIGNS}"}},
)
mistake(
    "no_bias_row",
    "The last row of W is left out, in value and gradient.",
    "Is the bias row penalized, by the text?",
    {
        L2: {SQUARES: "np.sum(W[:-1]**2)", DSQUARES: "np.r_[2.0 * W[:-1], 0.0 * W[-1:]]"},
        L1: {ABSOLUTES: "np.sum(np.abs(W[:-1]))", SIGNS: "np.r_[np.sign(W[:-1]), 0.0 * W[-1:]]"},
        NET: {
            "l2(W)": "l2(W * (np.arange(len(W)) < len(W) - 1)[:, np.newaxis])",
            "l1(W)": "l1(W * (np.arange(len(W)) < len(W) - 1)[:, np.newaxis])",
        },
    },
)
mistake(
    "no_bias_row_value",
    "In the value, the last row of W is left out.",
    "Is the bias row penalized, by the text?",
    {L2: {SQUARES: "np.sum(W[:-1]**2)"}, L1: {ABSOLUTES: "np.sum(np.abs(W[:-1]))"}},
)
mistake(
    "summed_over_one_axis",
    "The value is summed over one axis only: there is one number for each column.",
    "Over which axes does the sum go?",
    {
        L2: {"float(np.sum(W**2))": "np.sum(W**2, axis=0)"},
        L1: {"float(np.sum(np.abs(W)))": "np.sum(np.abs(W), axis=0)"},
    },
)

# The elastic net.

mistake(
    "beta_not_used",
    "The weight beta has no effect.",
    "What happens to the elastic net when beta grows?",
    {NET: {NET_SQUARES: "square", NET_DSQUARES: "dsquare"}},
)
mistake(
    "beta_not_used_value",
    "In the value, beta has no effect.",
    "What happens to the value when beta grows?",
    {NET: {NET_SQUARES: "square"}},
)
mistake(
    "beta_not_used_slope",
    "In the gradient, beta has no effect.",
    "What happens to the gradient when beta grows?",
    {NET: {NET_DSQUARES: "dsquare"}},
)
mistake(
    "beta_on_the_other_term",
    "The weight beta stands before the absolute values, not before the squares.",
    "Which of the two terms does beta weigh?",
    {
        NET: {
            f"{NET_SQUARES} + absolute": "square + beta * absolute",
            f"{NET_DSQUARES} + dabsolute": "dsquare + beta * dabsolute",
        }
    },
)
mistake(
    "beta_on_both_terms",
    "The weight beta stands before both terms.",
    "Which of the two terms does beta weigh?",
    {
        NET: {
            f"{NET_SQUARES} + absolute": "beta * (square + absolute)",
            f"{NET_DSQUARES} + dabsolute": "beta * (dsquare + dabsolute)",
        }
    },
)
mistake(
    "beta_and_the_rest",
    "The absolute values are weighed with 1 - beta; the text weighs them with 1.",
    "Do the two weights have to sum to 1, by the formula?",
    {
        NET: {
            ABSOLUTE: "square + (1.0 - beta) * absolute",
            DABSOLUTE: "dsquare + (1.0 - beta) * dabsolute",
        }
    },
)
mistake(
    "beta_the_other_way_round",
    "The absolute values are weighed with beta and the squares with 1 - beta.",
    "Which of the two terms does beta weigh, and what weighs the other?",
    {
        NET: {
            f"{NET_SQUARES} + absolute": "(1.0 - beta) * square + beta * absolute",
            f"{NET_DSQUARES} + dabsolute": "(1.0 - beta) * dsquare + beta * dabsolute",
        }
    },
)
mistake(
    "beta_squared",
    "The weight beta is squared together with W.",
    "Does the square enclose beta?",
    {NET: {NET_SQUARES: "beta**2 * square", NET_DSQUARES: "beta**2 * dsquare"}},
)
mistake(
    "only_squares",
    "The elastic net has the squares only.",
    "Which two penalties does the elastic net join?",
    {NET: {" + absolute": "", " + dabsolute": ""}},
)
mistake(
    "only_absolute_values",
    "The elastic net has the absolute values only.",
    "Which two penalties does the elastic net join?",
    {NET: {f"{NET_SQUARES} + ": "", f"{NET_DSQUARES} + ": ""}},
)
mistake(
    "slope_of_squares_only",
    "The gradient has no part for the absolute values.",
    "Does each term of the value have its derivative in the gradient?",
    {NET: {" + dabsolute": ""}},
)
mistake(
    "slope_of_absolute_values_only",
    "The gradient has no part for the squares.",
    "Does each term of the value have its derivative in the gradient?",
    {NET: {f"{NET_DSQUARES} + ": ""}},
)
mistake(
    "absolute_values_subtracted",
    "The absolute values are subtracted.",
    "Should large weights make the penalty larger or smaller?",
    {NET: {"+ absolute": "- absolute", "+ dabsolute": "- dabsolute"}},
)

# The full loss.

VALUE, SLOPE = "loss + reg * R", "dW + reg * dR"
SVM, SOFTMAX = "svm_loss_vectorized(W, X, y, 0.0)", "softmax_loss_vectorized(W, X, y, 0.0)"
NET_CALL, L1_CALL = "elastic_net(W, beta)", "R, dR = l1(W)"
FULL_MISTAKES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "no_penalty",
        "The penalty is missing, in the loss and in the gradient.",
        "Where does reg enter your function?",
        {VALUE: "loss", SLOPE: "dW"},
    ),
    (
        "no_penalty_value",
        "The penalty is in the gradient, but not in the loss.",
        "Does your loss change with reg?",
        {VALUE: "loss"},
    ),
    (
        "no_penalty_slope",
        "The penalty is in the loss, but not in the gradient.",
        "Does every term of the loss have its derivative in the gradient?",
        {SLOPE: "dW"},
    ),
    (
        "reg_not_used",
        "The penalty is not multiplied with reg.",
        "What happens to the loss when reg is 0?",
        {VALUE: "loss + R", SLOPE: "dW + dR"},
    ),
    (
        "reg_not_used_value",
        "In the loss, the penalty is not multiplied with reg.",
        "What happens to the loss when reg is 0?",
        {VALUE: "loss + R"},
    ),
    (
        "reg_not_used_slope",
        "In the gradient, the penalty's part is not multiplied with reg.",
        "What happens to the gradient when reg is 0?",
        {SLOPE: "dW + dR"},
    ),
    (
        "reg_on_both_terms",
        "The data loss is multiplied with reg too.",
        "Which of the two terms does reg weigh?",
        {VALUE: "reg * (loss + R)", SLOPE: "reg * (dW + dR)"},
    ),
    (
        "reg_on_the_data",
        "The data loss is multiplied with reg, and the penalty is not.",
        "Which of the two terms does reg weigh?",
        {VALUE: "reg * loss + R", SLOPE: "reg * dW + dR"},
    ),
    (
        "reg_and_the_rest",
        "The data loss is weighed with 1 - reg.",
        "Do the two weights have to sum to 1, by the formula?",
        {VALUE: "(1.0 - reg) * loss + reg * R", SLOPE: "(1.0 - reg) * dW + reg * dR"},
    ),
    (
        "mean_penalty",
        "The penalty is divided by the number of samples.",
        "Is the penalty a mean over the samples?",
        {VALUE: f"{VALUE} / X.shape[0]", SLOPE: f"{SLOPE} / X.shape[0]"},
    ),
    (
        "mean_penalty_value",
        "In the loss, the penalty is divided by the number of samples.",
        "Is the penalty a mean over the samples?",
        {VALUE: f"{VALUE} / X.shape[0]"},
    ),
    (
        "mean_penalty_slope",
        "In the gradient, the penalty's part is divided by the number of samples.",
        "Which terms of the gradient come from the samples?",
        {SLOPE: f"{SLOPE} / X.shape[0]"},
    ),
    (
        "negative_penalty",
        "The penalty is subtracted, in the loss and in the gradient.",
        "Should large weights make the loss larger or smaller?",
        {VALUE: "loss - reg * R", SLOPE: "dW - reg * dR"},
    ),
    (
        "negative_penalty_value",
        "In the loss, the penalty is subtracted.",
        "Should large weights make the loss larger or smaller?",
        {VALUE: "loss - reg * R"},
    ),
    (
        "negative_penalty_slope",
        "In the gradient, the penalty's part has the wrong sign.",
        "Does the penalty pull the weights towards 0 or away from it?",
        {SLOPE: "dW - reg * dR"},
    ),
    (
        "penalty_twice",
        "The data loss is asked for with reg, so that it holds an L2 penalty of its own.",
        "What do your loss functions add to the mean over the samples?",
        {SVM: SVM.replace("0.0", "reg"), SOFTMAX: SOFTMAX.replace("0.0", "reg")},
    ),
    (
        "penalty_twice_in_svm",
        "The SVM loss is asked for with reg, so that it holds an L2 penalty of its own.",
        "What does your SVM loss add to the mean over the samples?",
        {f"= {SVM}": f"= {SVM.replace('0.0', 'reg')}"},
    ),
    (
        "penalty_twice_in_softmax",
        "The softmax loss is asked for with reg, so that it holds an L2 penalty of its own.",
        "What does your softmax loss add to the mean over the samples?",
        {SOFTMAX: SOFTMAX.replace("0.0", "reg")},
    ),
    (
        "no_data_loss",
        "The data loss is missing.",
        "Of which two terms is the full loss made?",
        {VALUE: "reg * R", SLOPE: "reg * dR"},
    ),
    (
        "no_data_slope",
        "The gradient has the penalty's part only.",
        "Does the loss of the samples have no slope?",
        {SLOPE: "reg * dR"},
    ),
    (
        "sum_over_samples",
        "The data loss is a sum over the samples, not their mean; the gradient too.",
        "Does doubling the data set double your loss?",
        {VALUE: "X.shape[0] * loss + reg * R", SLOPE: "X.shape[0] * dW + reg * dR"},
    ),
    (
        "losses_swapped",
        'The names "svm" and "softmax" have each other\'s loss.',
        "Which of the two losses has a margin?",
        {'case "svm"': 'case "_"', 'case "softmax"': 'case "svm"', 'case "_"': 'case "softmax"'},
    ),
    (
        "always_svm",
        "The data loss is that of the SVM, whatever it is asked for.",
        "What does data_loss say?",
        {SOFTMAX: SVM},
    ),
    (
        "always_softmax",
        "The data loss is that of softmax, whatever it is asked for.",
        "What does data_loss say?",
        {f"= {SVM}": f"= {SOFTMAX}"},
    ),
    (
        "penalties_swapped",
        'The names "l1" and "l2" have each other\'s penalty.',
        "Which of the two penalties has squares?",
        {'case "l2"': 'case "_"', 'case "l1"': 'case "l2"', 'case "_"': 'case "l1"'},
    ),
    (
        "always_l2",
        "The penalty is L2, whatever it is asked for.",
        "What does regularizer say?",
        {L1_CALL: CALLS_L2, NET_CALL: "l2(W)"},
    ),
    (
        "l1_slope_for_l2",
        "The L2 penalty has the gradient of L1.",
        "Which penalty is it, in value and gradient?",
        {CALLS_L2: "R, dR = l2(W)[0], l1(W)[1]"},
    ),
    (
        "l2_slope_for_l1",
        "The L1 penalty has the gradient of L2.",
        "Which penalty is it, in value and gradient?",
        {L1_CALL: "R, dR = l1(W)[0], l2(W)[1]"},
    ),
    (
        "no_elastic_net",
        "The elastic net is not among the penalties that the function knows.",
        "Which three names may regularizer have?",
        {'case "elastic_net"': 'case "elasticnet"'},
    ),
    (
        "beta_of_a_half",
        "The elastic net always has a beta of 0.5.",
        "Where does beta enter your function?",
        {NET_CALL: "elastic_net(W, 0.5)"},
    ),
    (
        "beta_of_one",
        "The elastic net always has a beta of 1.",
        "Where does beta enter your function?",
        {NET_CALL: "elastic_net(W, 1.0)"},
    ),
    (
        "reg_for_beta",
        "The elastic net gets reg for its beta.",
        "Which of your arguments weighs the squares of the elastic net?",
        {NET_CALL: "elastic_net(W, reg)"},
    ),
    (
        "beta_for_reg",
        "The penalty is weighed with beta, not with reg.",
        "Which of your arguments weighs the penalty?",
        {VALUE: "loss + beta * R", SLOPE: "dW + beta * dR"},
    ),
    (
        "beta_for_all_squares",
        "The L2 penalty is weighed with beta too.",
        "Which of the penalties has a beta?",
        {CALLS_L2: "R, dR = beta * l2(W)[0], beta * l2(W)[1]"},
    ),
    (
        "no_bias_row",
        "The last row of W is left out of the penalty.",
        "Is the bias row penalized, by the text?",
        {
            "l2(W)": "l2(np.vstack([W[:-1], 0.0 * W[-1:]]))",
            "l1(W)": "l1(np.vstack([W[:-1], 0.0 * W[-1:]]))",
            NET_CALL: "elastic_net(np.vstack([W[:-1], 0.0 * W[-1:]]), beta)",
        },
    ),
    (
        "any_data_loss",
        "A data loss that the function does not know is taken for softmax.",
        "What should happen to a name that is misspelt?",
        {'case "softmax":': "case _ if data_loss:"},
    ),
    (
        "any_penalty",
        "A penalty that the function does not know is taken for the elastic net.",
        "What should happen to a name that is misspelt?",
        {'case "elastic_net":': "case _ if W.size:"},
    ),
    (
        "unknown_data_loss_is_none",
        "For a data loss that it does not know, the function returns the penalty alone.",
        "What should happen to a name that is misspelt?",
        {'raise ValueError(f"data_loss': 'loss, dW = 0.0, 0.0 * W\n            (f"data_loss'},
    ),
    (
        "unknown_penalty_is_none",
        "For a penalty that it does not know, the function returns the data loss alone.",
        "What should happen to a name that is misspelt?",
        {
            'raise ValueError(\n                f"regularizer': (
                'R, dR = 0.0, 0.0 * W\n            (\n                f"regularizer'
            )
        },
    ),
    (
        "nothing_for_unknown_names",
        "For a name that it does not know, the function returns nothing.",
        "What should happen to a name that is misspelt?",
        {"raise ValueError(": "return (lambda _: None)("},
    ),
    (
        "key_error",
        "A name that the function does not know is a KeyError, not a ValueError.",
        "Which exception does the text name?",
        {"raise ValueError(": "raise KeyError("},
    ),
    (
        "assertion",
        "A name that the function does not know fails an assertion, not with a ValueError.",
        "Which exception does the text name?",
        {"raise ValueError(": "raise AssertionError("},
    ),
    (
        "not_implemented",
        "A name that the function does not know is not implemented, which is no ValueError.",
        "Which exception does the text name?",
        {"raise ValueError(": "raise NotImplementedError("},
    ),
    (
        "other_default",
        "Without beta, the elastic net takes 1.",
        "What do the defaults in your signature say?",
        {"reg * dR": "reg * dR\n\n\nfull_loss.__defaults__ = (1.0,)"},
    ),
)
for name, says, hint, source in FULL_MISTAKES:
    variants.mistake(FULL, name, says=says, hint=hint, source=source)
