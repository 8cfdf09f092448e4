"""Many models compared: the cube of their layers, a map, a tree, and alignment against scale."""

from repscope.studies.zoo.zoo import zoo

__all__ = ["zoo"]
