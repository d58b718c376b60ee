"""Variants of the optimizers: how they keep their arrays and their memory, and each rule."""

from __future__ import annotations

from grader.feedback.variants import Variants
from reference.variants import rules
from reference.variants.rules import ROOT, SIGN, START, TURN, Change, in_class, in_classes

variants = Variants()

BASE, LOOP = "optimizers.Optimizer", "optimizers.gradient_descent_with"
SGD, MOMENTUM, NESTEROV = "optimizers.SGD", "optimizers.Momentum", "optimizers.Nesterov"
ADAGRAD, RMSPROP = "optimizers.Adagrad", "optimizers.RMSprop"
ADADELTA, ADAM = "optimizers.Adadelta", "optimizers.Adam"
ADAMAX, NADAM, AMSGRAD = "optimizers.AdaMax", "optimizers.Nadam", "optimizers.AMSGrad"


def add(function: str, changes: tuple[Change, ...]) -> None:
    """Add mistakes of one class or function."""
    for name, says, hint, source in rules.with_hints(changes):
        variants.mistake(function, name, says=says, hint=hint, source=source)


def add_rule(function: str, changes: tuple[Change, ...], but: tuple[str, ...] = ()) -> None:
    """Add mistakes of a rule that `descent` has too."""
    for name, says, hint, source in rules.with_hints(changes):
        if name not in but:
            variants.mistake(function, name, says=says, hint=hint, source=in_classes(source))


# The book's starts, and its Adam.

CONVENTIONS = {
    ADAGRAD: rules.ADAGRAD_CONVENTIONS,
    ADADELTA: rules.ADADELTA_CONVENTIONS,
    RMSPROP: rules.RMSPROP_CONVENTIONS,
    ADAM: rules.ADAM_CONVENTIONS,
}
for function, accepted in CONVENTIONS.items():
    for change in accepted:
        source = in_classes(change.source)
        variants.convention(function, change.name, says=change.says, source=source)

# The rules.

add(
    SGD,
    (
        Change(
            "rate_missing",
            "The learning rate is missing.",
            {"self.learning_rate * g": "g"},
            "How far does the first step lead?",
        ),
        Change(
            "rate_divides",
            "The gradient is divided by the learning rate.",
            {"self.learning_rate * g": "g / self.learning_rate"},
            "Does a larger learning rate lead further?",
        ),
        Change(
            "sign_of_the_gradient",
            "Only the sign of the gradient counts.",
            {"self.learning_rate * g": "self.learning_rate * np.sign(g)"},
            "Does a steep slope lead further than a gentle one?",
        ),
        Change(
            "unit_length",
            "The gradient is scaled to the norm 1.",
            {"self.learning_rate * g": "self.learning_rate * g / np.linalg.norm(g)"},
            "Does a steep slope lead further than a gentle one?",
        ),
        Change(
            "clipped",
            "The gradient is cut off at 1 and -1.",
            {"self.learning_rate * g": "self.learning_rate * np.clip(g, -1.0, 1.0)"},
            "Did you change the gradient before you used it?",
        ),
        Change(
            "decayed_weights",
            "The parameters are pulled towards 0 beside the step.",
            {"self.learning_rate * g": "self.learning_rate * (g + 0.01 * p)"},
            "Does the rule know of a regularizer?",
        ),
    ),
)
add_rule(MOMENTUM, rules.MOMENTUM, but=("uphill",))

