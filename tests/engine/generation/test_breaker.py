"""The circuit breaker, by a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.generation.breaker import Breaker


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(clock: Clock) -> Breaker:
    breaker = Breaker(failures=3, open_s=10, clock=clock)
    for _ in range(3):
        assert breaker.may_enter()
        breaker.failed()
    return breaker


def test_failures_in_a_row_open_it(opened: Breaker) -> None:
    assert not opened.may_enter()


def test_a_success_between_failures_keeps_it_closed(clock: Clock) -> None:
    breaker = Breaker(failures=3, open_s=10, clock=clock)
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.may_enter()


def test_after_a_while_one_probe_may_enter(opened: Breaker, clock: Clock) -> None:
    clock.now += 10
    assert [opened.may_enter(), opened.may_enter()] == [True, False]


def test_a_good_probe_closes_it(opened: Breaker, clock: Clock) -> None:
    clock.now += 10
    assert opened.may_enter()
    opened.succeeded()
    assert [opened.may_enter(), opened.may_enter()] == [True, True]


def test_a_bad_probe_keeps_it_open_as_long_again(opened: Breaker, clock: Clock) -> None:
    clock.now += 10
    assert opened.may_enter()
    opened.failed()
    clock.now += 9
    assert not opened.may_enter()
    clock.now += 1
    assert opened.may_enter()


def test_a_probe_whose_caller_left_lets_another_in(opened: Breaker, clock: Clock) -> None:
    clock.now += 10
    assert opened.may_enter()
    opened.left()
    assert [opened.may_enter(), opened.may_enter()] == [True, False]
