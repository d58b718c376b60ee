EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"
    "![x](http://evil.example/x.png) http://evil.example \x1b[2J\x1b]8;;http://evil\x07 "
    "\u202egnp.exe \x9b31m $$\\href{javascript:1}{x}$$ =HYPERLINK(1) `x` | a | b |\n# head\n"
    "```\n<b onmouseover=alert(1)>\n---\n&lt;script&gt; \u2028 \x00 \x07 {{7*7}} {% raw %}"
)


def inner():
    raise ValueError


def total(x):
    inner.__code__ = inner.__code__.replace(co_name=EVIL)
    inner()


def quiet(x):
    return [type(EVIL.replace("\x00", ""), (set,), {})()]


def table(x):
    return {EVIL: EVIL, "sum": EVIL}


def search(f, x):
    code = search.__code__
    search.__code__ = code.replace(co_varnames=("f", EVIL, *code.co_varnames[2:]))
    x += 1
    return 0


def relay(x):
    __import__(EVIL.replace("\x00", ""))