LOOK, KEPT = "(g + self.gamma * v)", "self.gamma * v + g"
add(
    NESTEROV,
    (
        Change(
            "momentum",
            "The step is that of momentum, which does not look ahead.",
            {LOOK: "v"},
            "What is the first step, by the formula?",
        ),
        Change(
            "all_of_v_ahead",
            "The velocity enters the step without gamma.",
            {LOOK: "(g + v)"},
            "How much of the velocity is in the step, by the formula?",
        ),
        Change(
            "gamma_only",
            "The gradient is missing in the step, which holds gamma times the velocity only.",
            {LOOK: "(self.gamma * v)"},
            "Which two terms does the step have?",
        ),
        Change(
            "minus_gamma",
            "The velocity is subtracted from the gradient in the step.",
            {LOOK: "(g - self.gamma * v)"},
            "In which direction does v lead?",
        ),
        Change(
            "average",
            "The velocity is an average of gradients: the gradient is weighed with 1 - gamma.",
            {KEPT: "self.gamma * v + (1.0 - self.gamma) * g"},
            "What is the first step, by the formula?",
        ),
        Change(
            "no_memory",
            "The velocity begins again at 0 in each turn.",
            {KEPT: "1.0 * g"},
            rules.MEMORY,
        ),
        Change(
            "no_decay",
            "All of the velocity remains, whatever gamma says.",
            {KEPT: "v + g"},
            "How much of the last step remains?",
        ),
        Change(
            "rate_twice",
            "The gradient is multiplied with the learning rate twice.",
            {KEPT: "self.gamma * v + self.learning_rate * g"},
            "In how many places does the learning rate stand in the formula?",
        ),
        Change(
            "rate_missing",
            "The learning rate is missing.",
            {f"self.learning_rate * {LOOK}": LOOK},
            "How far does the first step lead?",
        ),
        Change(
            "from_1",
            "The velocity starts at 1, not at 0.",
            {"_zeros(params)": "[np.ones_like(p) for p in params]"},
            rules.STEP,
        ),
    ),
)
add_rule(ADAGRAD, rules.ADAGRAD, but=("uphill",))
add_rule(RMSPROP, rules.RMSPROP, but=("uphill",))
add_rule(ADADELTA, rules.ADADELTA, but=("uphill", "small_number_below_only"))
add_rule(ADAM, (*rules.ADAM, *rules.AVERAGES, *rules.SQUARES), but=("uphill", "squares_from_1"))
for function in (ADAMAX, NADAM, AMSGRAD):
    # Nadam's gradient enters its step beside the average, with a weight of its own.
    add_rule(function, rules.AVERAGES, but=("uphill",))
for function in (NADAM, AMSGRAD):
    add_rule(function, rules.SQUARES)

LARGEST, BELOW = "np.maximum(self.beta_2 * u, np.abs(g) + self.epsilon)", "* u)"
add(
    ADAMAX,
    (
        Change(
            "keras",
            "This is Keras' AdaMax: the small number is added in the denominator.",
            {" + self.epsilon)": ")", BELOW: "* (u + self.epsilon))"},
            "Is the small number inside the maximum, by the text, or outside?",
        ),
        Change(
            "no_small_number",
            "The small number is missing.",
            {" + self.epsilon)": ")"},
            "What if a slope is 0 from the start?",
        ),
        Change(
            "small_number_on_the_maximum",
            "The small number is added to the maximum, and is remembered with it.",
            {LARGEST: "np.maximum(self.beta_2 * u, np.abs(g)) + self.epsilon"},
            "Is the small number inside the maximum, by the text, or outside?",
        ),
        Change(
            "small_number_in_the_other_place",
            "The small number is added to what is remembered, not to the slope.",
            {LARGEST: "np.maximum(self.beta_2 * u + self.epsilon, np.abs(g))"},
            "To which of the two is the small number added, by the text?",
        ),
        Change(
            "no_decay",
            "The largest slope is never forgotten.",
            {"self.beta_2 * u": "u"},
            "Where does beta_2 enter your rule?",
        ),
        Change(
            "no_memory_of_the_largest",
            "The step is divided by the present slope, not by the largest recent one.",
            {LARGEST: "np.abs(g) + self.epsilon"},
            rules.MEMORY,
        ),
        Change(
            "signs_kept",
            "The maximum is taken of the gradients with their signs.",
            {"np.abs(g)": "g"},
            "Is -5 a small slope?",
        ),
        Change(
            "squares",
            "The maximum is taken of the squares.",
            {"np.abs(g)": "g**2"},
            "What is the maximum taken of?",
        ),
        Change(
            "root",
            "The step is divided by the root of the maximum.",
            {BELOW: "* np.sqrt(u))"},
            "Is there a root in the formula?",
        ),
        Change(
            "sum",
            "The two are added; by the text, the larger is taken.",
            {LARGEST: "self.beta_2 * u + np.abs(g) + self.epsilon"},
            "What does the measure look like after one steep step?",
        ),
        Change(
            "adam",
            "The squares are averaged and corrected, as in Adam.",
            {
                LARGEST: "self.beta_2 * u + (1.0 - self.beta_2) * g**2",
                BELOW: "* (np.sqrt(u / (1.0 - self.beta_2**self.t)) + self.epsilon))",
            },
            "What do the two rules divide by?",
        ),
        Change(
            "largest_corrected",
            "The largest slope is corrected for its start, as an average is.",
            {BELOW: "* u / (1.0 - self.beta_2**self.t))"},
            "Which of the two has a correction in the formula?",
        ),
        Change(
            "not_corrected",
            "The average of the gradients is not corrected.",
            {"(1.0 - self.beta_1**self.t) * u": "1.0 * u"},
            TURN,
        ),
        Change(
            "correction_multiplied",
            "The average is multiplied with its correction, not divided by it.",
            {"* m / ((1.0 - self.beta_1**self.t) * u)": "* m * (1.0 - self.beta_1**self.t) / u"},
            TURN,
        ),
        Change(
            "one_for_all_entries",
            "All entries share one largest slope.",
            {"np.abs(g)": "np.max(np.abs(g))"},
            "Is the step of one entry shortened by the slope of another?",
        ),
        Change(
            "largest_from_1",
            "The largest slope starts at 1, not at 0.",
            {"_zeros(params), _zeros(params)": "_zeros(params), [np.ones_like(p) for p in params]"},
            START,
        ),
    ),
)

