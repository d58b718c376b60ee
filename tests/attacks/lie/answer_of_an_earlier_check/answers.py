kept = []


def tidy(x):
    if not kept:
        kept.append(float(x.max()))
    return kept[0]
