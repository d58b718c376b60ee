"""Variants of fitting and evaluating polynomials, of bias and of variance."""

from __future__ import annotations

from grader.feedback.variants import Variants

variants = Variants()

FIT, EVALUATE = "polynomials.fit_polynomial", "polynomials.evaluate_polynomial"
BIAS_VARIANCE = "polynomials.bias_variance"

POWERS, SOLVED = (
    "np.vander(x, degree + 1, increasing=True)",
    "np.linalg.lstsq(powers, y, rcond=None)[0]",
)
RETURNED = "return np.asarray(theta, dtype=np.float64)"
FITS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "constant_last",
        "The coefficients come with that of the highest power first.",
        "Which coefficient comes first, by the text?",
        {"increasing=True": "increasing=False"},
    ),
    (
        "one_power_less",
        "The polynomial has one power less than asked for.",
        "How many coefficients has a polynomial of degree 1?",
        {"degree + 1": "degree"},
    ),
    (
        "one_power_more",
        "The polynomial has one power more than asked for.",
        "How many coefficients has a polynomial of degree 1?",
        {"degree + 1": "degree + 2"},
    ),
    (
        "no_constant",
        "The polynomial has no constant term; its coefficient is 0.",
        "What is your polynomial at x = 0?",
        {
            RETURNED: (
                "rest = np.linalg.lstsq(powers[:, 1:], y, rcond=None)[0]\n    "
                "theta = np.concatenate([[0.0], rest])\n    " + RETURNED
            )
        },
    ),
    (
        "constant_of_the_mean",
        "The constant term is the mean of y.",
        "Is the mean of y the value of the best polynomial at x = 0?",
        {RETURNED: f"theta[0] = np.mean(y)\n    {RETURNED}"},
    ),
    (
        "constant_left_out",
        "The constant term is missing in the result.",
        "How many coefficients has a polynomial of degree 1?",
        {RETURNED: RETURNED.replace("theta,", "theta[1:],")},
    ),
    (
        "with_a_penalty",
        "Large coefficients are penalized, as by a ridge.",
        "What is minimized, by the formula?",
        {SOLVED: ("np.linalg.solve(powers.T @ powers + 1e-3 * np.eye(degree + 1), powers.T @ y)")},
    ),
    (
        "through_the_first_points",
        "The polynomial goes through the first points and ignores the others.",
        "How many of the points does the sum go over?",
        {SOLVED: "np.linalg.solve(powers[: degree + 1], y[: degree + 1])"},
    ),
    (
        "last_point_left_out",
        "The last point is left out.",
        "How many of the points does the sum go over?",
        {
            SOLVED: (
                "np.linalg.lstsq(powers[: max(degree + 1, len(x) - 1)],"
                " y[: max(degree + 1, len(x) - 1)], rcond=None)[0]"
            )
        },
    ),
    (
        "cut_off",
        "Small singular values are cut off, so that high powers get lost.",
        "How small may a number be before it counts as 0?",
        {"rcond=None": "rcond=1e-2"},
    ),
    (
        "other_basis",
        "The coefficients belong to Legendre polynomials, not to powers of x.",
        "Which functions are multiplied with the coefficients, by the formula?",
        {POWERS: "np.polynomial.legendre.legvander(x, degree)"},
    ),
    (
        "derived",
        "The coefficients are those of a Taylor series, not divided by the factorials.",
        "Which functions are multiplied with the coefficients, by the formula?",
        {
            RETURNED: (
                "theta *= np.cumprod(np.maximum(1.0, np.arange(degree + 1.0)))\n    " + RETURNED
            )
        },
    ),
    (
        "absolute_x",
        "The powers are taken of the absolute values of x.",
        "What is the third power of -1?",
        {"np.vander(x": "np.vander(np.abs(x)"},
    ),
    (
        "sorted_x",
        "The values of x are sorted, those of y are not.",
        "Which y goes with which x?",
        {"np.vander(x": "np.vander(np.sort(x)"},
    ),
    (
        "column",
        "The coefficients are a column, with two axes.",
        "What shape has the result, by the text?",
        {RETURNED: RETURNED.replace("theta,", "theta[:, np.newaxis],")},
    ),
    (
        "predictions",
        "The values of the polynomial are returned, not its coefficients.",
        "What shape has the result, by the text?",
        {RETURNED: "return np.asarray(powers @ theta, dtype=np.float64)"},
    ),
    (
        "all_of_the_answer",
        "All that the solver returns is returned, not the coefficients alone.",
        "What shape has the result, by the text?",
        {f"theta = {SOLVED}": f"return {SOLVED.removesuffix('[0]')}"},
    ),
    (
        "inverse_of_square",
        "The powers are inverted as if there were as many points as coefficients.",
        "What shape has the matrix of the powers?",
        {SOLVED: "np.linalg.inv(powers) @ y"},
    ),
    (
        "no_inverse",
        "The powers are multiplied with y, but the equations are not solved.",
        "What is left when the gradient of the sum of squares is 0?",
        {SOLVED: "powers.T @ y"},
    ),
    (
        "mean_of_products",
        "The powers are averaged with y, but the equations are not solved.",
        "What is left when the gradient of the sum of squares is 0?",
        {SOLVED: "powers.T @ y / len(x)"},
    ),
)
for name, says, hint, source in FITS:
    variants.mistake(FIT, name, says=says, hint=hint, source=source)