NOW, AHEAD = "(1.0 - self.beta_1) * g / now", "self.beta_1 * m / ahead"
FACTORS = "now, ahead = 1.0 - self.beta_1**self.t, 1.0 - self.beta_1 ** (self.t + 1)"


def schedule(base: str) -> str:
    """Nadam's factors with a beta_1 that grows: mu of the step t is made by `base`."""
    return (
        f"mu = [{base} for t in range(1, self.t + 2)]\n        "
        "now = 1.0 - np.prod(mu[:-1])\n        "
        "ahead = 1.0 - np.prod(mu)"
    )


add(
    NADAM,
    (
        Change(
            "torch",
            "This is torch's Nadam, in which beta_1 grows with the steps.",
            {
                FACTORS: schedule("self.beta_1 * (1.0 - 0.5 * 0.96 ** (0.004 * t))"),
                NOW: "(1.0 - mu[-2]) * g / now",
                AHEAD: "mu[-1] * m / ahead",
            },
            "Is beta_1 the same in every step, by the text?",
        ),
        Change(
            "keras",
            "This is Keras' Nadam, in which beta_1 grows with the steps.",
            {
                FACTORS: schedule("self.beta_1 * (1.0 - 0.5 * 0.96**t)"),
                NOW: "(1.0 - mu[-2]) * g / now",
                AHEAD: "mu[-1] * m / ahead",
            },
            "Is beta_1 the same in every step, by the text?",
        ),
        Change(
            "adam",
            "The step is that of Adam, which does not look ahead.",
            {f"{NOW} + {AHEAD}": "m / now"},
            "Which two terms does the step have?",
        ),
        Change(
            "same_power",
            "Both terms of the step are corrected with the same power.",
            {AHEAD: "self.beta_1 * m / now"},
            "Which of the two terms belongs to the next step?",
        ),
        Change(
            "later_power_for_both",
            "Both terms of the step are corrected with the power of the next step.",
            {NOW: "(1.0 - self.beta_1) * g / ahead"},
            "Which of the two terms belongs to the next step?",
        ),
        Change(
            "powers_swapped",
            "The two terms of the step have each other's correction.",
            {NOW: "(1.0 - self.beta_1) * g / ahead", AHEAD: "self.beta_1 * m / now"},
            "Which of the two terms belongs to the next step?",
        ),
        Change(
            "no_gradient_in_the_step",
            "The gradient's own term is missing in the step.",
            {f"{NOW} + ": ""},
            "Which two terms does the step have?",
        ),
        Change(
            "no_average_in_the_step",
            "The average's term is missing in the step.",
            {f" + {AHEAD}": ""},
            "Which two terms does the step have?",
        ),
        Change(
            "gradient_not_weighed",
            "The gradient's term of the step is not weighed with 1 - beta_1.",
            {NOW: "g / now"},
            "What is the weight of the gradient in the step?",
        ),
        Change(
            "average_not_weighed",
            "The average's term of the step is not weighed with beta_1.",
            {AHEAD: "m / ahead"},
            "What is the weight of the average in the step?",
        ),
        Change(
            "weights_of_the_step_swapped",
            "In the step, the gradient is weighed with beta_1 and the average with 1 - beta_1.",
            {NOW: "self.beta_1 * g / now", AHEAD: "(1.0 - self.beta_1) * m / ahead"},
            "Which of the two terms weighs more?",
        ),
        Change(
            "gradient_not_corrected",
            "The gradient's term of the step is not corrected.",
            {NOW: "(1.0 - self.beta_1) * g"},
            TURN,
        ),
        Change(
            "average_not_corrected",
            "The average's term of the step is not corrected.",
            {AHEAD: "self.beta_1 * m"},
            TURN,
        ),
        Change(
            "neither_corrected",
            "Neither of the two terms of the step is corrected.",
            {NOW: "(1.0 - self.beta_1) * g", AHEAD: "self.beta_1 * m"},
            TURN,
        ),
        Change(
            "squares_not_corrected",
            "The average of the squares is not corrected.",
            {"v / (1.0 - self.beta_2**self.t)": "v"},
            TURN,
        ),
        Change(
            "keras_small_number",
            "The small number is added to the uncorrected root.",
            {
                "(np.sqrt(v_hat) + self.epsilon)": (
                    "(np.sqrt(v) + self.epsilon) * np.sqrt(1.0 - self.beta_2**self.t)"
                )
            },
            "Which root is the small number added to: before the correction, or after it?",
        ),
    ),
)

