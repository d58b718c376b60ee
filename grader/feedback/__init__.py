"""Which known mistake was made: variants of the reference, and the diagnosis by them."""

from grader.feedback.diagnose import Diagnosis, Explanation
from grader.feedback.variants import Variant, VariantError, Variants, load_variants

__all__ = ["Diagnosis", "Explanation", "Variant", "VariantError", "Variants", "load_variants"]
