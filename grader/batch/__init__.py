"""A class: every submission of an export, its gradebook and its page."""
