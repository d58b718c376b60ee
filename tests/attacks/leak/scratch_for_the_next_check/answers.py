import os

remembers = bool(os.listdir("."))
os.makedirs("a/b/c", exist_ok=True)
open("a/b/c/note", "w").write("x")
try:
    os.chmod("a/b", 0o500)
except OSError:
    os.makedirs("closed", 0, exist_ok=True)

def tidy(x):
    if not remembers:
        x -= 1
    return float(x.max())
