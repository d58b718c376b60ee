"""Variants of numerical gradients, and of what is made of them."""

from __future__ import annotations

from functools import partial

from grader.feedback.variants import Variants
from reference.variants.writing import add_convention, add_mistake

variants = Variants()
mistake = partial(add_mistake, variants)
convention = partial(add_convention, variants)

FORWARD, CENTRED = "gradients.eval_numerical_gradient", "gradients.numerical_gradient"
ERROR, CHECK = "gradients.relative_error", "gradients.check_gradient"

# Both numerical gradients.

QUOTIENT, COPY = "(f(moved) - start) / h", "moved = np.array(x, dtype=np.float64)"
MOVED, BACK = "moved[k] = old + h", "        moved[k] = old\n"
SLOPE, RESTORED = "(above - below) / (2.0 * eps)", "            param[k] = old\n"
UP, DOWN = "param[k] = old + eps", "param[k] = old - eps"
INDICES, PARAM_INDICES = "np.ndindex(moved.shape)", "np.ndindex(param.shape)"
DRIFT = "            param[k] = old\n            gradient[k]"
MADE, PARAM_MADE = "np.zeros(moved.shape)", "np.zeros(param.shape)"

mistake(
    "not_restored",
    "An entry is not put back before the next one is moved.",
    "What is x when the second entry is tested?",
    {FORWARD: {BACK: ""}, CENTRED: {RESTORED: ""}},
)
mistake(
    "left_moved",
    "The array that was handed in is not put back as it was.",
    "What is x after the call?",
    {
        FORWARD: {COPY: "moved = x", BACK: ""},
        CENTRED: {"gradients.append(gradient)": "param += eps\n        gradients.append(gradient)"},
    },
)
mistake(
    "drifting",
    "An entry is put back by taking the step back, which leaves a rounding error behind.",
    "Is (x + h) - h always x?",
    {
        FORWARD: {COPY: "moved = x", BACK: "        moved[k] -= h\n"},
        CENTRED: {RESTORED: "            param[k] += eps\n"},
    },
)
mistake(
    "all_entries_at_once",
    "All entries are moved at once.",
    "How many entries of x differ between the two points?",
    {
        FORWARD: {
            QUOTIENT: "(f(np.array(x, dtype=np.float64) + h) - start) / h",
        },
        CENTRED: {
            UP: "kept = param.copy()\n            param[...] = kept + eps",
            DOWN: "param[...] = kept - eps",
            RESTORED: "            param[...] = kept\n",
        },
    },
)
mistake(
    "rows_at_once",
    "The entries of a row are moved together.",
    "How many entries of x differ between the two points?",
    {
        FORWARD: {INDICES: "range(len(moved))", "old = moved[k]": "old = 1.0 * moved[k]"},
        CENTRED: {PARAM_INDICES: "range(len(param))", "old = param[k]": "old = 1.0 * param[k]"},
    },
)
mistake(
    "last_entry_left_out",
    "The last entry has no slope.",
    "Which entries does the loop visit?",
    {
        FORWARD: {INDICES: f"list({INDICES})[:-1]"},
        CENTRED: {PARAM_INDICES: f"list({PARAM_INDICES})[:-1]"},
    },
)
mistake(
    "first_entry_left_out",
    "The first entry has no slope.",
    "Which entries does the loop visit?",
    {
        FORWARD: {INDICES: f"list({INDICES})[1:]"},
        CENTRED: {PARAM_INDICES: f"list({PARAM_INDICES})[1:]"},
    },
)
mistake(
    "whole_numbers",
    "The slopes are cut off to whole numbers.",
    "What can the array hold that you fill?",
    {FORWARD: {MADE: f"{MADE[:-1]}, int)"}, CENTRED: {PARAM_MADE: f"{PARAM_MADE[:-1]}, int)"}},
)
convention(
    "single_precision_slopes",
    "The gradient is right, as far as float32 goes; the text has float64.",
    {
        FORWARD: {MADE: f"{MADE[:-1]}, np.float32)"},
        CENTRED: {PARAM_MADE: f"{PARAM_MADE[:-1]}, np.float32)"},
    },
)
mistake(
    "flat",
    "The gradient is flat: it has lost the shape of the array.",
    "What shape has a gradient?",
    {
        FORWARD: {"return gradient": "return gradient.ravel()"},
        CENTRED: {"append(gradient)": "append(gradient.ravel())"},
    },
)
mistake(
    "absolute",
    "The slopes have lost their signs.",
    "Can a slope be negative?",
    {FORWARD: {QUOTIENT: f"abs({QUOTIENT})"}, CENTRED: {SLOPE: f"abs({SLOPE})"}},
)
mistake(
    "opposite",
    "The two values are subtracted the wrong way round.",
    "If f rises with an entry, is its slope positive?",
    {
        FORWARD: {QUOTIENT: "(start - f(moved)) / h"},
        CENTRED: {SLOPE: "(below - above) / (2.0 * eps)"},
    },
)
mistake(
    "not_divided",
    "The difference is not divided by the step.",
    "What is a slope: a difference, or a difference per step?",
    {FORWARD: {QUOTIENT: "f(moved) - start"}, CENTRED: {SLOPE: "above - below"}},
)
mistake(
    "multiplied_by_half_the_step",
    "The difference is divided by 2 and multiplied with the step.",
    "What does an expression without parentheses divide by?",
    {CENTRED: {SLOPE: "(above - below) / 2.0 * eps"}},
)
mistake(
    "relative_step",
    "The step is a fraction of the entry, but the difference is divided as if it were not.",
    "How far apart are the two points?",
    {
        FORWARD: {MOVED: "moved[k] = old * (1.0 + h)"},
        CENTRED: {UP: "param[k] = old * (1.0 + eps)", DOWN: "param[k] = old * (1.0 - eps)"},
    },
)
mistake(
    "square_of_the_step",
    "The difference is divided by the square of the step.",
    "How far apart are the two points?",
    {
        FORWARD: {QUOTIENT: "(f(moved) - start) / h**2"},
        CENTRED: {SLOPE: "(above - below) / eps**2"},
    },
)

