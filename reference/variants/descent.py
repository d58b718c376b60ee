"""Variants of the seven ways downhill: how a path begins, ends and is kept; each rule."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature

from grader.feedback.variants import Variants
from reference import descent
from reference.variants import rules
from reference.variants.rules import MEMORY, SIGN, Change

variants = Variants()

PLAIN, MOMENTUM = "descent.gradient_descent", "descent.gradient_descent_momentum"
NESTEROV, ADAGRAD = "descent.gradient_descent_nesterov", "descent.gradient_descent_adagrad"
ADADELTA, RMSPROP = "descent.gradient_descent_adadelta", "descent.gradient_descent_rmsprop"
ADAM = "descent.gradient_descent_adam"
ALL = (PLAIN, MOMENTUM, NESTEROV, ADAGRAD, ADADELTA, RMSPROP, ADAM)


def add(function: str, changes: tuple[Change, ...]) -> None:
    """Add mistakes of one function."""
    for name, says, hint, source in rules.with_hints(changes):
        variants.mistake(function, name, says=says, hint=hint, source=source)


# The book's starts, and its Adam.

CONVENTIONS = {
    ADAGRAD: rules.ADAGRAD_CONVENTIONS,
    ADADELTA: rules.ADADELTA_CONVENTIONS,
    RMSPROP: rules.RMSPROP_CONVENTIONS,
    ADAM: rules.ADAM_CONVENTIONS,
}
for function, accepted in CONVENTIONS.items():
    for change in accepted:
        variants.convention(function, change.name, says=change.says, source=change.source)
variants.convention(
    ADADELTA,
    "the_book",
    says="Both averages start at 1 and have 1e-8 in their roots, as in the book's program.",
    source={rules.FROM_0: rules.FROM_1, "1e-6": "1e-8"},
)

# The rules.

add(
    PLAIN,
    (
        Change("uphill", "The step goes uphill.", {"x - alpha": "x + alpha"}, SIGN),
        Change(
            "rate_missing",
            "The learning rate is missing.",
            {"alpha * g": "g"},
            "How far does the first step lead?",
        ),
        Change(
            "rate_divides",
            "The gradient is divided by the learning rate.",
            {"alpha * g": "g / alpha"},
            "Does a larger learning rate lead further?",
        ),
        Change(
            "rate_falls",
            "The learning rate gets smaller with each step.",
            {"alpha * g": "alpha * g / len(path)"},
            "Does the learning rate change, by the formula?",
        ),
        Change(
            "unit_length",
            "The gradient is scaled to the norm 1.",
            {"alpha * g": "alpha * g / np.linalg.norm(g)"},
            "Does a steep slope lead further than a gentle one?",
        ),
        Change(
            "sign_of_the_gradient",
            "Only the sign of the gradient counts.",
            {"alpha * g": "alpha * np.sign(g)"},
            "Does a steep slope lead further than a gentle one?",
        ),
        Change(
            "clipped",
            "The gradient is cut off at 1 and -1.",
            {"alpha * g": "alpha * np.clip(g, -1.0, 1.0)"},
            "Did you change the gradient before you used it?",
        ),
        Change(
            "steps_from_the_start",
            "Each step is taken from the start, not from the last point.",
            {"x - alpha": "path[0] - alpha"},
            "Where does the second step begin?",
        ),
        Change(
            "step_only",
            "The path holds the steps, not the points.",
            {"x - alpha * g": "-alpha * g"},
            "Where does a step lead from?",
        ),
        Change(
            "multiplied",
            "The point is multiplied with what is left of 1, as if the gradient were x.",
            {"x - alpha * g": "x * (1.0 - alpha * g)"},
            "Which operations does the formula have?",
        ),
        Change(
            "momentum",
            "A part of the last step is added, as momentum does.",
            {"x - alpha * g": "x - alpha * g + 0.9 * (x - path[-2] if len(path) > 1 else 0.0)"},
            "What does the plain step depend on?",
        ),
    ),
)
add(MOMENTUM, rules.MOMENTUM)

AHEAD = "np.asarray(df(x - gamma * v), dtype=np.float64)"
V = f"v = gamma * v + alpha * {AHEAD}"
add(
    NESTEROV,
    (
        Change(
            "not_ahead",
            "The gradient is taken at x: this is momentum.",
            {"df(x - gamma * v)": "df(x)"},
            "Where would the momentum alone lead?",
        ),
        Change(
            "behind",
            "The gradient is taken behind x, not ahead of it.",
            {"df(x - gamma * v)": "df(x + gamma * v)"},
            "In which direction does v lead?",
        ),
        Change(
            "all_of_v_ahead",
            "The gradient is taken at x - v, without gamma.",
            {"df(x - gamma * v)": "df(x - v)"},
            "How much of the last step remains?",
        ),
        Change(
            "rate_ahead",
            "The point ahead is reached with the learning rate, not with gamma.",
            {"df(x - gamma * v)": "df(x - alpha * v)"},
            "How much of the last step remains?",
        ),
        Change(
            "new_velocity_ahead",
            "The point ahead is reached with the velocity that holds the gradient at x already.",
            {"df(x - gamma * v)": "df(x - gamma * (gamma * v + alpha * np.asarray(df(x))))"},
            "Which v leads ahead, the last or the new one?",
        ),
        Change(
            "torch",
            "This is torch's Nesterov, with the gradient at x, which walks on the points ahead.",
            {
                "df(x - gamma * v)": "df(x)",
                "path.append(x - v)": (
                    "path.append(x - (gamma * v + alpha * np.asarray(df(x), dtype=np.float64)))"
                ),
            },
            "At which point does the text take the gradient?",
        ),
        Change(
            "from_the_point_ahead",
            "The step begins at the point ahead, not at x.",
            {V: f"w = gamma * v\n        {V}", "path.append(x - v)": "path.append(x - w - v)"},
            "From where does the step lead?",
        ),
        Change(
            "plain_step_from_ahead",
            "The path holds the steps from the points ahead, and the velocity only the gradient.",
            {V: f"v = alpha * {AHEAD}"},
            MEMORY,
        ),
        Change(
            "average",
            "The velocity is an average of gradients: the gradient is weighed with 1 - gamma.",
            {"v + alpha * np": "v + (1.0 - gamma) * alpha * np"},
            "What is the first step, by the formula: all of the plain step, or a part of it?",
        ),
        Change(
            "no_decay",
            "All of the velocity remains, whatever gamma says.",
            {"v = gamma * v +": "v = v +"},
            "How much of the last step remains?",
        ),
        Change(
            "memory_subtracted",
            "The last velocity is subtracted, not added.",
            {"v = gamma * v +": "v = -gamma * v +"},
            "Does momentum speed a steady walk up or slow it down?",
        ),
        Change(
            "uphill",
            "The step goes uphill.",
            {"path.append(x - v)": "path.append(x + v)"},
            SIGN,
        ),
        Change(
            "rate_missing",
            "The gradient is not multiplied with the learning rate.",
            {"v + alpha * np": "v + np"},
            "How far does the first step lead?",
        ),
        Change(
            "rate_twice",
            "The gradient is multiplied with the learning rate twice.",
            {"path.append(x - v)": "path.append(x - alpha * v)"},
            "In how many places does the learning rate stand in the formula?",
        ),
        Change(
            "stops_ahead",
            "The function stops by the slope at the point ahead, not by the slope at x.",
            {
                V: (
                    f"g = {AHEAD}\n        if np.max(np.abs(g)) < epsilon:\n            break\n"
                    "        v = gamma * v + alpha * g"
                ),
                "path, iterations, epsilon": "path, iterations, 0.0",
            },
            "Which slope is compared with epsilon?",
        ),
        Change(
            "from_1",
            "The velocity starts at 1, not at 0.",
            {rules.FROM_0: rules.FROM_1},
            rules.STEP,
        ),
    ),
)
add(ADAGRAD, rules.ADAGRAD)
add(RMSPROP, rules.RMSPROP)
add(ADADELTA, rules.ADADELTA)
add(ADAM, (*rules.ADAM, *rules.AVERAGES, *rules.SQUARES))

# The constants in the denominators.

for function in (ADAGRAD, RMSPROP, ADAM):
    add(
        function,
        (
            Change(
                "epsilon_below",
                "The threshold for stopping is added in the denominator.",
                {"1e-8": "epsilon"},
                "Which number does the text add there, and what is epsilon for?",
            ),
            *(
                Change(
                    f"constant_1e_{power}",
                    f"The small number in the denominator is 1e-{power}.",
                    {"1e-8": f"1e-{power}"},
                    "Which number does the text add in the denominator?",
                )
                for power in (5, 6, 7, 10, 12)
            ),
        ),
    )
add(
    ADADELTA,
    (
        Change(
            "epsilon_below",
            "The threshold for stopping is added within the roots.",
            {"1e-6": "epsilon"},
            "Which number does the text add there, and what is epsilon for?",
        ),
        *(
            Change(
                f"constant_1e_{power}",
                f"The small number in the roots is 1e-{power}.",
                {"1e-6": f"1e-{power}"},
                "Which number does the text add within the roots?",
            )
            for power in (5, 7, 8, 10)
        ),
    ),
)
add(
    ADAGRAD,
    (
        Change(
            "keras_constant",
            "This is Keras' Adagrad: it starts at 0.1, with 1e-7 in the root.",
            {rules.FROM_0: rules.FROM_A_TENTH, rules.G_ROOT: "np.sqrt(G + 1e-7)"},
            rules.START,
        ),
    ),
)
add(
    RMSPROP,
    (
        Change(
            "keras",
            "This is Keras' RMSprop, with 1e-7 in the root.",
            {rules.V_ROOT: "np.sqrt(v + 1e-7)"},
            rules.ROOT,
        ),
    ),
)
add(
    ADAM,
    (
        Change(
            "keras_constant",
            "This is Keras' Adam, with 1e-7 added to the uncorrected root.",
            {rules.CORRECTED_ROOT: "(np.sqrt(v) + 1e-7) * np.sqrt(1.0 - beta_2**t)"},
            "Which root is the small number added to: before the correction, or after it?",
        ),
    ),
)

# How a path begins and ends.

START, END = "path = _start(x)", "return path"
STEPS = """path = _start(x)

    def _steps(df, path, iterations, epsilon):
        for t in range(1, iterations + 1):
            x = path[-1]
            g = np.asarray(df(x), dtype=np.float64)
            BEFORE
            yield t, x, g
            AFTER