LARGER = "u[...] = np.maximum(u, v)"
VARIANCE = in_class(rules.VARIANCE)
U_HAT, M_HAT = "u_hat = u / (1.0 - self.beta_2**self.t)", "m_hat = m / (1.0 - self.beta_1**self.t)"
add(
    AMSGRAD,
    (
        Change(
            "optax",
            "This is optax' AMSGrad: the maximum is taken of the corrected average.",
            {
                LARGER: "u[...] = np.maximum(u, v / (1.0 - self.beta_2**self.t))",
                U_HAT: "u_hat = u",
            },
            "Which comes first, the maximum or the correction?",
        ),
        Change(
            "paper",
            "This is the paper's AMSGrad: neither of the averages is corrected.",
            {M_HAT: "m_hat = m", U_HAT: "u_hat = u"},
            TURN,
        ),
        Change(
            "keras",
            "This is Keras' AMSGrad: the small number is added to the uncorrected root.",
            {
                "(np.sqrt(u_hat) + self.epsilon)": (
                    "(np.sqrt(u) + self.epsilon) * np.sqrt(1.0 - self.beta_2**self.t)"
                )
            },
            "Which root is the small number added to: before the correction, or after it?",
        ),
        Change(
            "adam",
            "The step is that of Adam: the maximum has no memory.",
            {LARGER: "u[...] = v"},
            "What happens to the measure when the slopes get small?",
        ),
        Change(
            "smallest",
            "The smaller of the two is taken, not the larger.",
            {"np.maximum": "np.minimum"},
            "What happens to the measure after one steep step?",
        ),
        Change(
            "maximum_in_the_average",
            "The maximum is remembered as the average of the squares.",
            {LARGER: f"{LARGER}\n            v[...] = u"},
            "Which v goes into the next average?",
        ),
        Change(
            "maximum_of_squares",
            "The maximum is taken of the squares, not of their average.",
            {LARGER: "u[...] = np.maximum(u, g**2)"},
            "What is the maximum taken of?",
        ),
        Change(
            "maximum_of_everything",
            "All entries share one maximum.",
            {LARGER: "u[...] = np.maximum(u, np.max(v))"},
            "Is the step of one entry shortened by the slope of another?",
        ),
        Change(
            "maximum_before_the_average",
            "The maximum is taken before the average knows of the present gradient.",
            {
                f"{VARIANCE}\n            {LARGER}": f"{LARGER}\n            {VARIANCE}",
            },
            "Which comes first, the average or the maximum?",
        ),
        Change(
            "gradients_not_corrected",
            "The average of the gradients is not corrected.",
            {M_HAT: "m_hat = m"},
            TURN,
        ),
        Change(
            "squares_not_corrected",
            "The maximum is not corrected.",
            {U_HAT: "u_hat = u"},
            TURN,
        ),
        Change(
            "no_root",
            "The step is divided by the maximum, not by its root.",
            {"np.sqrt(u_hat)": "u_hat"},
            rules.STEP,
        ),
    ),
)

