"""The names, the defaults and the docstrings that the assignment promises to students."""

import ast
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import reference
from reference import functions

FOLDER = Path(reference.__file__).parent
MODULES = [*reference.GRADED, *reference.GIVEN]
NAMES = [(module, name) for module, names in reference.GRADED.items() for name in names]
EVERY = pytest.mark.parametrize(("module", "name"), NAMES, ids=[f"{m}.{n}" for m, n in NAMES])

WALK = {"iterations": 100, "epsilon": 1e-8}
RULE = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
DEFAULTS: dict[str, dict[str, float]] = {
    "regularization.full_loss": {"beta": 0.5},
    "gradients.eval_numerical_gradient": {"h": 1e-5},
    "gradients.numerical_gradient": {"eps": 1e-6},
    "gradients.check_gradient": {"tolerance": 1e-6},
    "descent.gradient_descent": {"alpha": 0.01, **WALK},
    "descent.gradient_descent_momentum": {"alpha": 0.01, "gamma": 0.9, **WALK},
    "descent.gradient_descent_nesterov": {"alpha": 0.01, "gamma": 0.9, **WALK},
    "descent.gradient_descent_adagrad": {"alpha": 0.01, **WALK},
    "descent.gradient_descent_adadelta": {"alpha": 1.0, "rho": 0.9, **WALK},
    "descent.gradient_descent_rmsprop": {"alpha": 0.01, "beta": 0.9, **WALK},
    "descent.gradient_descent_adam": {"alpha": 0.01, "beta_1": 0.9, "beta_2": 0.999, **WALK},
    "optimizers.Momentum": {"gamma": 0.9},
    "optimizers.Nesterov": {"gamma": 0.9},
    "optimizers.Adagrad": {"epsilon": 1e-8},
    "optimizers.RMSprop": {"beta": 0.9, "epsilon": 1e-8},
    "optimizers.Adadelta": {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-6},
    "optimizers.Adam": RULE,
    "optimizers.AdaMax": RULE,
    "optimizers.Nadam": RULE,
    "optimizers.AMSGrad": RULE,
    "optimizers.gradient_descent_with": WALK,
}


def public(module: str, name: str) -> Any:
    """A graded function or class, looked up as a suite does: reference.losses.softmax."""
    return getattr(getattr(reference, module), name)


def test_every_module_is_reached_through_the_package() -> None:
    for module in MODULES:
        assert inspect.ismodule(getattr(reference, module))
        assert module in reference.__all__


@EVERY
def test_defaults_stand_in_the_signature_in_their_order(module: str, name: str) -> None:
    """In order, because students may pass them by position as the book does."""
    parameters = inspect.signature(public(module, name)).parameters.values()

    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    assert list(defaults.items()) == list(DEFAULTS.get(f"{module}.{name}", {}).items())


@pytest.mark.parametrize("module", reference.GRADED)
def test_graded_names_are_all_that_a_module_offers(module: str) -> None:
    tree = ast.parse((FOLDER / f"{module}.py").read_text())
    defined = [
        node.name
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    ]

    assert tuple(defined) == reference.GRADED[module]


@EVERY
def test_docstrings_tell_students_the_whole_contract(module: str, name: str) -> None:
    thing = public(module, name)
    text = inspect.getdoc(thing) or ""

    for parameter in inspect.signature(thing).parameters:
        assert parameter in text.split("Parameters\n")[1]
    if inspect.isfunction(thing):
        assert "\nReturns\n" in text
        assert "\nReferences\n" in text
        assert ">>> " in text


@pytest.mark.parametrize("module", MODULES)
def test_modules_import_numpy_and_one_another_only(module: str) -> None:
    """Students are allowed no more, so the solution may not need more."""
    allowed = {"numpy", "numpy.typing", "collections.abc"}
    tree = ast.parse((FOLDER / f"{module}.py").read_text())

    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom):
            assert node.module in (allowed if node.level == 0 else reference.GRADED)


@pytest.mark.parametrize("module", MODULES)
def test_private_names_are_cut_from_the_template(module: str) -> None:
    """A `_helper` that reached the students would give the solution away."""
    text = (FOLDER / f"{module}.py").read_text()
    cut: set[int] = set()
    opened = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() in ("# template: cut", "# template: keep"):
            assert opened is None
            opened = (number, line.strip())
        elif line.strip() == "# template: end":
            assert opened is not None
            if opened[1] == "# template: cut":
                cut.update(range(opened[0], number))
            opened = None
    assert opened is None

    for node in ast.parse(text).body:
        name = getattr(node, "name", "")
        if name.startswith("_"):
            assert set(range(node.lineno, (node.end_lineno or 0) + 1)) <= cut


@pytest.mark.parametrize(
    ("function", "gradient", "minimum", "value"),
    [
        (functions.beale, functions.beale_gradient, [3.0, 0.5], 0.0),
        (functions.bowl, functions.bowl_gradient, [0.0, 0.0], 0.0),
    ],
    ids=["beale", "bowl"],
)
def test_surfaces_have_their_minimum_and_their_gradient(
    function: Any, gradient: Any, minimum: list[float], value: float
) -> None:
    assert function(np.array(minimum)) == value
    assert_allclose(gradient(np.array(minimum)), 0.0, rtol=0, atol=0)

    for point in np.random.default_rng(0).uniform(-1.5, 1.5, (5, 2)):
        numeric = [
            (function(point + step) - function(point - step)) / 2e-5 for step in 1e-5 * np.eye(2)
        ]
        # Third derivatives up to some hundred, times 1e-10, and 1e-14 / 1e-5.
        assert_allclose(gradient(point), numeric, rtol=0, atol=1e-6)


def test_surfaces_take_grids_for_a_plot() -> None:
    grid = np.array(np.meshgrid(np.linspace(-1, 1, 4), np.linspace(-2, 2, 3)))

    assert functions.beale(grid).shape == (3, 4)
    assert functions.beale_gradient(grid).shape == (2, 3, 4)
    assert functions.bowl(grid)[0, 0] == functions.bowl(grid[:, 0, 0])


def test_beale_has_the_gradient_at_the_books_start() -> None:
    assert functions.beale_gradient(np.array([3.0, 4.0])).tolist() == [25625.25, 57519.0]


def test_cubic_has_its_extrema_at_three_and_minus_one() -> None:
    assert (functions.cubic_gradient(np.array([3.0, -1.0])) == 0).all()
    assert functions.cubic(np.array([3.0, -1.0])).tolist() == [-25.0, 7.0]
