"""Variants of the rules that the functions of `descent` and the classes of `optimizers` share.

Each is written for the function; `in_class` puts it into the words of the class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

Source = Mapping[str, str]


class Change(Struct, frozen=True):
    """What is changed in the text of a rule, and what is said about it."""

    name: str
    says: str
    source: Source
    hint: str = ""


WORDS = {
    r"\bbeta_1\b": "self.beta_1",
    r"\bbeta_2\b": "self.beta_2",
    r"\bbeta\b": "self.beta",
    r"\bgamma\b": "self.gamma",
    r"\brho\b": "self.rho",
    r"\balpha\b": "self.learning_rate",
    r"\b1e-[68]\b": "self.epsilon",
    r"\bt\b": "self.t",
    r"^\bG = G \+ ": "G += ",
    r"\b([mvuGEU]) = (?!np\.(zeros|ones|full)_like\(path)": r"\1[...] = ",
    r"path\.append\(x - (.*)\)$": r"p -= \1",
    r"path\.append\(x \+ (.*)\)$": r"p += \1",
    r"\bpath\[0\]": "p",
    r"^(self\.)?([mvuGEU]) = np\.": r"self.\2 = np.",
    r"np\.zeros_like\(p\)": "_zeros(params)",
    r"np\.ones_like\(p\)": "[np.ones_like(p) for p in params]",
    r"np\.full_like\(p, (\S+)\)": r"[np.full_like(p, \1) for p in params]",
    r"\n        ": "\n            ",
}


def in_class(text: str) -> str:
    """Text of a function of `descent` as it stands in the class of the same rule."""
    for pattern, word in WORDS.items():
        text = re.sub(pattern, word, text, flags=re.MULTILINE)
    return text


def in_classes(source: Source) -> dict[str, str]:
    """A change of a function, as a change of the class."""
    changed = {in_class(old): in_class(new) for old, new in source.items()}
    if any("len(path)" in new for new in changed.values()):
        # A path counts the steps by itself, a class does not.
        changed = {old: new.replace("len(path)", "self.t") for old, new in changed.items()}
        changed["super().__init__(params)"] = "super().__init__(params)\n        self.t = 0"
        changed["        for p, g"] = "        self.t += 1\n        for p, g"
    return changed


FROM_0, FROM_1 = "np.zeros_like(path[0])", "np.ones_like(path[0])"
FROM_A_TENTH = "np.full_like(path[0], 0.1)"
STEP, START, ROOT = (
    "What is the size of the first step, by the formula?",
    "Which start does the text use?",
    "Where does the text add the small number: to the root, or within it?",
)
MEMORY, SIGN = "What survives to the next turn?", "Which way is downhill?"

# Momentum.

V = "v = gamma * v + alpha * g"
MOVE = "path.append(x - v)"
MOMENTUM: tuple[Change, ...] = (
    Change(
        "average",
        "The velocity is an average of gradients: the gradient is weighed with 1 - gamma.",
        {V: "v = gamma * v + (1.0 - gamma) * alpha * g"},
        "What is the first step, by the formula: all of the plain step, or a part of it?",
    ),
    Change(
        "corrected_average",
        "The velocity is an average of gradients, corrected for its start as Adam's is.",
        {
            V: "v = gamma * v + (1.0 - gamma) * alpha * g",
            MOVE: "path.append(x - v / (1.0 - gamma ** len(path)))",
        },
        "Is there a correction in the formula?",
    ),
    Change(
        "weights_swapped",
        "The velocity is weighed with 1 - gamma and the gradient with gamma.",
        {V: "v = (1.0 - gamma) * v + gamma * alpha * g"},
        "How much of the last step remains?",
    ),
    Change(
        "no_memory", "The velocity begins again at 0 in each turn.", {V: "v = alpha * g"}, MEMORY
    ),
    Change(
        "no_decay",
        "All of the velocity remains, whatever gamma says.",
        {V: "v = v + alpha * g"},
        "How much of the last step remains?",
    ),
    Change(
        "memory_subtracted",
        "The last velocity is subtracted, not added.",
        {V: "v = alpha * g - gamma * v"},
        "Does momentum speed a steady walk up or slow it down?",
    ),
    Change("uphill", "The step goes uphill.", {MOVE: "path.append(x + v)"}, SIGN),
    Change(
        "rate_missing",
        "The gradient is not multiplied with the learning rate.",
        {V: "v = gamma * v + g"},
        "How far does the first step lead?",
    ),
    Change(
        "rate_twice",
        "The gradient is multiplied with the learning rate twice.",
        {MOVE: "path.append(x - alpha * v)"},
        "In how many places does the learning rate stand in the formula?",
    ),
    Change(
        "rate_on_the_memory",
        "The learning rate shrinks the remembered velocity in every step.",
        {V: "v = alpha * (gamma * v + g)"},
        "Which terms does the learning rate multiply?",
    ),
    Change(
        "nesterov",
        "The step is that of Nesterov's momentum, as torch writes it.",
        {MOVE: "path.append(x - (gamma * v + alpha * g))"},
        "Which of the two rules looks ahead?",
    ),
    Change(
        "step_beside_the_velocity",
        "The plain step is taken beside the velocity, which holds it already.",
        {MOVE: "path.append(x - (v + alpha * g))"},
        "How often does the gradient enter a step?",
    ),
    Change(
        "last_velocity",
        "The step is taken with the velocity of the turn before.",
        {
            f"{V}\n        {MOVE}": (
                "w = 1.0 * v\n        v = gamma * v + alpha * g\n        path.append(x - w)"
            )
        },
        "Which comes first, the new velocity or the step?",
    ),
    Change(
        "gamma_on_the_step",
        "The new velocity is multiplied with gamma once more when the step is taken.",
        {MOVE: "path.append(x - gamma * v)"},
        "What is subtracted from x, by the formula?",
    ),
    Change("from_1", "The velocity starts at 1, not at 0.", {FROM_0: FROM_1}, STEP),
    Change(
        "sign_of_the_gradient",
        "Only the sign of the gradient counts.",
        {V: "v = gamma * v + alpha * np.sign(g)"},
        "Does a steep slope lead further than a gentle one?",
    ),
)

# Adagrad.

G, G_ROOT = "G = G + g**2", "(np.sqrt(G) + 1e-8)"
G_BOTH = "path.append(x - alpha * g / (np.sqrt(G) + 1e-8))"
BOOK_START = "The accumulator starts at 1, as in the book's program; the text starts it at 0."
ADAGRAD_CONVENTIONS = (Change("from_1", BOOK_START, {FROM_0: FROM_1}),)
ADAGRAD: tuple[Change, ...] = (
    Change(
        "keras",
        "This is Keras' and optax' Adagrad: it starts at 0.1, with its small number in the root.",
        {FROM_0: FROM_A_TENTH, G_ROOT: "np.sqrt(G + 1e-8)"},
        START,
    ),
    Change(
        "from_a_tenth", "The accumulator starts at 0.1, not at 0.", {FROM_0: FROM_A_TENTH}, START
    ),
    Change(
        "last_square",
        "Only the last square is kept, not the sum of all.",
        {G: "G = 0.0 * G + g**2"},
        MEMORY,
    ),
    Change(
        "no_square",
        "The absolute values are summed up, not the squares.",
        {G: "G = G + np.abs(g)"},
        "What is summed up in the formula?",
    ),
    Change(
        "signed_sum",
        "The gradients are summed up before the square is taken.",
        {G: "G = G + g", "np.sqrt(G)": "np.abs(G)"},
        "Which comes first in the formula, the square or the sum?",
    ),
    Change(
        "no_root", "The step is divided by the sum, not by its root.", {"np.sqrt(G)": "G"}, STEP
    ),
    Change(
        "mean_of_squares",
        "The squares are averaged over the steps, not summed up.",
        {"np.sqrt(G)": "np.sqrt(G / len(path))"},
        "Do the steps get shorter when the slope stays the same?",
    ),
    Change(
        "moving_average",
        "The squares are averaged with a decay of 0.9, as RMSprop has it.",
        {G: "G = 0.9 * G + 0.1 * g**2"},
        "What does the accumulator forget, by the formula?",
    ),
    Change(
        "one_for_all_entries",
        "All entries share one sum of squares.",
        {G: "G = G + np.sum(g**2)"},
        "Is the step of one entry shortened by the slope of another?",
    ),
    Change(
        "added_late",
        "The square of the gradient is added after the step.",
        {
            f"{G}\n        {G_BOTH}": (
                "K = G + 0.0\n        G = G + g**2\n        "
                "path.append(x - alpha * g / (np.sqrt(K) + 1e-8))"
            )
        },
        "Which comes first, the sum or the step?",
    ),
    Change(
        "in_the_root",
        "The small number is added within the root.",
        {G_ROOT: "np.sqrt(G + 1e-8)"},
        ROOT,
    ),
    Change(
        "no_small_number",
        "The small number in the denominator is missing.",
        {G_ROOT: "np.sqrt(G)"},
        "What if a slope is 0 from the start?",
    ),
    Change(
        "multiplied",
        "The step is multiplied with the root, not divided by it.",
        {f"/ {G_ROOT}": f"* {G_ROOT}"},
        "Should a steep slope have longer steps or shorter ones?",
    ),
    Change("uphill", "The step goes uphill.", {G_BOTH: G_BOTH.replace("x -", "x +")}, SIGN),
    Change(
        "rate_missing",
        "The learning rate is missing.",
        {"alpha * g / ": "g / "},
        "How far does the first step lead?",
    ),
    Change(
        "no_adaptation",
        "The step is that of plain descent.",
        {f" / {G_ROOT}": ""},
        "Where does the sum of squares enter the step?",
    ),
)

# RMSprop.

AVERAGE, V_ROOT = "v = beta * v + (1.0 - beta) * g**2", "(np.sqrt(v) + 1e-8)"
V_BOTH = "path.append(x - alpha * g / (np.sqrt(v) + 1e-8))"
RMSPROP_CONVENTIONS = (Change("from_1", BOOK_START, {FROM_0: FROM_1}),)
RMSPROP: tuple[Change, ...] = (
    Change(
        "in_the_root",
        "The small number is added within the root, as in Keras and optax.",
        {V_ROOT: "np.sqrt(v + 1e-8)"},
        ROOT,
    ),
    Change(
        "weights_swapped",
        "The average is weighed with 1 - beta and the new square with beta.",
        {AVERAGE: "v = (1.0 - beta) * v + beta * g**2"},
        "How much of the average remains?",
    ),
    Change(
        "no_weight",
        "The new square is not weighed with 1 - beta.",
        {AVERAGE: "v = beta * v + g**2"},
        "Do the weights of an average sum to 1?",
    ),
    Change(
        "no_decay",
        "The average does not forget: it has no factor beta.",
        {AVERAGE: "v = v + (1.0 - beta) * g**2"},
        "Do the weights of an average sum to 1?",
    ),
    Change(
        "adagrad",
        "This is Adagrad: the squares are summed up, not averaged.",
        {AVERAGE: "v = v + g**2"},
        "Where does beta enter your rule?",
    ),
    Change(
        "no_memory",
        "The average begins again in each turn.",
        {AVERAGE: "v = (1.0 - beta) * g**2"},
        MEMORY,
    ),
    Change("last_square", "Only the last square is kept.", {AVERAGE: "v = 0.0 * v + g**2"}, MEMORY),
    Change(
        "no_square",
        "The absolute values are averaged, not the squares.",
        {AVERAGE: "v = beta * v + (1.0 - beta) * np.abs(g)"},
        "What is averaged in the formula?",
    ),
    Change(
        "square_of_the_average",
        "The gradients are averaged before the square is taken.",
        {AVERAGE: "v = beta * v + (1.0 - beta) * g", "np.sqrt(v)": "np.abs(v)"},
        "Which comes first in the formula, the square or the average?",
    ),
    Change(
        "no_root", "The step is divided by the average, not by its root.", {"np.sqrt(v)": "v"}, STEP
    ),
    Change(
        "corrected",
        "The average is corrected for its start, as Adam's is.",
        {"np.sqrt(v)": "np.sqrt(v / (1.0 - beta ** len(path)))"},
        "Is there a correction in the formula?",
    ),
    Change(
        "one_for_all_entries",
        "All entries share one average.",
        {AVERAGE: "v = beta * v + (1.0 - beta) * np.sum(g**2)"},
        "Is the step of one entry shortened by the slope of another?",
    ),
    Change(
        "added_late",
        "The square of the gradient enters the average after the step.",
        {
            f"{AVERAGE}\n        {V_BOTH}": (
                f"K = v + 0.0\n        {AVERAGE}\n        "
                "path.append(x - alpha * g / (np.sqrt(K) + 1e-8))"
            )
        },
        "Which comes first, the average or the step?",
    ),
    Change(
        "no_small_number",
        "The small number in the denominator is missing.",
        {V_ROOT: "np.sqrt(v)"},
        "What if a slope is 0 from the start?",
    ),
    Change("from_a_tenth", "The average starts at 0.1, not at 0.", {FROM_0: FROM_A_TENTH}, START),
    Change(
        "multiplied",
        "The step is multiplied with the root, not divided by it.",
        {f"/ {V_ROOT}": f"* {V_ROOT}"},
        "Should a steep slope have longer steps or shorter ones?",
    ),
    Change("uphill", "The step goes uphill.", {V_BOTH: V_BOTH.replace("x -", "x +")}, SIGN),
    Change(
        "rate_missing",
        "The learning rate is missing.",
        {"alpha * g / ": "g / "},
        "How far does the first step lead?",
    ),
    Change(
        "no_adaptation",
        "The step is that of plain descent.",
        {f" / {V_ROOT}": ""},
        "Where does the average of squares enter the step?",
    ),
    Change(
        "sign_of_the_gradient",
        "Only the sign of the gradient counts.",
        {"alpha * g / ": "alpha * np.sign(g) / "},
        "What stands above the fraction's line?",
    ),
)

# Adadelta.

E, U = "E = rho * E + (1.0 - rho) * g**2", "U = rho * U + (1.0 - rho) * delta**2"
DELTA, RATE = "delta = np.sqrt((U + 1e-6) / (E + 1e-6)) * g", "path.append(x - alpha * delta)"
ADADELTA_CONVENTIONS = (
    Change(
        "from_1",
        "Both averages start at 1, as in the book's program; the text starts them at 0.",
        {FROM_0: FROM_1},
    ),
)
ADADELTA: tuple[Change, ...] = (
    Change(
        "update_after_the_rate",
        "The second average takes the update after the learning rate was multiplied.",
        {U: "U = rho * U + (1.0 - rho) * (alpha * delta) ** 2"},
        "Which update is averaged: before the learning rate, or after it?",
    ),
    Change(
        "second_average_first",
        "The second average takes the new update before the step is taken with it.",
        {
            DELTA: (f"{DELTA}\n        {U}\n        delta = np.sqrt((U + 1e-6) / (E + 1e-6)) * g"),
            f"{RATE}\n        {U}": RATE,
        },
        "Which of the two averages knows of the present step when it is taken?",
    ),
    Change(
        "gradient_in_the_second_average",
        "The second average takes the gradient, not the update.",
        {U: "U = rho * U + (1.0 - rho) * g**2"},
        "What is averaged in the second average?",
    ),
    Change(
        "no_square_in_the_second_average",
        "The second average takes the update's absolute value, not its square.",
        {U: "U = rho * U + (1.0 - rho) * np.abs(delta)"},
        "What is averaged in the second average?",
    ),
    Change("no_second_average", "The second average is never updated.", {U: "pass"}, MEMORY),
    Change(
        "no_memory_of_updates",
        "The second average keeps the last update only.",
        {U: "U = (1.0 - rho) * delta**2"},
        MEMORY,
    ),
    Change(
        "no_memory",
        "The average of the gradients keeps the last only.",
        {E: "E = (1.0 - rho) * g**2"},
        MEMORY,
    ),
    Change(
        "weights_swapped",
        "Both averages are weighed with 1 - rho and the new squares with rho.",
        {E: "E = (1.0 - rho) * E + rho * g**2", U: "U = (1.0 - rho) * U + rho * delta**2"},
        "How much of the average remains?",
    ),
    Change(
        "no_weight",
        "The new squares of the gradient are not weighed with 1 - rho.",
        {E: "E = rho * E + g**2"},
        "Do the weights of an average sum to 1?",
    ),
    Change(
        "no_weights",
        "The new squares are not weighed with 1 - rho, in both averages.",
        {E: "E = rho * E + g**2", U: "U = rho * U + delta**2"},
        "Do the weights of an average sum to 1?",
    ),
    Change(
        "sum_of_squares",
        "The squares of the gradient are summed up, as in Adagrad.",
        {E: "E = E + g**2"},
        "What do the averages forget?",
    ),
    Change(
        "added_late",
        "The gradient enters its average after the step.",
        {
            f"{E}\n        {DELTA}": (
                f"K = E + 0.0\n        {E}\n        delta = np.sqrt((U + 1e-6) / (K + 1e-6)) * g"
            )
        },
        "Which of the two averages knows of the present gradient?",
    ),
    Change(
        "small_number_above_only",
        "The small number is missing below the fraction's line.",
        {"/ (E + 1e-6)": "/ E"},
        "In how many roots does the small number stand?",
    ),
    Change(
        "small_number_below_only",
        "The small number is missing above the fraction's line.",
        {"(U + 1e-6) /": "U /"},
        "What is the first step if the second average is 0?",
    ),
    Change(
        "outside_the_roots",
        "The small number is added outside the roots.",
        {"np.sqrt((U + 1e-6) / (E + 1e-6))": "(np.sqrt(U) + 1e-6) / (np.sqrt(E) + 1e-6)"},
        ROOT,
    ),
    Change(
        "outside_the_root_below",
        "Below the fraction's line, the small number is added outside the root.",
        {"np.sqrt((U + 1e-6) / (E + 1e-6))": "np.sqrt(U + 1e-6) / (np.sqrt(E) + 1e-6)"},
        ROOT,
    ),
    Change(
        "no_roots",
        "The roots are missing.",
        {"np.sqrt((U + 1e-6) / (E + 1e-6))": "(U + 1e-6) / (E + 1e-6)"},
        STEP,
    ),
    Change(
        "upside_down",
        "The fraction stands upside down.",
        {"(U + 1e-6) / (E + 1e-6)": "(E + 1e-6) / (U + 1e-6)"},
        "Should a steep slope have longer steps or shorter ones?",
    ),
    Change(
        "rmsprop",
        "The second average does not enter the step, which is that of RMSprop.",
        {"np.sqrt((U + 1e-6) / (E + 1e-6)) * g": "g / np.sqrt(E + 1e-6)"},
        "Which two averages does the step hold?",
    ),
    Change(
        "rate_missing",
        "The learning rate has no effect.",
        {RATE: "path.append(x - delta)"},
        "Where does the learning rate enter your rule?",
    ),
    Change("uphill", "The step goes uphill.", {RATE: "path.append(x + alpha * delta)"}, SIGN),
    Change("from_a_tenth", "Both averages start at 0.1, not at 0.", {FROM_0: FROM_A_TENTH}, START),
    Change(
        "one_for_all_entries",
        "All entries share one average of the gradients.",
        {E: "E = rho * E + (1.0 - rho) * np.sum(g**2)"},
        "Is the step of one entry shortened by the slope of another?",
    ),
)

# Adam, and what is like it.

M, VARIANCE = "m = beta_1 * m + (1.0 - beta_1) * g", "v = beta_2 * v + (1.0 - beta_2) * g**2"
M_HAT, V_HAT = "m_hat = m / (1.0 - beta_1**t)", "v_hat = v / (1.0 - beta_2**t)"
CORRECTED_ROOT = "(np.sqrt(v_hat) + 1e-8)"
ADAM_STEP = "path.append(x - alpha * m_hat / (np.sqrt(v_hat) + 1e-8))"
TURN = "What is m after one step, and what should the corrected m be?"

ADAM_CONVENTIONS = (
    Change(
        "later_power",
        "The corrections begin with the power 2, as in the book's program; the text begins with 1.",
        {"**t)": "**(t + 1))"},
    ),
)
AVERAGES: tuple[Change, ...] = (
    Change(
        "no_weight_of_the_gradient",
        "The gradient is not weighed with 1 - beta_1.",
        {M: "m = beta_1 * m + g"},
        "Do the weights of an average sum to 1?",
    ),
    Change(
        "weights_of_the_gradient_swapped",
        "The average of the gradients is weighed with 1 - beta_1 and the gradient with beta_1.",
        {M: "m = (1.0 - beta_1) * m + beta_1 * g"},
        "How much of the average remains?",
    ),
    Change(
        "no_memory_of_gradients",
        "The average of the gradients begins again in each turn.",
        {M: "m = (1.0 - beta_1) * g"},
        MEMORY,
    ),
    Change(
        "wrong_decay_of_gradients",
        "The average of the gradients decays with beta_2.",
        {M: "m = beta_2 * m + (1.0 - beta_2) * g"},
        "Which of the two averages is the slower one?",
    ),
    Change(
        "square_in_the_average_of_gradients",
        "The average of the gradients takes their squares.",
        {M: "m = beta_1 * m + (1.0 - beta_1) * g**2"},
        "Which of the two averages has a sign?",
    ),
    Change(
        "uphill",
        "The average of the gradients has the wrong sign, so that the step goes uphill.",
        {M: "m = beta_1 * m - (1.0 - beta_1) * g"},
        SIGN,
    ),
)
SQUARES: tuple[Change, ...] = (
    Change(
        "no_weight_of_the_square",
        "The square is not weighed with 1 - beta_2.",
        {VARIANCE: "v = beta_2 * v + g**2"},
        "Do the weights of an average sum to 1?",
    ),
    Change(
        "weights_of_the_square_swapped",
        "The average of the squares is weighed with 1 - beta_2 and the square with beta_2.",
        {VARIANCE: "v = (1.0 - beta_2) * v + beta_2 * g**2"},
        "How much of the average remains?",
    ),
    Change(
        "no_memory_of_squares",
        "The average of the squares begins again in each turn.",
        {VARIANCE: "v = (1.0 - beta_2) * g**2"},
        MEMORY,
    ),
    Change(
        "wrong_decay_of_squares",
        "The average of the squares decays with beta_1.",
        {VARIANCE: "v = beta_1 * v + (1.0 - beta_1) * g**2"},
        "Which of the two averages is the slower one?",
    ),
    Change(
        "no_square",
        "The average of the squares takes the gradients without the square.",
        {VARIANCE: "v = beta_2 * v + (1.0 - beta_2) * np.abs(g)"},
        "Which of the two averages has no sign?",
    ),
    Change(
        "square_of_the_average",
        "The average of the squares takes the average of the gradients, not the gradient.",
        {VARIANCE: "v = beta_2 * v + (1.0 - beta_2) * m**2"},
        "What is squared in the formula?",
    ),
    Change(
        "one_for_all_entries",
        "All entries share one average of squares.",
        {VARIANCE: "v = beta_2 * v + (1.0 - beta_2) * np.sum(g**2)"},
        "Is the step of one entry shortened by the slope of another?",
    ),
)
ADAM: tuple[Change, ...] = (
    Change(
        "keras",
        "This is Keras' Adam: the small number is added to the uncorrected root.",
        {CORRECTED_ROOT: "(np.sqrt(v) + 1e-8) * np.sqrt(1.0 - beta_2**t)"},
        "Which root is the small number added to: before the correction, or after it?",
    ),
    Change(
        "no_correction",
        "Neither of the two averages is corrected.",
        {"/ (1.0 - beta_1**t)": "", "/ (1.0 - beta_2**t)": ""},
        TURN,
    ),
    Change(
        "gradients_not_corrected",
        "The average of the gradients is not corrected.",
        {"/ (1.0 - beta_1**t)": ""},
        TURN,
    ),
    Change(
        "squares_not_corrected",
        "The average of the squares is not corrected.",
        {"/ (1.0 - beta_2**t)": ""},
        TURN,
    ),
    Change(
        "t_from_0",
        "The corrections begin with the power 0, which divides by 0.",
        {"**t)": "**(t - 1))"},
        "What is t in the first step?",
    ),
    Change(
        "t_stays_1",
        "The corrections have the power 1 in every step.",
        {"**t)": "**1)"},
        "What counts the steps?",
    ),
    Change(
        "t_twice",
        "The powers of the corrections rise by 2 with each step.",
        {"**t)": "**(2 * t))"},
        "In how many places is t counted up?",
    ),
    Change(
        "product_for_power",
        "The corrections have the product of beta and t, not the power.",
        {"beta_1**t": "beta_1 * t", "beta_2**t": "beta_2 * t"},
        "Is the t of the formula a factor or an exponent?",
    ),
    Change(
        "corrections_multiplied",
        "The averages are multiplied with their corrections, not divided by them.",
        {"m / (1.0": "m * (1.0", "v / (1.0": "v * (1.0"},
        TURN,
    ),
    Change(
        "corrections_kept",
        "The corrected averages are remembered in place of the averages.",
        {
            M_HAT: "m = m / (1.0 - beta_1**t)\n        m_hat = m",
            V_HAT: "v = v / (1.0 - beta_2**t)\n        v_hat = v",
        },
        "Which m goes into the next step, the corrected one or the other?",
    ),
    Change(
        "corrections_swapped",
        "Each average is corrected with the other's beta.",
        {M_HAT: M_HAT.replace("beta_1", "beta_2"), V_HAT: V_HAT.replace("beta_2", "beta_1")},
        "Which beta belongs to which average?",
    ),
    Change(
        "one_correction_for_both",
        "Both averages are corrected with beta_1.",
        {V_HAT: V_HAT.replace("beta_2", "beta_1")},
        "Which beta belongs to which average?",
    ),
    Change(
        "in_the_root",
        "The small number is added within the root.",
        {CORRECTED_ROOT: "np.sqrt(v_hat + 1e-8)"},
        ROOT,
    ),
    Change(
        "no_small_number",
        "The small number in the denominator is missing.",
        {CORRECTED_ROOT: "np.sqrt(v_hat)"},
        "What if a slope is 0 from the start?",
    ),
    Change(
        "no_root",
        "The step is divided by the average of squares, not by its root.",
        {"np.sqrt(v_hat)": "v_hat"},
        STEP,
    ),
    Change(
        "no_average_in_the_step",
        "The step is taken with the gradient, not with the average of the gradients.",
        {"alpha * m_hat": "alpha * g"},
        "Where does m enter the step?",
    ),
    Change(
        "no_adaptation",
        "The step is not divided by the root of the average of squares.",
        {f" / {CORRECTED_ROOT}": ""},
        "Where does v enter the step?",
    ),
    Change(
        "multiplied",
        "The step is multiplied with the root, not divided by it.",
        {f"/ {CORRECTED_ROOT}": f"* {CORRECTED_ROOT}"},
        "Should a steep slope have longer steps or shorter ones?",
    ),
    Change(
        "rate_missing",
        "The learning rate is missing.",
        {"alpha * m_hat": "m_hat"},
        "How far does the first step lead?",
    ),
    Change(
        "rate_on_the_gradient",
        "The gradient is multiplied with the learning rate, which the root takes away again.",
        {
            M: f"g = alpha * g\n        {M}",
            "alpha * m_hat": "m_hat",
        },
        "What is left of a factor of the gradient after the division?",
    ),
    Change(
        "squares_from_1",
        "The average of the squares starts at 1, not at 0.",
        {f"v = {FROM_0}": f"v = {FROM_1}"},
        START,
    ),
    Change(
        "adamax",
        "The step is divided by the largest recent slope, as in AdaMax.",
        {
            VARIANCE: "v = np.maximum(beta_2 * v, np.abs(g))",
            CORRECTED_ROOT: "(v + 1e-8)",
        },
        "What do the two rules divide by?",
    ),
    Change(
        "nadam",
        "The step looks ahead, as in Nadam.",
        {
            "alpha * m_hat": (
                "alpha * (beta_1 * m / (1.0 - beta_1 ** (t + 1))"
                " + (1.0 - beta_1) * g / (1.0 - beta_1**t))"
            )
        },
        "Which of the two rules looks ahead?",
    ),
)


def with_hints(changes: tuple[Change, ...]) -> Iterator[tuple[str, str, str, Source]]:
    """Name, sentence, question and change of each mistake."""
    for change in changes:
        yield change.name, change.says, change.hint, change.source
