"""A smooth curve through points that rises where they do.

Its pieces are cubics; the slope at a point is the weighted harmonic mean of those beside it. That
is the curve of `scipy.interpolate.PchipInterpolator`, which is slow to construct: decision 32.

References:
    Fritsch, F. N. and Butland, J. (1984). A method for constructing local monotone piecewise cubic
    interpolants. SIAM Journal on Scientific and Statistical Computing 5, 300-304.
    Moler, C. (2004). Numerical Computing with MATLAB, section 3.6: the slopes at both ends.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def monotone_curve(x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the curve through points; beyond them it stays at the first and last.

    Args:
        x: Ascending, shape (m,), at least two.
        y: The values there, shape (m,).

    Raises:
        ValueError: If there are fewer than two points.
    """
    if len(x) < 2:
        message = f"a curve needs at least two points, found {len(x)}"
        raise ValueError(message)
    steps = x[1:] - x[:-1]
    secants = (y[1:] - y[:-1]) / steps
    slopes = _slopes(steps, secants)
    curvatures = (3 * secants - 2 * slopes[:-1] - slopes[1:]) / steps
    jerks = (slopes[:-1] + slopes[1:] - 2 * secants) / steps**2

    def curve(at: np.ndarray) -> np.ndarray:
        at = np.minimum(np.maximum(at, x[0]), x[-1])
        piece = np.minimum(x.searchsorted(at, side="right"), len(x) - 1) - 1
        u = at - x[piece]
        rise = u * (slopes[piece] + u * (curvatures[piece] + u * jerks[piece]))
        return np.asarray(y[piece] + rise)

    return curve


def _slopes(steps: np.ndarray, secants: np.ndarray) -> np.ndarray:
    """Return the curve's slopes at the points; 0 where it turns or is level on one side."""
    if len(secants) == 1:
        return np.repeat(secants, 2)
    before, after = secants[:-1], secants[1:]
    goes_on = np.sign(before) * np.sign(after) > 0
    weight, other = 2 * steps[1:] + steps[:-1], steps[1:] + 2 * steps[:-1]
    inverse = np.divide(weight, before, where=goes_on, out=np.ones_like(before))
    inverse += np.divide(other, after, where=goes_on, out=np.ones_like(after))
    inner = np.where(goes_on, (weight + other) / inverse, 0)
    first = _slope_at_end(steps[0], steps[1], secants[0], secants[1])
    last = _slope_at_end(steps[-1], steps[-2], secants[-1], secants[-2])
    return np.concatenate([[first], inner, [last]])


def _slope_at_end(step: float, next_step: float, secant: float, next_secant: float) -> float:
    """Return the slope of the parabola through three points, kept from overshooting."""
    slope = ((2 * step + next_step) * secant - step * next_secant) / (step + next_step)
    if np.sign(slope) != np.sign(secant):
        return 0.0
    turns = np.sign(secant) != np.sign(next_secant)
    return 3 * secant if turns and abs(slope) > 3 * abs(secant) else slope
