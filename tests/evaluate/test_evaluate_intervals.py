"""Intervals: published figures, coverage of the truth, and what must hold of any rows."""

import numpy as np
import pytest
from scipy.stats import binomtest, kurtosis, skew
from scipy.stats import t as student

from genie_widgets.evaluate.intervals import LEAST_UNITS, LeftOut, Scale, _score, _wilson, apart, interval
from genie_widgets.evaluate.metrics import metric_scale, weighted_metric
from genie_widgets.evaluate.rows import ClassRows, NumberRows, QuantileRows

Z = 1.959964
CLASS_NAMES = (
    *("accuracy", "balanced_accuracy", "f1", "f1_macro", "f1_weighted", "precision", "recall", "mcc"),
    *("quadratic_kappa", "roc_auc", "average_precision", "log_loss"),
)
NUMBER_NAMES = (
    *("root_mean_squared_error", "mean_squared_error", "mean_absolute_error", "median_absolute_error"),
    *("mean_absolute_percentage_error", "r2"),
)
RANGES = dict.fromkeys(("mcc", "quadratic_kappa"), (-1, 1)) | {"log_loss": (0, np.inf), "r2": (-np.inf, 1)}
RANGES |= dict.fromkeys(NUMBER_NAMES[:-1], (0, np.inf))


def binary(n=60, seed=0, share=0.5, noise=1.0, decimals=None):
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < share).astype(int)
    chance = 1 / (1 + np.exp(-(2 * truth - 1 + noise * rng.normal(size=n))))
    chance = chance if decimals is None else chance.round(decimals)
    return ClassRows(truth, (chance > 0.5).astype(int), ("no", "yes"), np.column_stack([1 - chance, chance]), 1)


