from __future__ import annotations

import re
from math import log10
from typing import Any

import msgspec
import pytest
from golden.sample import SURFACE
from msgspec import structs

from grader.outcomes import Chart, Surface
from grader.report.charts import draw_chart


def test_the_surface_s_contours_lie_on_beale_s_function() -> None:
    """The polylines are independent of the reference: put their points into the formula."""
    surface = msgspec.json.decode(SURFACE.read_bytes(), type=Surface)

    def beale(x: float, y: float) -> float:
        return sum((c - x + x * y**k) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))

    medians = []
    for line in surface.contours:
        values = sorted(beale(x, y) for x, y in line)
        medians.append(values[len(values) // 2])
    # Coordinates are rounded to 0.01, which the steep walls turn into a third of a half decade.
    nearest = [min(abs(10 ** (k / 2) / value - 1) for k in range(-2, 11)) for value in medians]
    assert max(nearest) < 0.2
    assert medians == sorted(medians, key=lambda value: round(2 * log10(value)))
    assert surface.minimum == (3.0, 0.5)


def path_chart(student: tuple[tuple[float, float], ...], **more: Any) -> Chart:
    surface = Surface((-4.0, 4.0), (-4.0, 4.0), (((0.0, 0.0), (1.0, 1.0)),), (3.0, 0.5))
    return structs.replace(Chart("A path", student, ((0.0, 0.0), (1.0, 2.0)), surface), **more)


def test_a_path_is_drawn_where_its_points_are() -> None:
    view = draw_chart(path_chart(((0.0, 0.0), (1.0, 2.0)))).path

    assert view is not None
    assert view.student == view.reference == "M200 200 250 100"
    assert view.minimum == ("350", "175")
    assert view.contours == "M200 200 250 150"


def test_coordinates_give_no_expected_value_away() -> None:
    view = draw_chart(path_chart(((0.123456789, 0.987654321), (1 / 3, 2 / 3)))).path

    assert view is not None
    assert not re.search(r"\.\d\d", view.student)


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ((), "no path of yours"),
        (((0.0, 0.0), (1.0, 2.0)), "one line to the eye"),
        (((0.0, 0.0), (1.0, 1.0)), "leaves the reference's at about step 1"),
        (((0.0, 0.0), (1e300, -1e300)), "leaves the picture at step 1"),
        (((0.0, 0.0), (float("nan"), 0.0)), "not a number from step 1"),
        (((float("inf"), 0.0),), "not a number from step 0"),
        (((0.0, 0.0),), "another number of steps"),
    ],
    ids=["none", "same", "parts", "explodes", "nan", "starts infinite", "short"],
)
def test_a_chart_says_in_words_what_it_shows(
    student: tuple[tuple[float, float], ...], words: str
) -> None:
    view = draw_chart(path_chart(student)).path

    assert view is not None
    assert words in view.description
    assert not re.search(r"nan|inf|e\+|\d{6}", view.student + view.reference)


def test_a_path_ends_where_it_stops_being_finite() -> None:
    view = draw_chart(path_chart(((0.0, 0.0), (float("nan"), 0.0), (1.0, 2.0)))).path

    assert view is not None
    assert view.student == "M200 200"


@pytest.mark.parametrize(
    "losses",
    [
        (),
        (0.0,),
        (1.0, 1.0),
        (1e300, 1e-300),
        (float("nan"), 1.0),
        (1.0, float("inf")),
        (-1.0, -2.0),
    ],
    ids=["none", "zero", "flat", "wide", "nan", "infinite", "negative"],
)
def test_any_loss_can_be_drawn(losses: tuple[float, ...]) -> None:
    view = draw_chart(Chart("Loss", (), (), None, losses, (2.0, 1.0, 0.5))).loss

    assert view is not None
    ticks = "".join(tick.at for tick in (*view.x, *view.y))
    assert view.reference.startswith("M0 ")
    assert not re.search(r"nan|inf|e\+", view.student + view.reference + ticks)


def test_an_explosion_does_not_flatten_the_reference_s_curve() -> None:
    view = draw_chart(Chart("Loss", (), (), None, (1.0, 1e300), (1.0, 1e-4))).loss

    assert view is not None
    heights = [float(y) for y in view.reference.removeprefix("M").split()[1::2]]
    assert heights[1] - heights[0] > 150


def test_a_long_path_stays_a_small_page() -> None:
    long = tuple((k * 1e-5, 0.0) for k in range(100_000))

    view = draw_chart(path_chart(long)).path

    assert view is not None
    assert len(view.student) < 2000
