import os


class Boom:
    def __reduce__(self):
        return (os.system, ("touch /tmp/loot-@RUN@",))

    def __deepcopy__(self, memo):
        return self.__reduce__()

    __array__ = __copy__ = __deepcopy__


def total(x):
    return Boom()


def search(f, x):
    f(Boom())
    return [Boom()]


def relay(x):
    return b"\x80\x04\x95" + b"cos\nsystem\n(S'touch /tmp/loot-@RUN@'\ntR."
