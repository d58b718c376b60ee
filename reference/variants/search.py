"""Variants of predicting, of counting what is right, and of the search at random."""

from __future__ import annotations

from grader.feedback.variants import Variants

variants = Variants()

PREDICT, ACCURACY, SEARCH = "search.predict", "search.accuracy", "search.random_search"

BEST = "np.argmax(X @ W, axis=1)"
PREDICTIONS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "along_samples",
        "The best sample of each class is looked for, not the best class of each sample.",
        "Over which axis is the maximum taken, and what is left?",
        {"axis=1": "axis=0"},
    ),
    (
        "best_of_all",
        "The maximum is taken over all samples and classes together.",
        "Over which axis is the maximum taken, and what is left?",
        {", axis=1": ""},
    ),
    (
        "lowest_score",
        "The class with the lowest score is predicted.",
        "Does a high score speak for a class or against it?",
        {"argmax": "argmin"},
    ),
    (
        "largest_size",
        "The score that is furthest from 0 wins, with either sign.",
        "Which of the scores -5 and 1 is higher?",
        {"argmax(X @ W": "argmax(np.abs(X @ W)"},
    ),
    (
        "scores_returned",
        "The highest scores are returned, not their classes.",
        "What is the difference between the maximum and where it is?",
        {"np.argmax": "np.max"},
    ),
    (
        "last_of_ties",
        "Of several classes that tie, the highest is taken.",
        "Which class wins if all scores are equal, by the text?",
        {BEST: "W.shape[1] - 1 - np.argmax((X @ W)[:, ::-1], axis=1)"},
    ),
    (
        "classes_from_one",
        "The classes are counted from 1.",
        "What is the smallest label?",
        {BEST: f"{BEST} + 1"},
    ),
    (
        "column",
        "The classes are a column, with two axes.",
        "What shape has the result, by the text?",
        {"axis=1": "axis=1, keepdims=True"},
    ),
    (
        "row_of_flags",
        "The result has a row of zeros and a one for each sample.",
        "What shape has the result, by the text?",
        {BEST: f"np.eye(W.shape[1], dtype=int)[{BEST}]"},
    ),
    (
        "floats",
        "The classes are floats.",
        "Which dtype has the result, by the text?",
        {BEST: f"{BEST}.astype(np.float64)"},
    ),
    (
        "transposed_weights",
        "The scores are taken with W transposed.",
        "Which axis of W counts the features, and which the classes?",
        {"X @ W": "X @ W.T"},
    ),
    (
        "rounded_scores",
        "The scores are rounded before they are compared.",
        "Can two scores that differ by little become equal?",
        {"X @ W": "np.round(X @ W)"},
    ),
    (
        "last_class_left_out",
        "The last class is never predicted.",
        "Which columns of the scores are compared?",
        {"X @ W": "(X @ W)[:, :-1]"},
    ),
    (
        "two_classes",
        "The prediction says only whether a score is positive.",
        "How many classes are there?",
        {BEST: "(X @ W[:, -1] > 0.0).astype(np.int64)"},
    ),
)
for name, says, hint, source in PREDICTIONS:
    variants.mistake(PREDICT, name, says=says, hint=hint, source=source)

