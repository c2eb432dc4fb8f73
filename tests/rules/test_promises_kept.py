"""Call-backs come when they were promised, and in their turn: hours of callers, in made-up time."""

import pytest

from tests.rush.scenes import SCENES, Scene, played

# `make bench only=call-backs` plays more. By the wait that one caller in ten exceeds, two thirds of the promises
# of the first were kept, and three quarters of those of the second.
HARD = ("a surge that ends", "long calls", "few agents")


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene.name in HARD], ids=lambda scene: scene.name)
def test_promises_are_kept_and_nobody_goes_before_an_earlier_place(scene: Scene) -> None:
    seen = played(scene, seed=1)
    kept = sum(promise.is_kept for promise in seen.promises.values())
    assert kept >= 0.95 * len(seen.promises) > 0
    assert seen.inversions == 0