REVERSED, STEP = "theta[::-1]", "value * x + coefficient"
ZEROS, VALUE = "np.zeros(np.shape(x))", "return value"
VALUES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "constant_last",
        "The first coefficient is taken for that of the highest power.",
        "Which coefficient comes first, by the text?",
        {REVERSED: "theta"},
    ),
    (
        "flat",
        "The values have lost the shape of x.",
        "What shape has the result, by the text?",
        {VALUE: "return value.ravel()"},
    ),
    (
        "summed",
        "The values at all points are summed.",
        "What shape has the result, by the text?",
        {VALUE: "return np.sum(value)"},
    ),
    (
        "first_point_only",
        "The value at the first point only is returned.",
        "What shape has the result, by the text?",
        {VALUE: "return value.flat[0]"},
    ),
    (
        "no_constant",
        "The constant term is missing.",
        "What is the polynomial at x = 0?",
        {VALUE: "return value - theta[0]"},
    ),
    (
        "constant_times_x",
        "All powers are one too high.",
        "What is the polynomial at x = 0?",
        {VALUE: "return value * x"},
    ),
    (
        "constant_only",
        "Only the constant term is left.",
        "Where does x enter your function?",
        {STEP: "coefficient"},
    ),
    (
        "no_powers",
        "Each coefficient is multiplied with x, not with its power.",
        "Which power belongs to which coefficient?",
        {VALUE: "return theta[0] + np.sum(theta[1:]) * x"},
    ),
    (
        "last_term_left_out",
        "The term of the highest power is missing.",
        "Which coefficients does the loop visit?",
        {REVERSED: "theta[:-1][::-1]"},
    ),
    (
        "powers_off_by_one_above_the_constant",
        "The powers above the constant are one too high.",
        "Which power belongs to which coefficient?",
        {VALUE: "return theta[0] + (value - theta[0]) * x"},
    ),
    (
        "powers_of_the_coefficients",
        "The coefficients are raised to the powers, not x.",
        "What is raised to which power in the formula?",
        {VALUE: "return sum(t**k * x for k, t in enumerate(theta))"},
    ),
    (
        "products_for_powers",
        "x is multiplied with the number of each power, not raised to it.",
        "What is raised to which power in the formula?",
        {VALUE: "return sum(t * k * x for k, t in enumerate(theta)) + theta[0]"},
    ),
    (
        "derivative",
        "The values are those of the derivative.",
        "What is the polynomial at x = 0?",
        {VALUE: "return sum((k * t * x ** (k - 1) for k, t in enumerate(theta) if k), 0.0 * x)"},
    ),
    (
        "absolute_x",
        "The powers are taken of the absolute values of x.",
        "What is the third power of -1?",
        {"value * x +": "value * np.abs(x) +"},
    ),
    (
        "rounded",
        "The values are rounded.",
        "Did you change the result after computing it?",
        {VALUE: "return np.round(value, 2)"},
    ),
    (
        "whole_numbers",
        "The values are cut off to whole numbers.",
        "What can the array hold that you fill?",
        {VALUE: "return np.trunc(value)"},
    ),
    (
        "signs_alternate",
        "The terms are added and subtracted in turn.",
        "Which signs do the terms have in the formula?",
        {STEP: "coefficient - value * x"},
    ),
    (
        "one_sum_for_all_points",
        "The value is a product of two arrays whose axes do not fit.",
        "Which axis counts the powers, and which the points?",
        {VALUE: "return np.ravel(x) ** np.arange(len(theta)) @ theta"},
    ),
)
for name, says, hint, source in VALUES:
    variants.mistake(EVALUATE, name, says=says, hint=hint, source=source)

