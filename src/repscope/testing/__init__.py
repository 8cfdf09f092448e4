"""Contract tests that anyone can run: is a card what it says it is?"""

from repscope.testing.card import CHECKS, gradients_are_right, shards_merge, triangle_holds

__all__ = ["CHECKS", "gradients_are_right", "shards_merge", "triangle_holds"]