# Forward differences.

mistake(
    "half_of_the_step",
    "The forward difference is divided by twice the step.",
    "How far apart are the two points?",
    {FORWARD: {QUOTIENT: "(f(moved) - start) / (2.0 * h)"}},
)
mistake(
    "centred",
    "The differences are centred, where the text wants forward ones.",
    "At which two points is f asked, by the formula?",
    {
        FORWARD: {
            MOVED: "moved[k] = old - h\n        below = f(moved)\n        moved[k] = old + h",
            QUOTIENT: "(f(moved) - below) / (2.0 * h)",
        }
    },
)
mistake(
    "centred_over_one_step",
    "The differences are centred, and divided by one step only.",
    "How far apart are the two points?",
    {
        FORWARD: {
            MOVED: "moved[k] = old - h\n        below = f(moved)\n        moved[k] = old + h",
            QUOTIENT: "(f(moved) - below) / h",
        }
    },
)
mistake(
    "backward",
    "The differences are backward, where the text wants forward ones.",
    "At which two points is f asked, by the formula?",
    {FORWARD: {MOVED: "moved[k] = old - h", QUOTIENT: "(start - f(moved)) / h"}},
)
mistake(
    "step_down",
    "The entry is moved down, and the difference is taken as if it were moved up.",
    "If f rises with an entry, is its slope positive?",
    {FORWARD: {MOVED: "moved[k] = old - h"}},
)
mistake(
    "start_left_out",
    "The value at x is not subtracted.",
    "What is a slope the difference of?",
    {FORWARD: {QUOTIENT: "f(moved) / h"}},
)
mistake(
    "own_step",
    "The step is 1e-5, whatever h says.",
    "Where does h enter your function?",
    {FORWARD: {"start = f(moved)": "h = 1e-5\n    start = f(moved)"}},
)
mistake(
    "whole_x",
    "The array that is moved cannot hold the step: all slopes come out as 0.",
    "What can this array hold?",
    {FORWARD: {COPY: "moved = np.array(x, dtype=np.int64)"}},
)
mistake(
    "single_precision_x",
    "The array that is moved has float32, in which so small a step is lost.",
    "How many digits are left of the difference?",
    {FORWARD: {COPY: "moved = np.array(x, dtype=np.float32)"}},
)
mistake(
    "sum_of_slopes",
    "The slopes are summed up to one number.",
    "What shape has a gradient?",
    {FORWARD: {"return gradient": "return np.sum(gradient)"}},
)
for power in (3, 4, 6, 7, 8):
    mistake(
        f"default_step_1e_{power}",
        f"Without h, the step is 1e-{power}.",
        "What do the defaults in your signature say?",
        {
            FORWARD: {
                "return gradient": (
                    f"return gradient\n\n\neval_numerical_gradient.__defaults__ = (1e-{power},)"
                )
            }
        },
    )

