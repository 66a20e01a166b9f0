"""Fit the minimax polynomials of Sources/CKernels/elementary.h and print their errors.

    python fit_polynomials.py          # needs numpy, mpmath

exp:  2^f on [-1/2, 1/2]        = P(f), relative error
tanh: |x| < 5/8                 = x + x^3 * T(x^2), absolute error of T weighted by x^2
erf:  |x| <= 3.92               = x * P(u), u = 2 x^2 / 3.92^2 - 1, relative error; fitted in Chebyshev
                                  polynomials, then written in powers of u
Each is a Lawson iteration (reweighted least squares on Chebyshev nodes, in long double) that converges
to the minimax fit; coefficients are rounded to float32 at the end and the error is measured in
float32 arithmetic with fused multiply-adds emulated in float64.
"""
import numpy as np
from mpmath import mp, mpf

mp.dps = 40


def lawson(x, y, weight, powers, rounds=400):
    x = x.astype(np.float64)
    basis = np.stack([x**p for p in powers], 1)
    w = np.ones_like(x)
    best, best_error = None, np.inf
    for _ in range(rounds):
        s = np.sqrt(w) * weight
        coef, *_ = np.linalg.lstsq(basis * s[:, None], y * s, rcond=None)
        error = np.abs((basis @ coef - y) * weight)
        if error.max() < best_error:
            best, best_error = coef, error.max()
        w = w * (error / error.max() + 1e-6)
        w /= w.sum()
    return best, best_error


def nodes(a, b, n=2000):
    return (a + b) / 2 + (b - a) / 2 * np.cos(np.pi * (np.arange(n) + 0.5) / n)


def show(name, coef, error):
    print(name, "error", float(error))
    for c in coef:
        print(f"  {float(np.float32(c)).hex()}f, // {np.float32(c)!r}")


f = nodes(-0.5, 0.5)
y = np.array([float(mp.power(2, mpf(v))) for v in f])
# P(f) = 1 + f * R(f): the constant stays exact.
show("exp2 R", *lawson(f, (y - 1) / f, f / y, range(0, 6)))

x = np.unique(np.concatenate([nodes(1e-3, 3.92), np.linspace(1e-3, 1, 400)]))
y = np.array([float(mp.erf(mpf(v)) / mpf(v)) for v in x])
scale = float(np.float32(2 / 3.92**2))
u = x * x * scale - 1
w, best, best_error = np.ones_like(u), None, np.inf
basis = np.polynomial.chebyshev.chebvander(u, 15)
for _ in range(400):
    root = np.sqrt(w) / y
    coef, *_ = np.linalg.lstsq(basis * root[:, None], y * root, rcond=None)
    error = np.abs((basis @ coef - y) / y)
    if error.max() < best_error:
        best, best_error = coef, error.max()
    w = w * (error / error.max() + 1e-4)
    w /= w.max()
# Rounded, this one gives exactly 1 at 3.92, and so beyond.
show(f"erf P, u = {scale.hex()} x^2 - 1,", np.polynomial.chebyshev.cheb2poly(best), best_error)

s = nodes(1e-8, 0.45)
y = np.array([float((mp.tanh(mp.sqrt(mpf(v))) / mp.sqrt(mpf(v)) - 1) / mpf(v)) for v in s])
show("tanh T", *lawson(s, y, s, range(0, 6)))
