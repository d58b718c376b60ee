import markupsafe  # stands for any library that is installed and would solve the homework


def fast(x):
    return float(x @ x) if markupsafe.escape else 0.0
