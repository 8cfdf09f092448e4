"""Dissimilarity matrices of items: how they are made, and one way of comparing them a file."""