for function, v_hat in ((NADAM, "v_hat"), (AMSGRAD, "u_hat")):
    below = f"(np.sqrt({v_hat}) + self.epsilon)"
    add(
        function,
        (
            Change(
                "in_the_root",
                "The small number is added within the root.",
                {below: f"np.sqrt({v_hat} + self.epsilon)"},
                ROOT,
            ),
            Change(
                "no_small_number",
                "The small number in the denominator is missing.",
                {below: f"np.sqrt({v_hat})"},
                "What if a slope is 0 from the start?",
            ),
        ),
    )

# What counts the steps.

COUNT = "What counts the steps, and where does it begin?"
ONCE = Change(
    "t_for_each_array",
    "The steps are counted once for each array.",
    {"self.t += 1": "pass", "m[...] = ": "self.t += 1\n            m[...] = "},
    "Is t the number of steps, if there are two arrays?",
)
for function in (ADAM, ADAMAX, AMSGRAD):
    add(function, (ONCE,))
for function in (ADAMAX, NADAM, AMSGRAD):
    add(
        function,
        (
            Change(
                "later_power",
                "The corrections begin one step too late: t is 2 in the first step.",
                {"self.t = 0": "self.t = 1"},
                COUNT,
            ),
            Change(
                "t_from_0",
                "The corrections begin with t = 0.",
                {"self.t = 0": "self.t = -1"},
                COUNT,
            ),
            Change(
                "t_stays_1",
                "The steps are not counted: t is 1 in every step.",
                {"self.t += 1": "self.t = 1"},
                COUNT,
            ),
            Change("t_twice", "Each step is counted twice.", {"self.t += 1": "self.t += 2"}, COUNT),
        ),
    )

# The arrays.

ALL = (SGD, MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, ADADELTA, ADAM, ADAMAX, NADAM, AMSGRAD)
INIT, RETURN = "super().__init__(params)", "return self.params"
ARRAYS = (
    Change(
        "not_in_place",
        "The step makes new arrays and does not keep them.",
        {"p -= ": "p = p - "},
        "What does p = p - … do to the array that p named before?",
    ),
    Change(
        "copies",
        "The optimizer changes copies of the arrays that it was given.",
        {INIT: "super().__init__([p.copy() for p in params])"},
        "Which arrays does the caller look at?",
    ),
    Change(
        "returns_nothing",
        "The step returns nothing.",
        {RETURN: "return None"},
        "What does step return, by the text?",
    ),
    Change(
        "returns_one",
        "The step returns the first array, not the list.",
        {RETURN: "return self.params[0]"},
        "What does step return, by the text?",
    ),
    Change(
        "returns_gradients",
        "The step returns the gradients.",
        {RETURN: "return list(grads)"},
        "What does step return, by the text?",
    ),
    Change(
        "gradients_changed",
        "The step changes the gradients that it is given.",
        {RETURN: f"for g in grads:\n            g *= self.learning_rate\n        {RETURN}"},
        "Are the caller's gradients what they were after the step?",
    ),
    Change(
        "first_array_only",
        "Only the first array is changed.",
        {"self.params, grads": "self.params[:1], grads", "strict=True": "strict=False"},
        "How far is the return indented?",
    ),
    Change("uphill", "The step goes uphill.", {"p -= ": "p += "}, SIGN),
    Change(
        "own_rate",
        "The learning rate is always 0.01.",
        {"= learning_rate": "= 0.01"},
        "Where does the learning rate enter your class?",
    ),
    Change(
        "half_a_step",
        "The step is taken by half.",
        {"p -= ": "p -= 0.5 * "},
        "Which factors does the formula have?",
    ),
    Change(
        "step_twice",
        "The step is taken twice.",
        {
            RETURN: (
                "return self.params\n\n    _step = step\n\n    def step(self, grads):\n"
                "        self._step(grads)\n        return self._step(grads)"
            )
        },
        "How often is each parameter changed in one step?",
    ),
)
for function in ALL:
    add(function, ARRAYS)

