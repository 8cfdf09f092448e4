"""The only folder that knows array libraries apart."""
