"""Draw the contours of Beale's function into beale.json, once, at development time.

Run it again with `python tests/hidden/surfaces/draw.py`. The engine reads the polylines and
never computes a contour: marching squares on a fine grid, chained, then simplified.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Point: TypeAlias = tuple[float, float]

RANGE = (-4.5, 4.5)
# A quarter of a pixel on a chart of 400: finer points would only make the file longer.
TOLERANCE = 0.005
CELLS = 300
# Beale's function spans six decades here: evenly spaced exponents show the valley and the walls.
LEVELS = np.logspace(-1.0, 5.0, 13)


def beale(x: Array, y: Array) -> Array:
    """Beale's function; its minimum, 0, is at (3, 0.5)."""
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def contour(values: Array, axis: Array, level: float) -> list[list[Point]]:
    """Polylines along which the grid's linear interpolation has the level.

    Parameters
    ----------
    values : Array, shape (n, n)
        The function at (axis[column], axis[row]).
    axis : Array, shape (n,)
        Coordinates of the grid, the same in both directions.
    level : float
        The value on the contour.
    """
    following: dict[Point, list[Point]] = {}
    above = (values > level).astype(np.int64)
    corners = above[:-1, :-1] + above[1:, :-1] + above[:-1, 1:] + above[1:, 1:]
    for row, column in np.argwhere((corners > 0) & (corners < 4)):
        crossings = _crossings(values, axis, level, int(row), int(column))
        # Four crossings are a saddle; either pairing is right at this resolution.
        for start, end in zip(crossings[::2], crossings[1::2], strict=True):
            following.setdefault(start, []).append(end)
            following.setdefault(end, []).append(start)
    return _chain(following)


def _crossings(values: Array, axis: Array, level: float, row: int, column: int) -> list[Point]:
    """Where the contour crosses the four edges of one cell, in order around it."""
    ring = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
    crossings = []
    for one, other in zip(ring, ring[1:] + ring[:1], strict=True):
        # Both cells of an edge must find the same floats, or the pieces do not chain.
        start, end = sorted((one, other))
        low, high = values[start] - level, values[end] - level
        if (low > 0) != (high > 0):
            share = low / (low - high)
            x = axis[start[1]] + share * (axis[end[1]] - axis[start[1]])
            y = axis[start[0]] + share * (axis[end[0]] - axis[start[0]])
            crossings.append((float(x), float(y)))
    return crossings


def _chain(following: dict[Point, list[Point]]) -> list[list[Point]]:
    """Join pieces into polylines, open ones from an end of theirs."""
    lines = []
    starts = sorted(following, key=lambda point: (len(following[point]) != 1, point))
    for start in starts:
        line = [start]
        while following[line[-1]]:
            end = following[line[-1]].pop(0)
            following[end].remove(line[-1])
            line.append(end)
        if len(line) > 1:
            lines.append(line)
    return lines


def simplify(line: list[Point]) -> list[Point]:
    """Drop the points that a straight piece passes within the tolerance (Douglas, Peucker)."""
    points = np.array(line)
    keep = {0, len(line) - 1}
    # A closed line needs a second anchor, since its ends are one point.
    stack = [(0, len(line) // 2), (len(line) // 2, len(line) - 1)]
    keep.add(len(line) // 2)
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        chord = points[last] - points[first]
        offsets = points[first + 1 : last] - points[first]
        length = float(np.hypot(*chord))
        if length == 0:
            distances = np.hypot(offsets[:, 0], offsets[:, 1])
        else:
            distances = np.abs(chord[0] * offsets[:, 1] - chord[1] * offsets[:, 0]) / length
        far = int(np.argmax(distances))
        if distances[far] > TOLERANCE:
            middle = first + 1 + far
            keep.add(middle)
            stack += [(first, middle), (middle, last)]
    return [line[index] for index in sorted(keep)]


def main() -> None:
    """Write beale.json beside this script."""
    axis = np.linspace(*RANGE, CELLS + 1)
    values = beale(axis[np.newaxis, :], axis[:, np.newaxis])
    surface = {
        "x": RANGE,
        "y": RANGE,
        "minimum": (3.0, 0.5),
        "contours": [
            [(round(x, 2), round(y, 2)) for x, y in simplify(line)]
            for level in LEVELS
            for line in contour(values, axis, level)
        ],
    }
    text = json.dumps(surface, separators=(",", ":"))
    Path(__file__).with_name("beale.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