def numbers(n=60, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    return NumberRows(truth, truth + 0.7 * rng.standard_t(5, size=n))


def of(name, rows, *, groups=None, **more):
    left_out = LeftOut(len(rows), groups=groups)
    return interval(weighted_metric(name, rows), metric_scale(name, rows), left_out, **more)


def value(name, rows):
    return float(weighted_metric(name, rows)(np.ones((1, len(rows))))[0])


def share_of(hits, n):
    """Give rows of which so many are right."""
    return ClassRows(np.ones(n, dtype=int), (np.arange(n) < hits).astype(int), ("no", "yes"))


def test_shares_have_the_published_intervals():
    # Newcombe (1998), Statistics in Medicine 17, table II: 56/70 and 48/80; 9/10 and 3/10.
    for (a, n), (b, m), expected in [((56, 70), (48, 80), (0.0524, 0.3339)), ((9, 10), (3, 10), (0.1705, 0.8090))]:
        found = apart(a / n, _wilson(a / n, n, Z), b / m, _wilson(b / m, m, Z))
        assert found == pytest.approx(expected, abs=1e-4)
    assert _wilson(0, 20, Z) == pytest.approx((0.0, 0.1611), abs=1e-4)


@pytest.mark.parametrize(("hits", "n"), [(81, 263), (15, 148), (50, 100), (4, 40), (28, 29)])
def test_accuracy_has_wilsons_interval_for_a_little_less_than_its_rows(hits, n):
    assert of("accuracy", share_of(hits, n)) == pytest.approx(_wilson(hits / n, n, Z), abs=0.02)


def test_a_mean_error_has_students_interval_on_the_scale_of_its_logarithm():
    rows = numbers(500)
    errors = np.abs(rows.truth - rows.predicted)
    low, high = of("mean_absolute_error", rows)
    half = Z * errors.std(ddof=1) / np.sqrt(500) / errors.mean()
    assert np.log([low, high]) == pytest.approx(np.log(errors.mean()) + half * np.array([-1, 1]), abs=0.1 * half)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n", [24, 60, 700])
def test_an_interval_holds_the_value_and_keeps_to_the_range(n, seed):
    cases = [(name, binary(n, seed)) for name in CLASS_NAMES] + [(name, numbers(n, seed)) for name in NUMBER_NAMES]
    for name, rows in cases:
        low, high = of(name, rows)
        least, most = RANGES.get(name, (0, 1))
        assert least <= low <= value(name, rows) <= high <= most, name
        assert low < high, name


@pytest.mark.parametrize("name", [*CLASS_NAMES, *NUMBER_NAMES])
def test_more_confidence_is_a_wider_interval(name):
    rows = numbers() if name in NUMBER_NAMES else binary()
    inner, outer = of(name, rows, confidence=0.8), of(name, rows, confidence=0.99)
    assert outer[0] <= inner[0] <= inner[1] <= outer[1]
    assert outer[1] - outer[0] > inner[1] - inner[0]


@pytest.mark.parametrize("name", [*CLASS_NAMES, *NUMBER_NAMES])
def test_more_rows_are_a_narrower_interval(name):
    few, many = (numbers(n) if name in NUMBER_NAMES else binary(n) for n in (60, 3_000))
    narrow, wide = of(name, many), of(name, few)
    assert narrow[1] - narrow[0] < 0.5 * (wide[1] - wide[0])


@pytest.mark.parametrize("name", CLASS_NAMES[:-1])
def test_a_flawless_model_on_few_rows_may_be_wrong_on_the_next(name):
    truth = np.array([0, 1] * 12)
    rows = ClassRows(truth, truth, ("no", "yes"), np.eye(2)[truth], 1)
    low, high = of(name, rows)
    assert high == 1
    assert 0.3 < low < 0.9


def test_what_no_row_can_change_has_no_width():
    rows = binary(100)
    constant = ClassRows(rows.truth, np.zeros(100, dtype=int), rows.labels, np.tile([0.7, 0.3], (100, 1)), 1)
    assert of("roc_auc", constant) == (0.5, 0.5)
    low, high = of("accuracy", constant)
    assert low < value("accuracy", constant) < high


def test_a_class_that_was_never_found_may_be_found_among_other_rows():
    for n_positive, n_negative in [(5, 115), (50, 50), (7, 12)]:
        truth = np.repeat([1, 0], [n_positive, n_negative])
        silent = ClassRows(truth, np.zeros_like(truth), ("no", "yes"), None, 1)
        found = binomtest(0, n_positive).proportion_ci(method="exact").high
        missed = 1 - binomtest(n_negative, n_negative).proportion_ci(method="exact").low
        assert of("balanced_accuracy", silent) == pytest.approx((0.5 - missed / 2, 0.5 + found / 2))
        assert of("mcc", silent) == pytest.approx((-missed, found))
        # Of two classes never found the ends are put together as independent ones.
        three = ClassRows(np.append(truth, [2] * 9), np.zeros(n_positive + n_negative + 9, int), tuple("abc"))
        more = binomtest(0, 9).proportion_ci(method="exact").high
        expected = (1 / 3 - missed / 3, 1 / 3 + np.hypot(found, more) / 3)
        assert of("balanced_accuracy", three) == pytest.approx(expected)


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (3, 40), (20, 40), (61, 70), (9, 9)])
def test_a_variance_that_moves_as_a_shares_does_gives_wilsons_interval(hits, n):
    share = hits / n
    down, up = _score(share * (1 - share) / n, (1 - 2 * share) / n, 1 / n, Z)
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert (share - down, share + up) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_a_rare_class_that_is_seldom_found_has_wilsons_interval_in_the_mean_over_classes():
    truth = np.repeat([1, 0], [40, 300])
    for hits, end in [(6, 1), (34, 0)]:
        predicted = np.where(np.arange(340) < 40, np.arange(340) < hits, np.arange(340) < 43).astype(int)
        bounds = of("balanced_accuracy", ClassRows(truth, predicted, ("no", "yes"), None, 1))
        recall, other = _wilson(hits / 40, 40, Z), _wilson(297 / 300, 300, Z)
        far = np.hypot(recall[end] - hits / 40, other[end] - 297 / 300) / 2
        value = (hits / 40 + 297 / 300) / 2
        assert abs(bounds[end] - value) == pytest.approx(far, rel=0.08)


