"""How alike are two representations? One family of measures a file, each in two steps: prepare, between."""
