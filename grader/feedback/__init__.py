"""Which known mistake was made: variants of the reference, and the diagnosis by them."""

from grader.feedback.variants import Variant, Variants, load_variants

__all__ = ["Variant", "Variants", "load_variants"]
