import re


def total(x):
    re.match("(a*)*b", "a" * 60)
