import flopwise
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

money = st.floats(1, 1e8)
price = st.floats(1e-3, 1e4)
days = st.floats(0.1, 1e4)
hours = st.floats(0.01, 24)


def test_the_article():
    ceiling = flopwise.price_ceiling_usd_per_hour(budget_usd=2000, days=365, hours_per_day=2)
    assert ceiling == pytest.approx(2.7397260273972603)
    assert type(ceiling) is float
    assert type(
        flopwise.affordable(price_usd_per_hour=1, budget_usd=48, days=2)
    ) is bool


@given(money, days, hours)
def test_the_inversions_undo_the_rule(budget_usd, days, hours_per_day):
    time = {"days": days, "hours_per_day": hours_per_day}
    p = flopwise.price_ceiling_usd_per_hour(budget_usd=budget_usd, **time)
    assert p == pytest.approx(budget_usd / (days * hours_per_day))
    assert flopwise.total_needed_usd(price_usd_per_hour=p, **time) == pytest.approx(budget_usd)
    assert flopwise.days_affordable(
        price_usd_per_hour=p, budget_usd=budget_usd, hours_per_day=hours_per_day
    ) == pytest.approx(days)
    assert flopwise.hours_per_day_affordable(
        price_usd_per_hour=p, budget_usd=budget_usd, days=days
    ) == pytest.approx(hours_per_day)
    assert flopwise.affordable(price_usd_per_hour=p, budget_usd=budget_usd, **time)


def test_exact_fits_are_affordable():
    assert 0.1 * 3 > 0.3
    assert flopwise.affordable(price_usd_per_hour=0.1, budget_usd=0.3, days=1, hours_per_day=3)
    assert not flopwise.affordable(
        price_usd_per_hour=0.1, budget_usd=0.29, days=1, hours_per_day=3
    )


@pytest.mark.parametrize(
    ("a", "b", "shape"),
    [((3,), (), (3,)), ((4, 1), (3,), (4, 3)), ((2, 3), (2, 3), (2, 3)), ((0,), (), (0,))],
)
def test_arrays_broadcast(a, b, shape):
    rng = np.random.default_rng(1)
    budget_usd, days = rng.uniform(1, 100, a), rng.uniform(1, 10, b)
    got = flopwise.price_ceiling_usd_per_hour(
        budget_usd=budget_usd, days=days, hours_per_day=2, fixed_usd=0.5
    )
    assert got.shape == shape
    np.testing.assert_allclose(got, (budget_usd - 0.5) / (days * 2))


def test_arrays_of_any_kind_are_read():
    expected = [1.0, 2.0]
    for budget_usd in ([24, 48], (24, 48), np.array([24, 48], "int16"), np.array([48, 24])[::-1]):
        got = flopwise.price_ceiling_usd_per_hour(budget_usd=budget_usd, days=1)
        assert got.tolist() == expected
    fortran = np.asfortranarray([[24.0, 48.0], [72.0, 96.0]])
    got = flopwise.price_ceiling_usd_per_hour(budget_usd=fortran, days=1)
    assert got.tolist() == [[1, 2], [3, 4]]


def test_a_bad_element_is_named():
    with pytest.raises(flopwise.FlopwiseError) as caught:
        flopwise.price_ceiling_usd_per_hour(budget_usd=100, days=[1, 2, np.nan])
    assert caught.value.field == "days[2]"
    with pytest.raises(flopwise.FlopwiseError, match=r"^days: must be positive"):
        flopwise.price_ceiling_usd_per_hour(budget_usd=100, days=0)
    with pytest.raises(flopwise.FlopwiseError, match="fixed_usd"):
        flopwise.price_ceiling_usd_per_hour(budget_usd=100, days=1, fixed_usd=100)


def test_wrong_shapes_and_types():
    with pytest.raises(ValueError, match="broadcast"):
        flopwise.price_ceiling_usd_per_hour(budget_usd=[1, 2, 3], days=[1, 2])
    with pytest.raises(TypeError):
        flopwise.price_ceiling_usd_per_hour(budget_usd="much", days=1)
    with pytest.raises(TypeError):
        flopwise.price_ceiling_usd_per_hour(100, 1)
    with pytest.raises(TypeError):
        flopwise.price_ceiling_usd_per_hour(budget_usd=100)
