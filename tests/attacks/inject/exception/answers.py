EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"
    "![x](http://evil.example/x.png) http://evil.example \x1b[2J\x1b]8;;http://evil\x07 "
    "\u202egnp.exe \x9b31m $$\\href{javascript:1}{x}$$ =HYPERLINK(1) `x` | a | b |\n# head\n"
    "```\n<b onmouseover=alert(1)>\n---\n&lt;script&gt; \u2028 \x00 \x07 {{7*7}} {% raw %}"
)


def total(x):
    raise ValueError(EVIL)


def table(x):
    raise type(EVIL.replace("\x00", ""), (Exception,), {})(EVIL)


def back(value):
    raise KeyError(EVIL)


def relay(x):
    assert False, EVIL
