"""The threshold that own questions give, and its error."""

from __future__ import annotations

import numpy as np
import pytest

from services.answers.calibration import Share, calibrate
from services.answers.gate import THRESHOLD


def test_with_fewer_than_thirty_questions_nothing_is_calibrated() -> None:
    assert calibrate([2.0] * 20, [1.0] * 9) is None
    assert calibrate([], [1.0] * 40) is None


def test_two_kinds_that_lie_apart_are_told_apart_without_error() -> None:
    found = calibrate([1.2 + each / 100 for each in range(40)], [0.5 + each / 100 for each in range(10)])

    assert found is not None
    assert 0.59 < found.threshold < 1.2
    assert (found.refused_wrongly.wrong, found.answered_wrongly.wrong) == (0, 0)
    assert found.shipped_refused_wrongly.wrong == 40


def test_where_many_thresholds_are_equally_good_the_nearest_to_the_shipped_one_is_taken() -> None:
    found = calibrate([3.0] * 30, [0.1] * 10)

    assert found is not None
    assert found.threshold == THRESHOLD


def test_no_more_than_one_of_ten_answerable_questions_is_given_up_to_refuse_others() -> None:
    # Near misses: two of three have as much evidence as what is answered.
    own = [1.5 + each / 100 for each in range(100)]
    found = calibrate(own, [1.4 + each / 20 for each in range(20)])

    assert found is not None
    assert sum(each < found.threshold for each in own) == 10


def test_the_error_is_that_of_questions_that_were_not_looked_at() -> None:
    # On the very questions a threshold can always be found that looks better than it is.
    random = np.random.default_rng(4)
    drawn = [(random.normal(2.0, 0.4, 30), random.normal(1.4, 0.4, 30)) for _ in range(60)]
    fresh = random.normal(2.0, 0.4, 20_000), random.normal(1.4, 0.4, 20_000)
    found = [calibrate(own.tolist(), other.tolist()) for own, other in drawn]

    told = np.mean([each.refused_wrongly.wrong / 30 + each.answered_wrongly.wrong / 30 for each in found if each])
    true = np.mean([(fresh[0] < each.threshold).mean() + (fresh[1] >= each.threshold).mean() for each in found if each])
    assert told == pytest.approx(true, abs=0.04)


def test_without_questions_to_refuse_it_answers_nine_of_ten_and_never_asks_more_than_the_shipped_one() -> None:
    low = calibrate([0.5 + each / 100 for each in range(100)], [])
    high = calibrate([2.5 + each / 100 for each in range(100)], [])

    assert low is not None
    assert low.threshold == pytest.approx(0.6)
    assert 9 <= low.refused_wrongly.wrong <= 11
    assert low.answered_wrongly.number == 0
    assert high is not None
    assert high.threshold == THRESHOLD


def test_a_share_is_told_with_wilsons_interval() -> None:
    assert (Share(4, 40).low, Share(4, 40).high) == pytest.approx((0.0396, 0.2305), abs=0.001)
    assert (Share(0, 10).low, Share(0, 10).high) == pytest.approx((0.0, 0.2775), abs=0.001)
    assert (Share(0, 0).low, Share(0, 0).high) == (0.0, 1.0)
