"""Whole questions answered: stores and arrays in, Results out."""