"""
LARGEST = "np.max(np.abs(g)) < epsilon"


def stopping(before: str = "", after: str = "") -> Mapping[str, str]:
    """A stop test before each step or after it."""
    lines = STEPS
    for word, test in (("BEFORE", before), ("AFTER", after)):
        written = f"if {test}:\n                return" if test else "pass"
        lines = lines.replace(word, written)
    return {START: lines}


THRESHOLD = "Which number is compared with epsilon, of which point, and when?"
STOPS = (
    Change(
        "norm",
        "The norm of the gradient is compared with epsilon, not its largest entry.",
        stopping("np.linalg.norm(g) < epsilon"),
        THRESHOLD,
    ),
    Change(
        "squared_norm",
        "The sum of squares of the gradient is compared with epsilon.",
        stopping("np.sum(g**2) < epsilon"),
        THRESHOLD,
    ),
    Change(
        "mean_size",
        "The mean size of the gradient's entries is compared with epsilon.",
        stopping("np.mean(np.abs(g)) < epsilon"),
        THRESHOLD,
    ),
    Change(
        "sum_of_sizes",
        "The sum of the sizes of the gradient's entries is compared with epsilon.",
        stopping("np.sum(np.abs(g)) < epsilon"),
        THRESHOLD,
    ),
    Change(
        "size_of_the_sum",
        "The sum of the gradient's entries is compared with epsilon, so that they cancel.",
        stopping("abs(np.sum(g)) < epsilon"),
        THRESHOLD,
    ),
    Change(
        "signs_kept",
        "A large negative entry of the gradient counts as small.",
        stopping("np.max(g) < epsilon"),
        "Is -5 smaller than epsilon, and is it a small slope?",
    ),
    Change(
        "any_entry",
        "The function stops as soon as one entry of the gradient is small.",
        stopping("np.min(np.abs(g)) < epsilon"),
        THRESHOLD,
    ),
    Change(
        "first_entry",
        "Only the first entry of the gradient is compared with epsilon.",
        stopping("abs(np.ravel(g)[0]) < epsilon"),
        THRESHOLD,
    ),
    Change(
        "never",
        "The function never stops before the last iteration.",
        stopping(),
        "Where does epsilon enter your function?",
    ),
    Change(
        "own_threshold",
        "The gradient is compared with 1e-8, whatever epsilon says.",
        stopping("np.max(np.abs(g)) < 1e-8"),
        "Where does epsilon enter your function?",
    ),
    Change(
        "after_the_step",
        "The gradient is compared with epsilon after the step was taken with it.",
        stopping("", LARGEST),
        "Is the step from a stationary point in the path?",
    ),
    Change(
        "first_step_always",
        "The first step is taken without looking at the gradient's size.",
        stopping(f"t > 1 and {LARGEST}"),
        "What is the path from a stationary point?",
    ),
    Change(
        "size_of_the_step",
        "The function stops when a step was small, not when the gradient is.",
        stopping("", "np.max(np.abs(path[-1] - path[-2])) < epsilon"),
        THRESHOLD,
    ),
    Change(
        "size_of_the_step_before",
        "The function stops by the size of the step ahead, not by that of the gradient.",
        stopping("np.max(np.abs(alpha * g)) < epsilon"),
        THRESHOLD,
    ),
    Change(
        "the_other_way_round",
        "The function stops where the gradient is large.",
        stopping("np.max(np.abs(g)) > epsilon"),
        THRESHOLD,
    ),
)
PATHS = (
    Change(
        "one_step_too_many",
        "There is one step too many.",
        {"path, iterations,": "path, iterations + 1,"},
        "How many points has the path, by the text?",
    ),
    Change(
        "one_step_too_few",
        "There is one step too few.",
        {"path, iterations,": "path, iterations - 1,"},
        "How many points has the path, by the text?",
    ),
    Change(
        "start_left_out",
        "The path begins with the first step, without the start.",
        {END: "return path[1:]"},
        "What is in the path before the loop?",
    ),
    Change(
        "end_left_out",
        "The last point is missing in the path.",
        {END: "return path[:-1]"},
        "Is each point kept before the step from it or after the step to it?",
    ),
    Change(
        "start_twice",
        "The start is in the path twice.",
        {END: "return [path[0], *path]"},
        "What is in the path before the loop, and what is added first?",
    ),
    Change(
        "end_twice",
        "The last point is in the path twice.",
        {END: "return [*path, path[-1]]"},
        "What is added to the path after the loop?",
    ),
    Change(
        "end_only",
        "Only the last point is returned, not the path.",
        {END: "return path[-1]"},
        "What does the function return, by the text?",
    ),
    Change(
        "start_and_end_only",
        "The path holds its first and last point only.",
        {END: "return path[:1] + path[1:][-1:]"},
        "What is added to the path in each turn?",
    ),
    Change(
        "backwards",
        "The path begins with the last point.",
        {END: "return path[::-1]"},
        "Which point comes first, by the text?",
    ),
    Change(
        "one_array",
        "All points of the path are one array, which moves on.",
        {END: "return [path[-1]] * len(path) if np.ndim(path[0]) else path"},
        "Are these copies, or one array that was stored again and again?",
    ),
    Change(
        "one_array_after_the_start",
        "All points after the start are one array, which moves on.",
        {END: "return path[:1] + path[-1:] * (len(path) - 1) if np.ndim(path[0]) else path"},
        "Are these copies, or one array that was stored again and again?",
    ),
    Change(
        "start_moves_on",
        "The first point of the path moves on with the last.",
        {END: "return path[-1:] + path[1:] if np.ndim(path[0]) else path"},
        "Is the first point a copy of the start?",
    ),
    Change(
        "x_changed",
        "The start that was handed in is moved.",
        {
            START: "start = x\n    path = _start(x)",
            END: "if np.ndim(start):\n        start[...] = path[-1]\n    return path",
        },
        "What is x after the call: could the caller use it again?",
    ),
    Change(
        "x_changed_and_start_moves_on",
        "The start that was handed in is moved, and is the first point of the path.",
        {
            START: "start = x\n    path = _start(x)",
            END: (
                "if np.ndim(start):\n        start[...] = path[-1]\n        path[0] = start\n"
                "    return path"
            ),
        },
        "Is the first point a copy of the start?",
    ),
    Change(
        "first_gradient",
        "The gradient is that of the start in every step.",
        {START: "path = _start(x)\n    first = df(path[0])\n    df = lambda _: first"},
        "At which point is the slope of the second step?",
    ),
    Change(
        "rounded",
        "The points are rounded.",
        {END: "return [np.round(p, 3) for p in path]"},
        "Did you change the result after computing it?",
    ),
    Change(
        "flat_points",
        "The points have lost the shape of the start.",
        {END: "return [np.ravel(p) for p in path]"},
        "Which shape has each point, by the text?",
    ),
)
for function in ALL:
    add(function, (*STOPS, *PATHS))

# Numbers that are written into the function, and defaults.

OWN: dict[str, dict[str, float]] = {
    PLAIN: {},
    MOMENTUM: {"gamma": 0.9},
    NESTEROV: {"gamma": 0.9},
    ADAGRAD: {},
    ADADELTA: {"rho": 0.9},
    RMSPROP: {"beta": 0.9},
    ADAM: {"beta_1": 0.9, "beta_2": 0.999},
}
OTHER: dict[str, tuple[float, ...]] = {
    "alpha": (0.001, 0.1),
    "gamma": (0.5, 0.99),
    "rho": (0.95, 0.99),
    "beta": (0.99, 0.999),
    "beta_1": (0.99,),
    "beta_2": (0.9, 0.99),
    "iterations": (10, 99, 1000),
}
DEFAULT = "What do the defaults in your signature say?"


def defaults(function: str, **other: float) -> Mapping[str, str]:
    """Other defaults in the signature of a function."""
    name = function.partition(".")[2]
    parameters = list(signature(getattr(descent, name)).parameters.values())[2:]
    values = tuple(other.get(p.name, p.default) for p in parameters)
    return {END: f"{END}\n\n\n{name}.__defaults__ = {values}"}


for function, own in OWN.items():
    fixed = own if function == ADADELTA else {"alpha": 0.01, **own}
    add(
        function,
        tuple(
            Change(
                f"own_{parameter}",
                f"The function always takes {value} for {parameter}.",
                {START: f"{START}\n    {parameter} = {value}"},
                f"Where does {parameter} enter your function?",
            )
            for parameter, value in fixed.items()
        ),
    )
    add(
        function,
        tuple(
            Change(
                f"default_{parameter}_{value:g}".replace(".", "_"),
                f"Without an argument, {parameter} is {value:g}.",
                defaults(function, **{parameter: value}),
                DEFAULT,
            )
            for parameter in ("alpha", *own, "iterations")
            for value in OTHER[parameter]
        ),
    )
    add(
        function,
        (
            Change(
                "default_epsilon_too_large",
                "Without an argument, epsilon is larger than in the text.",
                defaults(function, epsilon=1e-6),
                DEFAULT,
            ),
            Change(
                "default_epsilon_too_small",
                "Without an argument, epsilon is smaller than in the text.",
                defaults(function, epsilon=1e-10),
                DEFAULT,
            ),
        ),
    )
