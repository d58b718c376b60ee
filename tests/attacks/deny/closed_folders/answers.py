import os


def total(x):
    os.mkdir("closed")
    open("closed/file", "w").write("x")
    os.chmod("closed", 0)
    return 0.0


def quiet(x):
    os.chmod(".", 0)
    return 0.0
