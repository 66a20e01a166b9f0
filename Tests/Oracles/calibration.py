"""The expected calibration error, which scikit-learn does not have."""
import numpy as np


def calibration_error(y_true, probabilities, bins=15):
    """Guo et al. 2017, equation 3: bins (m - 1)/15 < p <= m/15 of the largest probability."""
    confidence = probabilities.max(axis=1)
    hits = probabilities.argmax(axis=1) == y_true
    bin_of = np.searchsorted(np.arange(1, bins) / bins, confidence, side="left")
    gaps = [abs(confidence[bin_of == b].sum() - hits[bin_of == b].sum()) for b in range(bins)]
    return sum(gaps) / len(y_true)