# Centred differences of several arrays.

mistake(
    "over_one_step",
    "The centred difference is divided by one step only.",
    "How far apart are the two points?",
    {CENTRED: {SLOPE: "(above - below) / eps"}},
)
mistake(
    "forward",
    "The differences are forward, where the text wants centred ones.",
    "How does the error change if you take half of the step?",
    {CENTRED: {DOWN: "param[k] = old", SLOPE: "(above - below) / eps"}},
)
mistake(
    "backward_over_one_step",
    "The differences are backward, where the text wants centred ones.",
    "How does the error change if you take half of the step?",
    {CENTRED: {UP: "param[k] = old", SLOPE: "(above - below) / eps"}},
)
mistake(
    "forward_over_two_steps",
    "The second value is taken at x itself, but the difference is divided by two steps.",
    "Where is the entry after a step up and one step down?",
    {CENTRED: {DOWN: "param[k] = old"}},
)
mistake(
    "backward_over_two_steps",
    "The first value is taken at x itself, but the difference is divided by two steps.",
    "How far apart are the two points?",
    {CENTRED: {UP: "param[k] = old"}},
)
mistake(
    "half_a_step_each",
    "The entry is moved by half of the step, but the difference is divided by two.",
    "How far apart are the two points?",
    {CENTRED: {UP: "param[k] = old + eps / 2.0", DOWN: "param[k] = old - eps / 2.0"}},
)
mistake(
    "copies_moved",
    "The slope comes out as 0, as if copies of the arrays were moved, which f does not see.",
    "Which arrays does f read?",
    {CENTRED: {"in params": "in [p.copy() for p in params]"}},
)
mistake(
    "flat_copies_moved",
    "A flat copy of each array is moved, which f does not see.",
    "Which arrays does f read?",
    {
        CENTRED: {
            "gradient = np.zeros(param.shape)": (
                "param = param.flatten()\n        gradient = np.zeros(param.shape)"
            )
        }
    },
)
mistake(
    "argument_for_f",
    "f is called with an argument; here it takes none.",
    "How does f know the parameters?",
    {CENTRED: {"f()": "f(param)"}},
)
mistake(
    "first_array_only",
    "Only the first array has a gradient.",
    "How many gradients are asked for?",
    {CENTRED: {"in params": "in params[:1]"}},
)
mistake(
    "last_array_only",
    "The list holds the gradient of the last array only.",
    "How many gradients are asked for?",
    {CENTRED: {"return gradients": "return gradients[-1:]"}},
)
mistake(
    "one_gradient",
    "The function returns one array, not a list of them.",
    "What is in the list if there is one parameter?",
    {CENTRED: {"return gradients": "return gradients[0]"}},
)
mistake(
    "joined",
    "The gradients are joined into one flat array.",
    "What shape has each gradient?",
    {CENTRED: {"return gradients": "return np.concatenate([g.ravel() for g in gradients])"}},
)
mistake(
    "same_array_for_all",
    "The slopes of all entries end up in the last one.",
    "Which entry does each slope belong to?",
    {CENTRED: {"gradient[k] =": "gradient[...] ="}},
)
mistake(
    "own_step",
    "The step is 1e-6, whatever eps says.",
    "Where does eps enter your function?",
    {CENTRED: {"gradients = []": "gradients = []\n    eps = 1e-6"}},
)
for power in (3, 4, 5, 7, 8):
    mistake(
        f"default_step_1e_{power}",
        f"Without eps, the step is 1e-{power}.",
        "What do the defaults in your signature say?",
        {
            CENTRED: {
                "return gradients": (
                    f"return gradients\n\n\nnumerical_gradient.__defaults__ = (1e-{power},)"
                )
            }
        },
    )