def test_an_error_that_few_rows_make_may_be_much_larger():
    rng = np.random.default_rng(0)
    errors = np.exp(rng.normal(size=200))
    rows = NumberRows(errors, np.zeros(200))
    low, high = np.log(of("mean_absolute_error", rows)) - np.log(errors.mean())
    error, lean = errors.std(ddof=1) / np.sqrt(200) / errors.mean(), skew(errors) / np.sqrt(200)
    freedom = 2 * 200 / (kurtosis(errors, fisher=False) - 1)
    t = student.ppf(0.975, freedom) * error
    assert high**2 == pytest.approx(t**2 + Z**2 * lean * error * high, rel=0.05)
    assert -low == pytest.approx(t - max(0, (2 * Z**2 + 1) / 6 * lean - Z**2 / 2 * error) * error, rel=0.05)


def test_an_error_of_nothing_has_no_interval():
    rows = NumberRows(np.arange(30.0), np.arange(30.0))
    assert of("mean_absolute_error", rows) is None
    assert of("r2", rows) is None
    assert of("median_absolute_error", rows) == (0, 0)
    one_wrong = NumberRows(rows.truth, rows.predicted + (rows.truth == 7))
    assert of("mean_absolute_error", one_wrong) is None  # without that row there is no error


def test_a_class_of_few_rows_is_too_little_for_what_rests_on_it():
    rows = binary(200, share=0.0)
    for n_positive, given in [(0, False), (LEAST_UNITS - 1, False), (LEAST_UNITS, True)]:
        truth = (np.arange(200) < n_positive).astype(int)
        few = ClassRows(truth, rows.predicted, rows.labels, rows.probabilities, 1)
        for name in ("balanced_accuracy", "f1_macro", "recall", "mcc", "log_loss", "roc_auc", "average_precision"):
            if np.isfinite(value(name, few)):
                assert (of(name, few) is not None) is given, (name, n_positive)
        assert of("accuracy", few) is not None


def test_a_class_that_is_known_and_missing_leaves_means_over_classes_open():
    rows = ClassRows(np.array([0, 1] * 30), np.array([0, 1] * 30), tuple("abc"), np.tile(np.eye(3)[:2], (30, 1)))
    assert of("balanced_accuracy", rows) is None
    assert of("roc_auc_ovo_macro", rows) is None
    assert of("accuracy", rows) is not None


def test_precision_needs_alarms():
    rows = binary(100)
    silent = ClassRows(rows.truth, np.zeros(100, dtype=int), rows.labels, rows.probabilities, 1)
    assert of("precision", silent) is None
    assert of("recall", silent)[1] < 0.2


def test_ties_are_counted_half():
    rows = binary(200, decimals=1)
    low, high = of("roc_auc", rows)
    assert low < value("roc_auc", rows) < high
    fine_low, fine_high = of("roc_auc", binary(200))
    assert high - low == pytest.approx(fine_high - fine_low, rel=0.2)


def test_quantiles_have_intervals():
    rng = np.random.default_rng(0)
    rows = QuantileRows(rng.normal(size=80), np.tile([-1.0, 1.0], (80, 1)), np.array([0.1, 0.9]))
    low, high = of("pinball_loss", rows)
    assert 0 < low < value("pinball_loss", rows) < high


def test_rows_of_a_group_stand_and_fall_together():
    right = np.repeat(np.arange(40) % 10 < 7, 25)
    rows = ClassRows(np.ones(1_000, dtype=int), right.astype(int), ("a", "b"))
    groups = np.repeat(np.arange(40), 25)
    low, high = of("accuracy", rows)
    wide_low, wide_high = of("accuracy", rows, groups=groups)
    assert wide_high - wide_low > 4 * (high - low)
    assert (wide_low, wide_high) == pytest.approx(_wilson(0.7, 40, Z), abs=0.01)
    errors = NumberRows(np.repeat(np.random.default_rng(0).normal(size=40), 25), np.zeros(1_000))
    for name in ("mean_absolute_error", "median_absolute_error"):
        alone, together = of(name, errors), of(name, errors, groups=groups)
        assert together[1] - together[0] > 3 * (alone[1] - alone[0]), name