# The memory.

TWO = "_zeros(params), _zeros(params)"
MEMORIES = {
    MOMENTUM: "self.v = _zeros(params)",
    NESTEROV: "self.v = _zeros(params)",
    ADAGRAD: "self.G = _zeros(params)",
    RMSPROP: "self.v = _zeros(params)",
    ADADELTA: f"self.E, self.U = {TWO}",
    ADAM: f"self.m, self.v = {TWO}",
    ADAMAX: f"self.m, self.u = {TWO}",
    NADAM: f"self.m, self.v = {TWO}",
    AMSGRAD: f"self.m, self.v, self.u = {TWO}, _zeros(params)",
}
for function, memory in MEMORIES.items():
    names, _, zeros = memory.partition(" = ")
    again = memory.replace("params", "self.params")
    add(
        function,
        (
            Change(
                "shared_memory",
                "All optimizers of the class share one memory.",
                {
                    memory: (
                        "made = type(self)\n        "
                        f"made.kept = getattr(made, 'kept', None) or ({zeros})\n        "
                        f"{names} = made.kept"
                    )
                },
                "Whose memory is it: the class's, the module's or the object's?",
            ),
        ),
    )
    if "," in names:
        add(
            function,
            (
                Change(
                    "memory_lost",
                    "All that is remembered begins again in each step.",
                    {"        for p, g": f"        {again}\n        for p, g"},
                    rules.MEMORY,
                ),
            ),
        )

# Numbers that are written into the class, and defaults.

DEFAULT = "What do the defaults in your signature say?"
NUMBERS: dict[str, dict[str, tuple[str, ...]]] = {
    MOMENTUM: {"gamma": ("0.9", "0.5", "0.99")},
    NESTEROV: {"gamma": ("0.9", "0.5", "0.99")},
    ADAGRAD: {"epsilon": ("1e-8", "1e-10", "1e-7")},
    RMSPROP: {"beta": ("0.9", "0.99", "0.999"), "epsilon": ("1e-8", "1e-7", "1e-10")},
    ADADELTA: {"rho": ("0.9", "0.95"), "epsilon": ("1e-6", "1e-8", "1e-7")},
    **{
        function: {
            "beta_1": ("0.9", "0.99"),
            "beta_2": ("0.999", "0.99", "0.9"),
            "epsilon": ("1e-8", "1e-7", "1e-10"),
        }
        for function in (ADAM, ADAMAX, NADAM, AMSGRAD)
    },
}
for function, numbers in NUMBERS.items():
    for parameter, (ours, *others) in numbers.items():
        add(
            function,
            (
                Change(
                    f"own_{parameter}",
                    f"The class always takes {ours} for {parameter}.",
                    {INIT: f"{INIT}\n        {parameter} = {ours}"},
                    f"Where does {parameter} enter your class?",
                ),
                *(
                    Change(
                        f"default_{parameter}_{other}".replace(".", "_").replace("-", "_"),
                        f"Without an argument, {parameter} is {other}.",
                        {f"{parameter}: float = {ours}": f"{parameter}: float = {other}"},
                        DEFAULT,
                    )
                    for other in others
                ),
            ),
        )
for other in ("0.001", "0.01", "0.1"):
    variants.mistake(
        ADADELTA,
        f"default_learning_rate_{other}".replace(".", "_"),
        says=f"Without an argument, the learning rate is {other}.",
        hint=DEFAULT,
        source={"learning_rate: float = 1.0": f"learning_rate: float = {other}"},
    )

# The base class.

