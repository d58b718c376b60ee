import json
import os
import struct
import sys


def pack(v):
    """A little msgpack, since the library is out of reach."""
    if v is None:
        return b"\xc0"
    if v is True or v is False:
        return b"\xc3" if v else b"\xc2"
    if isinstance(v, int):
        return (b"\xd3" + struct.pack(">q", v)) if v < 2**63 else b"\xcf" + struct.pack(">Q", v)
    if isinstance(v, float):
        return b"\xcb" + struct.pack(">d", v)
    if isinstance(v, str):
        data = v.encode()
        return b"\xdb" + struct.pack(">I", len(data)) + data
    if isinstance(v, bytes):
        return b"\xc6" + struct.pack(">I", len(v)) + v
    if isinstance(v, list):
        return b"\xdd" + struct.pack(">I", len(v)) + b"".join(map(pack, v))
    return b"\xdf" + struct.pack(">I", len(v)) + b"".join(pack(k) + pack(w) for k, w in v.items())


def channel():
    """The descriptor of the socket to the grader."""
    import stat

    return [fd for fd in range(3, 64) if is_socket(fd)][0]


def is_socket(fd):
    import stat

    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False


def say(body):
    """Put a message on the channel as the worker would."""
    data = struct.pack("<Q", len(body)) + body
    while data:
        data = data[os.write(channel(), data):]


def forge(**fields):
    say(pack(fields))

EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"
    "![x](http://evil.example/x.png) http://evil.example \x1b[2J\x1b]8;;http://evil\x07 "
    "\u202egnp.exe \x9b31m $$\\href{javascript:1}{x}$$ =HYPERLINK(1) `x` | a | b |\n# head\n"
    "```\n<b onmouseover=alert(1)>\n---\n&lt;script&gt; \u2028 \x00 \x07 {{7*7}} {% raw %}"
)


def total(x):
    forge(type="raised", kind="syntax", type_name=EVIL, message=EVIL, frames=[[EVIL, 1, EVIL]],
          names=[EVIL], warned=[[EVIL, EVIL, EVIL, 1]], printed=EVIL)


def table(x):
    forge(type="raised", kind="not_allowed", names=[EVIL], frames=[[EVIL, 2**63, EVIL]])


def relay(x):
    forge(type="raised", kind=EVIL, type_name=EVIL, message=EVIL)


def search(f, x):
    forge(type="returned", value=["o", 7, EVIL], parameters=[EVIL], changed=[0], entered=[EVIL])


def root(f, x):
    forge(type="raised", kind="import", type_name=EVIL, message=EVIL, frames=[[EVIL, -1, EVIL]])


def tidy(x):
    body = pack({"type": "raised", "kind": "raised", "type_name": "X", "message": "MARK"})
    say(body.replace(b"MARK", b"\xed\xa0\x80!"))
