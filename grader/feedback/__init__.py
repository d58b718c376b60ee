"""Which known mistake was made: variants of the reference, and the diagnosis by them."""

from grader.feedback.diagnose import Diagnosis, Explanation
from grader.feedback.form import Form, form_of_gradient
from grader.feedback.variants import Variant, VariantError, Variants, load_variants

__all__ = [
    "Diagnosis",
    "Explanation",
    "Form",
    "Variant",
    "VariantError",
    "Variants",
    "form_of_gradient",
    "load_variants",
]