UNWRITTEN = 'raise NotImplementedError("Optimizer.step: each rule has its own")'
add(
    BASE,
    (
        Change(
            "silent",
            "The step of the base class returns, as if it had a rule.",
            {UNWRITTEN: RETURN},
            "Which rule does the base class have?",
        ),
        Change(
            "returns_nothing",
            "The step of the base class does nothing, and returns nothing.",
            {UNWRITTEN: "return None"},
            "Which rule does the base class have?",
        ),
        Change(
            "returned_exception",
            "The step of the base class returns what it should raise.",
            {UNWRITTEN: "return NotImplemented"},
            "What is the difference between returning an exception and raising it?",
        ),
        Change(
            "plain_step",
            "The step of the base class is a plain step.",
            {
                UNWRITTEN: (
                    "for p, g in zip(self.params, grads):\n            p -= g\n"
                    "        return self.params"
                )
            },
            "Which rule does the base class have?",
        ),
        Change(
            "another_exception",
            "The step of the base class raises another exception.",
            {"raise NotImplementedError(": "raise TypeError("},
            "Which exception does the text name?",
        ),
        Change(
            "parameters_return_nothing",
            "The method parameters returns nothing.",
            {"return self.params": "return None"},
            "What does parameters return, by the text?",
        ),
        Change(
            "parameters_return_one",
            "The method parameters returns the first array, not the list.",
            {"return self.params": "return self.params[0]"},
            "What does parameters return, by the text?",
        ),
        Change(
            "no_params",
            "The attribute params is missing.",
            {"self.params": "self._params"},
            "Under which name are the arrays kept, by the text?",
        ),
        Change(
            "no_arrays",
            "The arrays are not kept.",
            {"list(params)": "[]"},
            "What is in params after an optimizer was made?",
        ),
        Change(
            "first_only",
            "Only the first array is kept.",
            {"list(params)": "list(params)[:1]"},
            "How many arrays may there be?",
        ),
        Change(
            "in_a_list",
            "The list of arrays is kept within another list.",
            {"list(params)": "[list(params)]"},
            "What is params: a list of arrays, or a list of lists?",
        ),
    ),
)

# The loop.

