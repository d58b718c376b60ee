import os
import subprocess


def total(x):
    command = "touch /tmp/loot-@RUN@; sleep 30 &"
    ways = [
        lambda: os.posix_spawn("/bin/sh", ["sh", "-c", command], {}),
        lambda: subprocess.Popen(["/bin/sh", "-c", command]),
        lambda: os.system(command),
        lambda: __import__("multiprocessing").Process(target=os.getpid).start(),
        lambda: os.execv("/bin/sh", ["sh", "-c", command]),
    ]
    for way in ways:
        try:
            way()
        except OSError:
            pass
    return 0.0