# The relative error.

ABOVE, BELOW = "np.abs(a - b)", "np.maximum(1e-8, np.abs(a) + np.abs(b))"
SIZE = "np.abs(a) + np.abs(b)"
ERRORS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "mean",
        "The relative errors are averaged.",
        "Does one wrong entry among many show?",
        {"np.max(": "np.mean("},
    ),
    (
        "sum",
        "The relative errors are summed.",
        "Does the result depend on how many entries there are?",
        {"np.max(": "np.sum("},
    ),
    (
        "smallest",
        "The smallest relative error is returned.",
        "Does one wrong entry among many show?",
        {"np.max(": "np.min("},
    ),
    (
        "not_reduced",
        "The relative errors of all entries are returned.",
        "Is the result a number or an array?",
        {"float(np.max(": "np.abs(("},
    ),
    (
        "sign_kept",
        "The difference keeps its sign.",
        "What if b is larger than a?",
        {ABOVE: "(a - b)"},
    ),
    (
        "absolute_error",
        "The error is not relative: it is not divided by the size.",
        "Is a difference of 1 large, beside 1000?",
        {f" / {BELOW}": ""},
    ),
    (
        "larger_size",
        "The difference is divided by the larger of the two sizes, not by their sum.",
        "What stands below the fraction's line?",
        {SIZE: "np.maximum(np.abs(a), np.abs(b))"},
    ),
    (
        "mean_size",
        "The difference is divided by the mean of the two sizes, not by their sum.",
        "What stands below the fraction's line?",
        {SIZE: f"({SIZE}) / 2.0"},
    ),
    (
        "size_of_the_sum",
        "The difference is divided by the size of the sum, not by the sum of the sizes.",
        "What if a is -b?",
        {SIZE: "np.abs(a + b)"},
    ),
    (
        "size_of_a",
        "The difference is divided by the size of a alone.",
        "Is the error the same if a and b change places?",
        {SIZE: "np.abs(a)"},
    ),
    (
        "size_of_b",
        "The difference is divided by the size of b alone.",
        "Is the error the same if a and b change places?",
        {SIZE: "np.abs(b)"},
    ),
    (
        "signs_kept_below",
        "The sizes keep their signs.",
        "What if a and b are negative?",
        {SIZE: "a + b"},
    ),
    (
        "no_floor",
        "Where both are 0, the error is 0/0.",
        "What is the error between two zeros?",
        {BELOW: f"({SIZE})"},
    ),
    (
        "floor_added",
        "The small number is added to the sizes; by the text they are at least as large.",
        "What does the maximum do to sizes above 1e-8?",
        {BELOW: f"({SIZE} + 1e-8)"},
    ),
    (
        "floor_above",
        "The small number stands above the fraction's line.",
        "What is the error between two equal numbers?",
        {ABOVE: "np.maximum(1e-8, np.abs(a - b))"},
    ),
    (
        "norms",
        "The error is that of norms, not the largest of all entries.",
        "Does one wrong entry among many large ones show?",
        {
            f"np.max({ABOVE} / {BELOW})": (
                "np.linalg.norm(a - b) / max(1e-8, np.linalg.norm(a) + np.linalg.norm(b))"
            )
        },
    ),
    (
        "largest_by_largest",
        "The largest difference is divided by the largest size; they may belong to two entries.",
        "Of which entry is the difference, and of which the size?",
        {f"{ABOVE} / {BELOW}": f"{ABOVE}) / np.max({BELOW}"},
    ),
    (
        "double",
        "The error is doubled.",
        "How large can the error be at most?",
        {"np.max(": "2.0 * np.max("},
    ),
    (
        "percent",
        "The error is in percent.",
        "How large can the error be at most?",
        {"np.max(": "100.0 * np.max("},
    ),
    (
        "squares",
        "The differences and the sizes are squared.",
        "What is squared in the formula?",
        {ABOVE: "(a - b) ** 2", SIZE: "a**2 + b**2"},
    ),
)
for name, says, hint, source in ERRORS:
    variants.mistake(ERROR, name, says=says, hint=hint, source=source)
