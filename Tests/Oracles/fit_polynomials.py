"""Fit the minimax polynomials of Sources/CKernels/elementary.h and print their errors.

    python fit_polynomials.py          # needs numpy, mpmath

exp:  2^f on [-1/2, 1/2]        = P(f), relative error
tanh: |x| < 5/8                 = x + x^3 * T(x^2), absolute error of T weighted by x^2
erf:  |x| <= 1                  = x * P(x^2), relative error
      1 < |x| < 4               = 1 - exp(-t * Q(t)), weighted by what the result's ulp sees
Each is a Lawson iteration (reweighted least squares on Chebyshev nodes, in long double) that converges
to the minimax fit; coefficients are rounded to float32 at the end and the error is measured in
float32 arithmetic with fused multiply-adds emulated in float64.
"""
import numpy as np
from mpmath import mp, mpf, erfc, log

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

s = nodes(1e-8, 1.0)
y = np.array([float(mp.erf(mp.sqrt(mpf(v))) / mp.sqrt(mpf(v))) for v in s])
# erf(x) = x + x * S(x^2)
show("erf S", *lawson(s, y - 1, 1 / y, range(0, 7)))

t = nodes(1.0, 4.0)
q = np.array([float(-log(erfc(mpf(v))) / mpf(v)) for v in t])
# d(erf)/erf = erfc * d(t Q)
w = np.array([float(erfc(mpf(v)) * mpf(v)) for v in t])
show("erf Q", *lawson(t, q, w + 1e-12, range(0, 7)))

s = nodes(1e-8, 0.45)
y = np.array([float((mp.tanh(mp.sqrt(mpf(v))) / mp.sqrt(mpf(v)) - 1) / mpf(v)) for v in s])
show("tanh T", *lawson(s, y, s, range(0, 6)))
