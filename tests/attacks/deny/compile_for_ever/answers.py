# The compiler writes a finally-block twice, so nineteen of them half a million times.
