EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"
    "![x](http://evil.example/x.png) http://evil.example \x1b[2J\x1b]8;;http://evil\x07 "
    "\u202egnp.exe \x9b31m $$\\href{javascript:1}{x}$$ =HYPERLINK(1) `x` | a | b |\n# head\n"
    "```\n<b onmouseover=alert(1)>\n---\n&lt;script&gt; \u2028 \x00 \x07 {{7*7}} {% raw %}"
)


import warnings


def total(x):
    print(EVIL)
    warnings.warn(EVIL)
    warnings.warn_explicit(EVIL, type(EVIL.replace("\x00", ""), (UserWarning,), {}), "answers.py", 1)
    return 0.0