MEAN = "np.mean(predict(W, X) == y)"
ACCURACIES: tuple[tuple[str, str, str, str], ...] = (
    (
        "percent",
        "The accuracy is in percent.",
        "What is the accuracy, by the text, if all are right?",
        f"100.0 * {MEAN}",
    ),
    (
        "count",
        "The right predictions are counted, and not divided by the number of samples.",
        "What is the accuracy, by the text, if all are right?",
        "np.sum(predict(W, X) == y)",
    ),
    (
        "wrong_ones",
        "The fraction of the wrong predictions is returned.",
        "What is the accuracy, by the text, if all are right?",
        "np.mean(predict(W, X) != y)",
    ),
    (
        "divided_by_classes",
        "The number of right predictions is divided by the number of classes.",
        "A fraction of what?",
        "np.sum(predict(W, X) == y) / W.shape[1]",
    ),
    (
        "divided_by_features",
        "The number of right predictions is divided by the number of features.",
        "A fraction of what?",
        "np.sum(predict(W, X) == y) / X.shape[1]",
    ),
    (
        "divided_by_one_less",
        "The number of right predictions is divided by one less than the number of samples.",
        "What is the accuracy if all are right?",
        "np.sum(predict(W, X) == y) / max(1, len(y) - 1)",
    ),
    (
        "all_or_nothing",
        "The result is 0 unless all predictions are right.",
        "What is the accuracy if half of them are right?",
        "np.all(predict(W, X) == y)",
    ),
    (
        "any_at_all",
        "The result says only whether any prediction is right.",
        "What is the accuracy if half of them are right?",
        "np.any(predict(W, X) == y)",
    ),
    (
        "mean_distance",
        "The labels are subtracted, as if a neighbouring class were nearly right.",
        "Is class 2 nearer to class 3 than class 0 is?",
        "1.0 - np.mean(np.abs(predict(W, X) - y.astype(float)))",
    ),
    (
        "mean_over_classes",
        "The accuracy is averaged over the classes, however many samples each has.",
        "A fraction of what?",
        "np.mean([np.mean(predict(W, X[y == c]) == c) for c in np.unique(y)])",
    ),
    (
        "rounded",
        "The accuracy is rounded.",
        "Did you change the result after computing it?",
        f"np.round({MEAN}, 1)",
    ),
    (
        "lowest_score",
        "The class with the lowest score is taken for the prediction.",
        "Does a high score speak for a class or against it?",
        "np.mean(predict(-W, X) == y)",
    ),
    (
        "labels_from_one",
        "The labels are taken to begin with 1.",
        "What is the smallest label?",
        "np.mean(predict(W, X) + 1 == y)",
    ),
    (
        "best_sample_of_each_class",
        "The maximum is taken over the samples, not over the classes.",
        "Over which axis is the maximum taken, and what is left?",
        "np.mean(np.resize(np.argmax(X @ W, axis=0), y.shape) == y)",
    ),
)
for name, says, hint, formula in ACCURACIES:
    variants.mistake(ACCURACY, name, says=says, hint=hint, source={MEAN: formula})

