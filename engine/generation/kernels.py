"""What lies between two products of a step, each as one pass over a row: compiled by numba.

Written in torch the same is a dozen operations, each of which takes longer to call than to do.
A row's numbers depend on no other row, so a text is written as if alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np

from engine.int8 import LARGEST, MIDDLE, TINY

Compiled = TypeVar("Compiled", bound=Callable[..., None])
ROOT = 2 * 0.7978845608028654
CUBE = 0.044715
LOG2_E = 1.4426950408889634
POWERS = (1.89510729e-3, 8.94621467e-3, 5.58632827e-2, 2.40140770e-1, 6.93154620e-1, 9.99999896e-1)
"""2 ** x on [0, 1) as a polynomial, the highest power first; 1e-7 off at most."""


def compiled(function: Compiled) -> Compiled:
    """Machine code, kept beside this file or in the user's cache; other threads may run."""
    try:
        made: Any = numba.njit(cache=True, nogil=True, fastmath=True)(function)
    except RuntimeError:
        # Neither folder can be written to: compiled anew at every start.
        made = numba.njit(nogil=True, fastmath=True)(function)
    return made  # type: ignore[no-any-return]


@compiled
def _rounded(row: Any, size: int, whole: Any) -> Any:
    """Rotate `row` in place and write it rounded to `whole`; its greatest value."""
    run = row.shape[0] // size
    while run < row.shape[0]:
        for start in range(0, row.shape[0], 2 * run):
            # Views, so that the compiler sees that they do not overlap: ten times as fast.
            first, second = row[start : start + run], row[start + run : start + 2 * run]
            for i in range(run):
                a, b = first[i], second[i]
                first[i], second[i] = a + b, a - b
        run *= 2
    most = np.float32(TINY)
    for i in range(row.shape[0]):
        most = max(most, abs(row[i]))
    by = np.float32(LARGEST) / most
    for i in range(row.shape[0]):
        whole[i] = np.uint8(row[i] * by + np.float32(MIDDLE + 0.5))
    return most


@compiled
def round_normed(x: Any, gain: Any, eps: Any, size: int, work: Any, whole: Any, by: Any) -> None:
    """RMS norm of every row with its weights `gain`, rotated and rounded to `whole`; `by` is what
    the product of the row is to be multiplied by."""
    count = np.float32(x.shape[1])
    for row in range(x.shape[0]):
        squares = np.float32(0)
        for i in range(x.shape[1]):
            squares += x[row, i] * x[row, i]
            work[i] = x[row, i] * gain[i]
        most = _rounded(work, size, whole[row])
        by[row] = most / np.sqrt(squares / count + eps)


@compiled
def add_normed(x: Any, y: Any, by: Any, gain: Any, eps: Any) -> None:
    """x += the RMS norm of y * by, row by row."""
    count = np.float32(x.shape[1])
    for row in range(x.shape[0]):
        squares = np.float32(0)
        for i in range(x.shape[1]):
            squares += y[row, i] * y[row, i]
        scale = by[row] / np.sqrt(squares * by[row] * by[row] / count + eps)
        for i in range(x.shape[1]):
            x[row, i] += y[row, i] * scale * gain[i]


@compiled
def turn_heads(
    found: Any, by: Any, norms: Any, cosines: Any, sines: Any, eps: Any, out: Any
) -> None:
    """Queries and keys normed and turned, values as they are.

    found: (tokens, heads, head size) as the product gave it; by: (tokens,); norms: (query and key
    heads, head size); cosines, sines: (tokens, head size); out: (heads, tokens, head size).
    """
    tokens, heads, size = found.shape
    half = size // 2
    for token in range(tokens):
        for head in range(heads):
            scale = by[token]
            if head >= norms.shape[0]:
                for i in range(size):
                    out[head, token, i] = found[token, head, i] * scale
                continue
            squares = np.float32(0)
            for i in range(size):
                squares += found[token, head, i] * found[token, head, i]
            scale /= np.sqrt(squares * scale * scale / np.float32(size) + eps)
            for i in range(half):
                low = found[token, head, i] * scale * norms[head, i]
                high = found[token, head, i + half] * scale * norms[head, i + half]
                out[head, token, i] = low * cosines[token, i] + high * sines[token, i]
                out[head, token, i + half] = (
                    high * cosines[token, i + half] + low * sines[token, i + half]
                )


@compiled
def round_seen(seen: Any, size: int, work: Any, whole: Any, by: Any) -> None:
    """What attention saw, (texts, heads, new, head size), rounded to rows (tokens, all heads)."""
    texts, heads, new, head_size = seen.shape
    for text in range(texts):
        for one in range(new):
            for head in range(heads):
                for i in range(head_size):
                    work[head * head_size + i] = seen[text, head, one, i]
            row = text * new + one
            by[row] = _rounded(work, size, whole[row])


@compiled
def round_gated(
    found: Any, scale: Any, size: int, work: Any, powers: Any, floats: Any, whole: Any, by: Any
) -> None:
    """gelu(gate) * up of (tokens, gates and ups), times `scale`, rounded to `whole`.

    `floats` are the bits of `powers` read as float32. gelu by tanh is x / (1 + exp(-z)), with
    exp(-z) = 2 ** whole * 2 ** part: the first by its exponent's bits, the second a polynomial.
    """
    width = found.shape[1] // 2
    for row in range(found.shape[0]):
        for i in range(width):
            x = found[row, i] * scale[row]
            z = -np.float32(ROOT * LOG2_E) * (x + np.float32(CUBE) * x * x * x)
            z = min(max(z, np.float32(-126)), np.float32(126))
            floor = np.floor(z)
            powers[i] = (np.int32(floor) + np.int32(127)) << np.int32(23)
            part = z - floor
            power = np.float32(POWERS[0])
            for term in POWERS[1:]:
                power = power * part + np.float32(term)
            work[i] = power
        for i in range(width):
            gate = found[row, i] * scale[row] / (np.float32(1) + work[i] * floats[i])
            work[i] = gate * found[row, i + width] * scale[row]
        by[row] = _rounded(work, size, whole[row])