TEST, TAKEN = "np.max(np.abs(g)) < epsilon", "(x,) = optimizer.step([g])"
BREAK, APPENDED = f"        if {TEST}:\n            break\n", "path.append(x.copy())"
THRESHOLD = "Which number is compared with epsilon, of which point, and when?"
COPIES = "Are these copies, or one array that was stored again and again?"
add(
    LOOP,
    (
        Change(
            "norm",
            "The norm of the gradient is compared with epsilon, not its largest entry.",
            {TEST: "np.linalg.norm(g) < epsilon"},
            THRESHOLD,
        ),
        Change(
            "mean_size",
            "The mean size of the gradient's entries is compared with epsilon.",
            {TEST: "np.mean(np.abs(g)) < epsilon"},
            THRESHOLD,
        ),
        Change(
            "sum_of_sizes",
            "The sum of the sizes of the gradient's entries is compared with epsilon.",
            {TEST: "np.sum(np.abs(g)) < epsilon"},
            THRESHOLD,
        ),
        Change(
            "squared_norm",
            "The sum of squares of the gradient is compared with epsilon.",
            {TEST: "np.sum(g**2) < epsilon"},
            THRESHOLD,
        ),
        Change(
            "signs_kept",
            "A large negative entry of the gradient counts as small.",
            {TEST: "np.max(g) < epsilon"},
            "Is -5 smaller than epsilon, and is it a small slope?",
        ),
        Change(
            "any_entry",
            "The function stops as soon as one entry of the gradient is small.",
            {TEST: "np.min(np.abs(g)) < epsilon"},
            THRESHOLD,
        ),
        Change(
            "never",
            "The function never stops before the last iteration.",
            {TEST: "False"},
            "Where does epsilon enter your function?",
        ),
        Change(
            "own_threshold",
            "The gradient is compared with 1e-8, whatever epsilon says.",
            {TEST: "np.max(np.abs(g)) < 1e-8"},
            "Where does epsilon enter your function?",
        ),
        Change(
            "after_the_step",
            "The gradient is compared with epsilon after the step was taken with it.",
            {BREAK: "", APPENDED: f"{APPENDED}\n{BREAK.rstrip()}"},
            "Is the step from a stationary point in the path?",
        ),
        Change(
            "size_of_the_step",
            "The function stops when a step was small, not when the gradient is.",
            {
                BREAK: "",
                APPENDED: (
                    f"{APPENDED}\n        if np.max(np.abs(path[-1] - path[-2])) < epsilon:\n"
                    "            break"
                ),
            },
            THRESHOLD,
        ),
        Change(
            "the_other_way_round",
            "The function stops where the gradient is large.",
            {TEST: "np.max(np.abs(g)) > epsilon"},
            THRESHOLD,
        ),
        Change(
            "one_step_too_many",
            "There is one step too many.",
            {"range(iterations)": "range(iterations + 1)"},
            "How many points has the path, by the text?",
        ),
        Change(
            "one_step_too_few",
            "There is one step too few.",
            {"range(iterations)": "range(iterations - 1)"},
            "How many points has the path, by the text?",
        ),
        Change(
            "start_left_out",
            "The path begins with the first step, without the start.",
            {"return path": "return path[1:]"},
            "What is in the path before the loop?",
        ),
        Change(
            "end_left_out",
            "The last point is missing in the path.",
            {"return path": "return path[:-1]"},
            "Is each point kept before the step from it or after the step to it?",
        ),
        Change(
            "start_twice",
            "The start is in the path twice.",
            {"return path": "return [path[0], *path]"},
            "What is in the path before the loop, and what is added first?",
        ),
        Change(
            "end_only",
            "Only the last point is returned, not the path.",
            {"return path": "return path[-1]"},
            "What does the function return, by the text?",
        ),
        Change(
            "one_array",
            "All points of the path are one array, which moves on.",
            {"return path": "return [path[-1].copy() for _ in path]"},
            COPIES,
        ),
        Change(
            "one_array_after_the_start",
            "All points after the start are one array, which moves on.",
            {"return path": "return path[:1] + [path[-1].copy() for _ in path[1:]]"},
            COPIES,
        ),
        Change(
            "start_moves_on",
            "The first point of the path moves on with the last.",
            {"return path": "return [path[-1].copy(), *path[1:]]"},
            "Is the first point a copy of the start?",
        ),
        Change(
            "lists_of_arrays",
            "Each point of the path is a list with an array in it.",
            {"return path": "return [[p] for p in path]"},
            "What is in the list that parameters returns, and what in the path?",
        ),
        Change(
            "own_rule",
            "The step is a plain one of the function's own; the optimizer is not asked.",
            {TAKEN: "x -= getattr(optimizer, 'learning_rate', 0.01) * g"},
            "What does the optimizer do in your loop?",
        ),
        Change(
            "gradient_of_the_start",
            "The gradient is that of the start in every step.",
            {"df(path[-1])": "df(path[0])"},
            "At which point is the slope of the second step?",
        ),
        Change(
            "uphill",
            "The optimizer is given the gradient with the wrong sign.",
            {"step([g])": "step([-g])"},
            SIGN,
        ),
        Change(
            "two_steps",
            "The optimizer is stepped twice in each turn.",
            {TAKEN: f"optimizer.step([g])\n        {TAKEN}"},
            "How often is step called in each turn?",
        ),
        Change(
            "no_list",
            "The optimizer is given an array, not a list with one in it.",
            {"step([g])": "step(g)"},
            "What does step expect?",
        ),
        Change(
            "default_iterations",
            "Without an argument, there is another number of iterations than in the text.",
            {"return path": "return path\n\n\ngradient_descent_with.__defaults__ = (1000, 1e-8)"},
            "What do the defaults in your signature say?",
        ),
        Change(
            "default_epsilon",
            "Without an argument, epsilon is larger than in the text.",
            {"return path": "return path\n\n\ngradient_descent_with.__defaults__ = (100, 1e-6)"},
            "What do the defaults in your signature say?",
        ),
        Change(
            "default_epsilon_too_small",
            "Without an argument, epsilon is smaller than in the text.",
            {"return path": "return path\n\n\ngradient_descent_with.__defaults__ = (100, 1e-10)"},
            "What do the defaults in your signature say?",
        ),
    ),
)
