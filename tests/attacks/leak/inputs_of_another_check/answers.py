import builtins


def shown(x):
    print(getattr(builtins, "kept", "nothing"))
    return 0.0