DRAW, TRIES = "scale * rng.standard_normal(shape)", "range(tries)"
FIRST = "best_loss = float(loss(best_W))\n    losses = [best_loss]"
KEPT, BETTER = "best_W, best_loss = W, losses[-1]", "losses[-1] < best_loss"
APPENDED, RETURNED = "losses.append(float(loss(W)))", "return best_W, best_loss, losses"
SEARCHES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "last_of_equals",
        "Of several tries that are equally good, the last is kept.",
        "Which of two equal tries wins, by the text?",
        {BETTER: "losses[-1] <= best_loss"},
    ),
    (
        "worst",
        "The try with the highest loss is kept.",
        "Is a high loss good?",
        {BETTER: "losses[-1] > best_loss"},
    ),
    (
        "smallest_size",
        "The loss that is nearest to 0 is taken for the best.",
        "Which of the losses -5 and 1 is lower?",
        {BETTER: "abs(losses[-1]) < abs(best_loss)"},
    ),
    (
        "better_than_the_last",
        "Each try is compared with the one before it, not with the best so far.",
        "What does the comparison know of the tries before the last?",
        {BETTER: "losses[-1] < losses[-2]"},
    ),
    (
        "last_try",
        "The last try is returned, whether it is the best or not.",
        "What is kept when a try is worse?",
        {BETTER: "True"},
    ),
    (
        "first_try",
        "The first try is returned, whether it is the best or not.",
        "What is kept when a try is better?",
        {BETTER: "False"},
    ),
    (
        "best_loss_of_the_last",
        "The best weights are returned with the loss of the last try.",
        "Which loss belongs to the weights that you return?",
        {RETURNED: "return best_W, losses[-1], losses"},
    ),
    (
        "weights_of_the_last",
        "The weights that are returned are those of the last try.",
        "Is the best W a copy, or another name of what the next try changes?",
        {
            "losses.append(": "V = W\n        losses.append(",
            RETURNED: "return (V if tries > 1 else best_W), best_loss, losses",
        },
    ),
    (
        "best_loss_not_kept",
        "The best loss stays that of the first try.",
        "What has to be remembered together with the best weights?",
        {KEPT: "best_W = W"},
    ),
    (
        "best_from_zero",
        "Only a loss below 0 can be the best.",
        "With what is the first try compared?",
        {FIRST: "losses = [float(loss(best_W))]\n    best_loss = min(0.0, losses[0])"},
    ),
    (
        "best_from_a_thousand",
        "Only a loss below 1000 can be the best.",
        "With what is the first try compared?",
        {FIRST: "losses = [float(loss(best_W))]\n    best_loss = min(1e3, losses[0])"},
    ),
    (
        "zeros_and_a_thousand",
        "Only a loss below 1000 can be the best; where there is none, W = 0 is returned.",
        "With what is the first try compared?",
        {
            FIRST: (
                "losses = [float(loss(best_W))]\n    best_loss = min(1e3, losses[0])\n    "
                "best_W = best_W * (losses[0] < 1e3)"
            )
        },
    ),
    (
        "best_from_a_million",
        "Only a loss below a million can be the best.",
        "With what is the first try compared?",
        {FIRST: "losses = [float(loss(best_W))]\n    best_loss = min(1e6, losses[0])"},
    ),
    (
        "one_try_too_many",
        "There is one try too many.",
        "How often is the loop run?",
        {TRIES: "range(tries + 1)"},
    ),
    (
        "one_try_too_few",
        "There is one try too few.",
        "How often is the loop run?",
        {TRIES: "range(max(1, tries - 1))"},
    ),
    (
        "zero_weights_first",
        "The first try is W = 0, which is not drawn.",
        "What is each try, by the text?",
        {"best_W = next(draws)": "best_W = np.zeros(shape)"},
    ),
    (
        "one_draw_for_all",
        "The weights are drawn once, before the loop.",
        "What does each try draw?",
        {f"({DRAW} for _ in {TRIES})": (f"iter([{DRAW}] * tries)")},
    ),
    (
        "scale_not_used",
        "The scale has no effect.",
        "Where does scale enter your function?",
        {DRAW: "rng.standard_normal(shape)"},
    ),
    (
        "root_of_scale",
        "The scale is taken for a variance.",
        "What happens to the standard deviation when normal numbers are multiplied?",
        {DRAW: "np.sqrt(scale) * rng.standard_normal(shape)"},
    ),
    (
        "square_of_scale",
        "The scale is squared.",
        "What happens to the standard deviation when normal numbers are multiplied?",
        {DRAW: "scale**2 * rng.standard_normal(shape)"},
    ),
    (
        "divided_by_scale",
        "The weights are divided by the scale.",
        "Do the weights grow with scale?",
        {DRAW: "rng.standard_normal(shape) / scale"},
    ),
    (
        "fixed_scale",
        "The scale is always 0.0001.",
        "Where does scale enter your function?",
        {DRAW: "0.0001 * rng.standard_normal(shape)"},
    ),
    (
        "uniform",
        "The weights are drawn from a uniform distribution between 0 and scale.",
        "Which distribution does the text name?",
        {DRAW: "scale * rng.random(shape)"},
    ),
    (
        "uniform_of_either_sign",
        "The weights are drawn from a uniform distribution between -scale and scale.",
        "Which distribution does the text name?",
        {DRAW: "rng.uniform(-scale, scale, shape)"},
    ),
    (
        "own_generator",
        "The random numbers come from a generator of the function's own, not from rng.",
        "Where do your random numbers come from?",
        {DRAW: "scale * np.random.default_rng().standard_normal(shape)"},
    ),
    (
        "global_generator",
        "The random numbers come from numpy's global generator, not from rng.",
        "Where do your random numbers come from?",
        {DRAW: "scale * np.random.randn(*shape)"},
    ),
    (
        "fixed_generator",
        "The random numbers come from a generator with a fixed start, not from rng.",
        "Where do your random numbers come from?",
        {
            "draws = (": "rng = np.random.default_rng(0)\n    draws = (",
        },
    ),
    (
        "transposed_draw",
        "The weights are drawn in the transposed shape.",
        "In which order do the random numbers fill W?",
        {DRAW: "scale * rng.standard_normal(shape[::-1]).T"},
    ),
    (
        "all_tries_in_one_draw",
        "The weights of all tries are drawn in one call, so that one try takes from another.",
        "What does each try draw?",
        {
            f"({DRAW} for _ in {TRIES})": (
                "iter(np.moveaxis(scale * rng.standard_normal((*shape, tries)), -1, 0))"
            )
        },
    ),
    (
        "another_draw",
        "Each try draws more than its weights.",
        "Which random numbers are left for the second try?",
        {DRAW: f"0.0 * rng.random() + {DRAW}"},
    ),
    (
        "steps_from_the_best",
        "Each try is a step from the best weights so far, not a draw of its own.",
        "Where does each try begin?",
        {APPENDED: f"W = best_W + W\n        {APPENDED}"},
    ),
    (
        "steps_from_the_last",
        "Each try is a step from the one before it, not a draw of its own.",
        "Where does each try begin?",
        {
            "losses = [best_loss]": "losses, V = [best_loss], best_W",
            APPENDED: ("V = W = V + W\n        losses.append(float(loss(W)))"),
        },
    ),
    (
        "only_improvements",
        "The list holds the losses of those tries only that were better.",
        "How long is the list?",
        {
            RETURNED: (
                "losses = [a for k, a in enumerate(losses) if k == 0 or a < min(losses[:k])]\n    "
                "return best_W, best_loss, losses"
            )
        },
    ),
    (
        "best_so_far",
        "The list holds the best loss so far, not the loss of each try.",
        "What is the second number of the list if the second try is worse?",
        {
            RETURNED: (
                "losses = [min(losses[: k + 1]) for k in range(len(losses))]\n    "
                "return best_W, best_loss, losses"
            )
        },
    ),
    (
        "sorted_losses",
        "The list is sorted.",
        "Which loss belongs to which try?",
        {RETURNED: "return best_W, best_loss, sorted(losses)"},
    ),
    (
        "reversed_losses",
        "The list begins with the last try.",
        "Which loss belongs to which try?",
        {RETURNED: "return best_W, best_loss, losses[::-1]"},
    ),
    (
        "first_loss_left_out",
        "The list lacks the loss of the first try.",
        "How long is the list?",
        {RETURNED: "return best_W, best_loss, losses[1:]"},
    ),
    (
        "last_loss_left_out",
        "The list lacks the loss of the last try.",
        "How long is the list?",
        {RETURNED: "return best_W, best_loss, losses[:-1] or losses"},
    ),
    (
        "start_in_the_list",
        "The list begins with a number that is no try's loss.",
        "How long is the list?",
        {RETURNED: "return best_W, best_loss, [float('inf'), *losses]"},
    ),
    (
        "mean_loss",
        "The mean of the losses is returned, not the list.",
        "How long is the list?",
        {RETURNED: "return best_W, best_loss, float(np.mean(losses))"},
    ),
    (
        "no_list",
        "The list of the losses is not returned.",
        "How many things does the function return, by the text?",
        {RETURNED: "return best_W, best_loss"},
    ),
    (
        "weights_only",
        "Only the best weights are returned.",
        "How many things does the function return, by the text?",
        {RETURNED: "return best_W"},
    ),
    (
        "loss_first",
        "The best loss is returned before the best weights.",
        "What comes first, by the text?",
        {RETURNED: "return best_loss, best_W, losses"},
    ),
)
for name, says, hint, source in SEARCHES:
    variants.mistake(SEARCH, name, says=says, hint=hint, source=source)

for drawn in ("own_generator", "global_generator"):
    variants.unnamed(
        "search.random_search",
        drawn,
        because="Its numbers are others each time: no second run comes to the same.",
    )