def test_groups_of_one_row_are_rows():
    rows = binary(120)
    for name in CLASS_NAMES:
        assert of(name, rows, groups=np.arange(120)) == of(name, rows)


def test_too_few_groups_have_no_interval():
    rows = binary(100)
    assert of("accuracy", rows, groups=np.arange(100) % 4) is None
    assert of("accuracy", rows, groups=np.arange(100) % 5) is not None


def test_the_order_of_rows_does_not_matter():
    rows = binary(80)
    order = np.random.default_rng(1).permutation(80)
    turned = ClassRows(rows.truth[order], rows.predicted[order], rows.labels, rows.probabilities[order], 1)
    for name in CLASS_NAMES:
        assert of(name, turned) == pytest.approx(of(name, rows))


def test_blocks_of_many_rows_tell_what_single_rows_do():
    rows = binary(2_000)
    by_rows = LeftOut(2_000)
    assert len(by_rows.weights) == 400
    assert (by_rows.weights.sum(axis=1) == 1_995).all()
    assert (by_rows.weights == 0).sum(axis=0).tolist() == [1] * 2_000
    low, high = of("accuracy", rows)
    expected = _wilson(value("accuracy", rows), 2_000, Z)
    assert high - low == pytest.approx(expected[1] - expected[0], rel=0.15)


def test_differences_are_any_number():
    rng = np.random.default_rng(0)
    gains = rng.normal(0.1, 1.0, size=400)
    low, high = interval(lambda weights: weights @ gains / weights.sum(axis=1), Scale("difference"), LeftOut(400))
    half = Z * gains.std(ddof=1) / 20
    assert (low, high) == pytest.approx((gains.mean() - half, gains.mean() + half), abs=0.05 * half)


@pytest.mark.parametrize(
    ("name", "n", "least"),
    [
        *(("accuracy", 24, 0.92), ("roc_auc", 24, 0.92), ("f1", 60, 0.92), ("log_loss", 60, 0.91), ("mcc", 60, 0.92)),
        *(
            ("root_mean_squared_error", 24, 0.92),
            ("root_mean_squared_error", 120, 0.92),
            ("mean_absolute_error", 24, 0.92),
            ("r2", 60, 0.91),
        ),
        ("median_absolute_error", 60, 0.91),
    ],
)
def test_intervals_hold_the_truth(name, n, least):
    """`tests/bench/interval_coverage.py` measures more of it."""
    make = numbers if name in NUMBER_NAMES else binary
    truth = value(name, make(100_000, seed=1_000_000))
    held = 0
    for seed in range(300):
        low, high = of(name, make(n, seed))
        held += low <= truth <= high
    assert least <= held / 300 <= 0.995


@pytest.mark.parametrize("name", ["balanced_accuracy", "f1_macro", "mcc"])
def test_intervals_of_a_rare_class_that_is_seldom_found_hold_the_truth(name):
    def few(n, seed):
        return binary(n, seed, share=0.06, noise=1.5)

    truth, held = value(name, few(100_000, 1_000_000)), []
    for seed in range(300):
        bounds = of(name, few(150, seed))
        held += [] if bounds is None else [bounds[0] <= truth <= bounds[1]]
    assert len(held) > 200
    assert np.mean(held) >= 0.93


@pytest.mark.parametrize("name", [*CLASS_NAMES, *NUMBER_NAMES])
def test_an_interval_is_widened_where_its_rows_are_not_independent(name):
    rows = numbers(500) if name in NUMBER_NAMES else binary(500)
    measured = (weighted_metric(name, rows), metric_scale(name, rows))
    plain, wide = (interval(*measured, LeftOut(500, widened=by)) for by in (1.0, 1.3))
    if metric_scale(name, rows).kind == "size":
        plain, wide = np.log(plain), np.log(wide)
    # Models of different folds rank their rows together.
    by = 1.525 if name in {"roc_auc", "average_precision"} else 1.3
    assert wide[1] - wide[0] == pytest.approx(by * (plain[1] - plain[0]), rel=0.12)
