"""The doubt beside a number: intervals and nulls around any card."""