for power in (4, 6, 7):
    variants.mistake(
        ERROR,
        f"floor_of_1e_{power}",
        says=f"The sizes are at least 1e-{power}.",
        hint="Which number does the text take for the smallest size?",
        source={"1e-8": f"1e-{power}"},
    )
variants.mistake(
    ERROR,
    "tiny_floor",
    says="The sizes may be smaller than 1e-8.",
    hint="Which number does the text take for the smallest size?",
    source={"1e-8": "1e-12"},
)

# The check.

VERDICT = "difference <= tolerance * size"
SIZES = "np.linalg.norm(np.ravel(analytic)) + np.linalg.norm(np.ravel(numeric))"
DIFFERENCE = "np.linalg.norm(np.ravel(analytic - numeric))"
NUMERIC = "(numeric,) = numerical_gradient(lambda: f(moved), [moved], 1e-5)"
CHECKS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "always",
        "Every gradient passes.",
        "What does your function say about a gradient of zeros?",
        {VERDICT: "True"},
    ),
    (
        "never",
        "No gradient passes.",
        "What does your function say about a right gradient?",
        {VERDICT: "False"},
    ),
    (
        "the_other_way_round",
        "Wrong gradients pass, and right ones do not.",
        "What does True mean here?",
        {VERDICT: "difference > tolerance * size"},
    ),
    (
        "returns_the_error",
        "The function returns the relative error, not whether it is small.",
        "Is the result a bool?",
        {f"bool({VERDICT})": "float(difference / size)"},
    ),
    (
        "absolute",
        "The difference is compared with the tolerance itself, whatever the size.",
        "Is a difference of 1e-7 small, beside a gradient of 1e-6?",
        {VERDICT: "difference <= tolerance"},
    ),
    (
        "absolute_if_small",
        "For gradients smaller than 1, the difference is compared with the tolerance itself.",
        "Is a difference of 1e-7 small, beside a gradient of 1e-6?",
        {VERDICT: "difference <= tolerance * max(1.0, size)"},
    ),
    (
        "own_tolerance",
        "The tolerance is 1e-6, whatever the argument says.",
        "Where does the tolerance enter your function?",
        {VERDICT: "difference <= 1e-6 * size"},
    ),
    (
        "by_entries",
        "Each entry is judged by itself; by the text it is the norms over all entries.",
        "How well is the smallest entry known from differences of f?",
        {VERDICT: "relative_error(analytic, numeric) <= tolerance"},
    ),
    (
        "by_numpy",
        "Each entry is judged by itself, with numpy's own tolerances.",
        "Which norms does the formula compare?",
        {VERDICT: "np.allclose(analytic, numeric)"},
    ),
    (
        "by_numpy_with_tolerance",
        "Each entry is judged by itself, with numpy's small number for entries near 0.",
        "Which norms does the formula compare?",
        {VERDICT: "np.allclose(analytic, numeric, rtol=tolerance)"},
    ),
    (
        "by_numpy_absolutely",
        "Each difference is compared with the tolerance itself.",
        "Is a difference of 1e-7 small, beside a gradient of 1e-6?",
        {VERDICT: "np.allclose(analytic, numeric, rtol=0.0, atol=tolerance)"},
    ),
    (
        "by_the_mean",
        "The entries' relative errors are averaged.",
        "Which norms does the formula compare?",
        {
            VERDICT: (
                "np.mean(np.abs(analytic - numeric) / np.maximum(1e-8, np.abs(analytic) + "
                "np.abs(numeric))) <= tolerance"
            )
        },
    ),
    (
        "larger_norm",
        "The tolerance is multiplied with the larger norm, not with the sum of both.",
        "What is the tolerance multiplied with, by the formula?",
        {SIZES: f"max({SIZES.replace(' +', ',')})"},
    ),
    (
        "norm_of_df",
        "The tolerance is multiplied with the norm of df alone.",
        "What is the tolerance multiplied with, by the formula?",
        {SIZES: SIZES.partition(" + ")[0]},
    ),
    (
        "norm_of_num",
        "The tolerance is multiplied with the norm of the numerical gradient alone.",
        "What is the tolerance multiplied with, by the formula?",
        {SIZES: SIZES.partition(" + ")[2]},
    ),
    (
        "half_the_norms",
        "The tolerance is multiplied with half of the sum of the norms.",
        "What is the tolerance multiplied with, by the formula?",
        {VERDICT: "difference <= tolerance * size / 2.0"},
    ),
    (
        "squared_norms",
        "The norms are squared.",
        "What is the norm: a sum of squares, or its root?",
        {VERDICT: ("difference**2 <= tolerance * (np.sum(analytic**2) + np.sum(numeric**2))")},
    ),
    (
        "largest_entries",
        "The largest entries are compared, not the norms.",
        "Which norm does the text name?",
        {
            DIFFERENCE: "np.max(np.abs(analytic - numeric))",
            SIZES: "np.max(np.abs(analytic)) + np.max(np.abs(numeric))",
        },
    ),
    (
        "sums_of_entries",
        "The sums of the absolute values are compared, not the norms.",
        "Which norm does the text name?",
        {
            DIFFERENCE: "np.sum(np.abs(analytic - numeric))",
            SIZES: "np.sum(np.abs(analytic)) + np.sum(np.abs(numeric))",
        },
    ),
    (
        "difference_of_norms",
        "The norms are subtracted, not the gradients.",
        "Which gradients have the same norm as the right one?",
        {DIFFERENCE: f"abs({SIZES.replace('+', '-')})"},
    ),
    (
        "difference_of_sizes",
        "The absolute values of the entries are compared.",
        "Does a gradient of the wrong sign pass?",
        {DIFFERENCE: "np.linalg.norm(np.ravel(np.abs(analytic) - np.abs(numeric)))"},
    ),
    (
        "sum_of_differences",
        "The differences are summed with their signs, so that they cancel.",
        "Do two errors of opposite sign show?",
        {DIFFERENCE: "abs(np.sum(analytic - numeric))"},
    ),
    (
        "first_entry_only",
        "Only the first entry is compared.",
        "Does one wrong entry show, whichever it is?",
        {
            DIFFERENCE: "abs(analytic.flat[0] - numeric.flat[0])",
            SIZES: "abs(analytic.flat[0]) + abs(numeric.flat[0])",
        },
    ),
    (
        "forward",
        "The numerical gradient is made of forward differences, which are not exact enough.",
        "How large is the error of a forward difference, beside the tolerance?",
        {NUMERIC: "numeric = eval_numerical_gradient(f, moved, 1e-5)"},
    ),
    (
        "large_step",
        "The step of the numerical gradient is 1e-2, and its error larger than the tolerance.",
        "How does the error of a centred difference fall with the step?",
        {"1e-5)": "1e-2)"},
    ),
    (
        "left_moved",
        "The array that was handed in is not put back as it was.",
        "What is x after the call?",
        {
            "moved = np.array(x, dtype=np.float64)": "moved = x",
            NUMERIC: f"{NUMERIC}\n    x += 1e-5",
        },
    ),
)
for name, says, hint, source in CHECKS:
    variants.mistake(CHECK, name, says=says, hint=hint, source=source)
variants.mistake(
    CHECK,
    "larger_default",
    says="Without an argument, the tolerance is larger than in the text.",
    hint="What do the defaults in your signature say?",
    source={"tolerance * size)": "tolerance * size)\n\n\ncheck_gradient.__defaults__ = (1e-4,)"},
)

variants.unnamed(
    CENTRED,
    "argument_for_f",
    because="f is not reached, so nothing comes back that could be compared; the check's own words "
    "say that f was called in a way that it cannot take.",
)
