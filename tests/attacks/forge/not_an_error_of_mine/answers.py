class GraderFailed(Exception):
    __module__ = "grader.outcomes"


class Skipped(BaseException):
    __module__ = "_pytest.outcomes"


def total(x):
    raise GraderFailed("the reference raised ValueError")


def quiet(x):
    raise Skipped("skipped")


def search(f, x):
    raise KeyboardInterrupt


def relay(x):
    raise GeneratorExit


def table(x):
    raise StopIteration


def tidy(x):
    raise Skipped("Timeout")
