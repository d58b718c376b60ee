"""The class page: what a class got right and wrong, and which checks tell it apart."""
