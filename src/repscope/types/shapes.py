"""Names for shape annotations: jaxtyping's where it is installed, inert aliases where it is not.

jaxtyping is a development dependency. Under pytest its import hook reads `Float[Array, "items units"]` and
checks every call; in production nothing evaluates the annotation, so the alias only has to exist.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

Array: TypeAlias = Any
"""An array of any library that follows the array API standard: NumPy, PyTorch, …"""

if TYPE_CHECKING or "pytest" in sys.modules:
    from jaxtyping import Bool, Float, Int, Shaped
else:
    Bool = Float = Int = Shaped = Annotated

__all__ = ["Array", "Bool", "Float", "Int", "Shaped"]
