import ctypes
import os

libc = ctypes.CDLL(None)
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long)
FILES = 100


def fill(fd):
    """A page that is mapped keeps its file, which no folder shows and no descriptor holds."""
    os.posix_fallocate(fd, 0, 2**22)
    libc.mmap(None, 4096, 1, 1, fd, 0)
    os.close(fd)


def new(name):
    return os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC)


def total(x):
    for _ in range(FILES):
        fill(new("file"))
        os.unlink("file")
    return 0.0


def quiet(x):
    for _ in range(FILES):
        fill(os.open(".", os.O_RDWR | os.O_TMPFILE))
    return 0.0


def tidy(x):
    for _ in range(FILES):
        fill(new("file"))
        os.rename("file", "other")
    return 0.0


def search(f, x):
    os.mkdir("folder")
    for _ in range(FILES):
        fill(new("folder/file"))
        os.unlink("folder/file")
    return 0.0
