def total(x):
    raise ValueError("=HYPERLINK(0)")


def table(x):
    raise KeyError("@SUM(1+1)*cmd|' /C calc'!A0")