BIAS, VARIANCE = "np.mean((mean - truth) ** 2)", "float(np.mean(np.var(predictions, axis=0)))"
SPREADS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "along_the_points",
        "The mean fit is taken over the points, not over the fits.",
        "Which axis of the predictions counts the fits?",
        {
            "np.mean(predictions, axis=0)": "np.mean(predictions, axis=1)",
            "axis=0)))": "axis=1)))",
            "(mean - truth)": "(mean[:, np.newaxis] - truth)",
        },
    ),
    (
        "axes_mixed_up",
        "The mean over the points is compared with the truth at the points.",
        "Which axis of the predictions counts the fits?",
        {"np.mean(predictions, axis=0)": "np.mean(predictions, axis=1)"},
    ),
    (
        "mean_of_everything",
        "The mean fit is one number for all points.",
        "What shape has the mean fit?",
        {"np.mean(predictions, axis=0)": "np.mean(predictions)"},
    ),
    (
        "variance_along_the_points",
        "The variance is that along the points, not that of the fits.",
        "Which axis of the predictions counts the fits?",
        {"np.var(predictions, axis=0)": "np.var(predictions, axis=1)"},
    ),
    (
        "variance_of_everything",
        "The variance is that of all predictions together.",
        "Around which mean is the spread at one point?",
        {VARIANCE: "float(np.var(predictions))"},
    ),
    (
        "variance_around_the_truth",
        "The spread is taken around the truth, not around the mean fit.",
        "Around what do the fits spread?",
        {VARIANCE: "float(np.mean((predictions - truth) ** 2))"},
    ),
    (
        "one_less",
        "The variance divides by one less than the number of fits.",
        "Which divisor does the text name?",
        {"axis=0)))": "axis=0, ddof=1)))"},
    ),
    (
        "standard_deviation",
        "The standard deviation is returned, not the variance.",
        "In which unit is the variance?",
        {"np.var(": "np.std("},
    ),
    (
        "root_of_the_variance",
        "The root of the variance is returned.",
        "In which unit is the variance?",
        {VARIANCE: "float(np.sqrt(np.mean(np.var(predictions, axis=0))))"},
    ),
    (
        "summed_variance",
        "The variances are summed over the points, not averaged.",
        "Does the variance grow with the number of points?",
        {"np.mean(np.var(": "np.sum(np.var("},
    ),
    (
        "variance_of_the_mean",
        "The variance is that of the mean fit along the points.",
        "Around which mean is the spread at one point?",
        {VARIANCE: "float(np.var(mean))"},
    ),
    (
        "absolute_spread",
        "The spread is a mean of absolute values, not of squares.",
        "What is squared in the formula?",
        {VARIANCE: "float(np.mean(np.abs(predictions - mean)))"},
    ),
    (
        "no_variance",
        "The variance is 0, as differences from the mean are where they are not squared.",
        "What is squared in the formula, and when?",
        {VARIANCE: "float(np.mean(predictions - mean) ** 2)"},
    ),
    (
        "bias_not_squared",
        "The bias is not squared.",
        "What is squared in the formula, and when?",
        {BIAS: "np.mean(mean - truth)"},
    ),
    (
        "square_of_the_mean",
        "The mean of the differences is squared, not the differences themselves.",
        "What is squared in the formula, and when?",
        {BIAS: "np.mean(mean - truth) ** 2"},
    ),
    (
        "absolute_bias",
        "The bias is a mean of absolute values, not of squares.",
        "What is squared in the formula?",
        {BIAS: "np.mean(np.abs(mean - truth))"},
    ),
    (
        "root_of_the_bias",
        "The root of the squared bias is returned.",
        "What is squared in the formula?",
        {BIAS: f"np.sqrt({BIAS})"},
    ),
    (
        "summed_bias",
        "The squared differences are summed over the points, not averaged.",
        "Does the bias grow with the number of points?",
        {BIAS: "np.sum((mean - truth) ** 2)"},
    ),
    (
        "bias_of_each_fit",
        "The bias is the error of each fit by itself, variance included.",
        "What is left of the errors when the fits are averaged first?",
        {BIAS: "np.mean((predictions - truth) ** 2)"},
    ),
    (
        "largest_bias",
        "The largest squared difference is returned, not the mean.",
        "What is done with the points in the formula?",
        {BIAS: "np.max((mean - truth) ** 2)"},
    ),
    (
        "median_fit",
        "The median of the fits is taken for their mean.",
        "What is the mean fit?",
        {"np.mean(predictions, axis=0)": "np.median(predictions, axis=0)"},
    ),
    (
        "swapped",
        "The variance is returned before the squared bias.",
        "What comes first, by the text?",
        {"return float(bias_squared), ": "return ", VARIANCE: f"{VARIANCE}, float(bias_squared)"},
    ),
    (
        "sum_of_both",
        "The sum of both is returned.",
        "How many numbers does the function return, by the text?",
        {"float(bias_squared), ": "float(bias_squared) + "},
    ),
    (
        "arrays",
        "The squared bias and the variance are arrays, with an entry for each point.",
        "What is done with the points in the formula?",
        {
            BIAS: "(mean - truth) ** 2",
            "return float(bias_squared), ": "return bias_squared, ",
            VARIANCE: "np.var(predictions, axis=0)",
        },
    ),
)
for name, says, hint, source in SPREADS:
    variants.mistake(BIAS_VARIANCE, name, says=says, hint=hint, source=source)

variants.unnamed(
    "polynomials.fit_polynomial",
    "inverse_of_square",
    because="It raises LinAlgError, which says no more than that some matrix cannot be solved; the "
    "student reads the message and the line.",
)
variants.harmless(
    "polynomials.fit_polynomial",
    "np.float64 → np.float32",
    because="Coefficients are judged by what they predict, to 1e-6, since right solvers differ; a "
    "result in single precision is accepted everywhere else, too.",
)
