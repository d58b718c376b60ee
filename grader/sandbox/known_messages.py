"""What Python and numpy say, in any of the versions that are supported: one message a line.

<n> is a number, <s> a shape, <i> a name, <o> an operator or punctuation.
"""

KNOWN = """
operands could not be broadcast together with shapes <s> <s>
operands could not be broadcast together with shapes <s> <s> <s>
operands could not be broadcast together with remapped shapes [original->remapped]: <s>
non-broadcastable output operand with shape <s> doesn't match the broadcast shape <s>
could not broadcast input array from shape <s> into shape <s>
shape mismatch: objects cannot be broadcast to a single shape
shape mismatch: value array of shape <s> could not be broadcast to indexing result of shape <s>
operands could not be broadcast together with shape <s> <s>
operands could not be broadcast together with remapped shapes [original->remapped]: <s>-><s> \
<s>-><s>
operands could not be broadcast together with remapped shapes [original->remapped]: <s> and \
requested shape <s>
einstein sum subscripts string contains too many subscripts for operand <n>
operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis provided \
to broadcast the extra dimensions.
NumPy boolean array indexing assignment cannot assign <n> input values to the <n> output values \
where the mask is true
axes don't match array
Incompatible dimensions
expected x and y to have same length
negative dimensions are not allowed
`indices` and `arr` must have the same number of dimensions
solve: Input operand <n> has a mismatch in its core dimension <n>, with gufunc signature \
(m,m),(m,n)->(m,n) (size <n> is different from <n>)
solve1: Input operand <n> has a mismatch in its core dimension <n>, with gufunc signature \
(m,m),(m)->(m) (size <n> is different from <n>)
shape mismatch: indexing arrays could not be broadcast together with shapes <s> <s>
shapes <s> and <s> not aligned: <n> (dim <n>) != <n> (dim <n>)
matmul: Input operand <n> has a mismatch in its core dimension <n>, with gufunc signature \
(n?,k),(k,m?)->(n?,m?) (size <n> is different from <n>)
matmul: Input operand <n> does not have enough dimensions (has <n>, gufunc core with signature \
(n?,k),(k,m?)->(n?,m?) requires <n>)
index <o><n> is out of bounds for axis <n> with size <n>
index <o><n> is out of bounds for size <n>
axis <o><n> is out of bounds for array of dimension <n>
axis<n>: axis <o><n> is out of bounds for array of dimension <n>
boolean index did not match indexed array along axis <n>; size of axis is <n> but size of \
corresponding boolean axis is <n>
boolean index did not match indexed array along dimension <n>; dimension is <n> but corresponding \
boolean dimension is <n>
too many indices for array: array is <n>-dimensional, but <n> were indexed
only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean \
arrays are valid indices
only integer scalar arrays can be converted to a scalar index
only length-1 arrays can be converted to Python scalars
only 0-dimensional arrays can be converted to Python scalars
arrays used as indices must be of integer (or boolean) type
setting an array element with a sequence.
setting an array element with a sequence. The requested array has an inhomogeneous shape after \
<n> dimensions. The detected shape was <s> + inhomogeneous part.
cannot reshape array of size <n> into shape <s>
cannot select an axis to squeeze out which has size not equal to one
all the input array dimensions except for the concatenation axis must match exactly, but along \
dimension <n>, the array at index <n> has size <n> and the array at index <n> has size <n>
all the input arrays must have same number of dimensions, but the array at index <n> has <n> \
dimension(s) and the array at index <n> has <n> dimension(s)
all input arrays must have the same shape
need at least one array to concatenate
need at least one array to stack
zero-size array to reduction operation <i> which has no identity
attempt to get argmax of an empty sequence
attempt to get argmin of an empty sequence
The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()
The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is \
not empty.
Cannot cast ufunc '<i>' output from dtype('<i>') to dtype('<i>') with casting rule 'same_kind'
assignment destination is read-only
output array is read-only
Singular matrix
Last <n> dimensions of the array must be square
Unable to allocate <o> for an array with shape <s> and data type <i>
Integers to negative integer powers are not allowed.
ufunc '<i>' not supported for the input types, and the inputs could not be safely coerced to any \
supported types according to the casting rule ''safe''
loop of ufunc does not support argument <n> of type <i> which has no callable <i> method
list index out of range
list assignment index out of range
tuple index out of range
string index out of range
pop from empty list
list indices must be integers or slices, not <i>
tuple indices must be integers or slices, not <i>
name '<i>' is not defined
name '<i>' is not defined. Did you mean: '<i>'?
free variable '<i>' referenced before assignment in enclosing scope
local variable '<i>' referenced before assignment
cannot access local variable '<i>' where it is not associated with a value
cannot access free variable '<i>' where it is not associated with a value in enclosing scope
'<i>' object has no attribute '<i>'
'<i>' object has no attribute '<i>'. Did you mean: '<i>'?
type object '<i>' has no attribute '<i>'
module '<i>' has no attribute '<i>'
'<i>' object is not callable
'<i>' object is not iterable
'<i>' object is not subscriptable
'<i>' object does not support item assignment
'<i>' object cannot be interpreted as an integer
'<i>' object is not an iterator
object of type '<i>' has no len()
len() of unsized object
iteration over a 0-d array
invalid index to scalar variable.
cannot unpack non-iterable <i> object
unsupported operand type(s) for <o>: '<i>' and '<i>'
'<o>' not supported between instances of '<i>' and '<i>'
bad operand type for unary <o>: '<i>'
bad operand type for abs(): '<i>'
Cannot interpret '<o>' as a data type
data type '<i>' not understood
<o> is not in list
can only concatenate str (not "<i>") to str
can only concatenate list (not "<i>") to list
can't multiply sequence by non-int of type '<i>'
must be real number, not <i>
float() argument must be a string or a real number, not '<i>'
int() argument must be a string, a bytes-like object or a real number, not '<i>'
unhashable type: '<i>'
<i>() missing <n> required positional argument: '<i>'
<i>() missing <n> required positional arguments: '<i>' and '<i>'
<i>() missing <n> required positional arguments: '<i>', '<i>', and '<i>'
<i>() missing <n> required keyword-only argument: '<i>'
<i>() takes <n> positional argument but <n> were given
<i>() takes <n> positional arguments but <n> was given
<i>() takes <n> positional arguments but <n> were given
<i>() takes from <n> to <n> positional arguments but <n> were given
<i>() takes from <n> to <n> positional arguments but <n> was given
<i>() takes no arguments
<i>() got an unexpected keyword argument '<i>'
<i>() got multiple values for argument '<i>'
not enough values to unpack (expected <n>, got <n>)
too many values to unpack (expected <n>)
too many values to unpack (expected <n>, got <n>)
division by zero
float division by zero
float modulo
integer division or modulo by zero
integer modulo by zero
complex division by zero
math domain error
math range error
cannot convert float NaN to integer
cannot convert float infinity to integer
maximum recursion depth exceeded
maximum recursion depth exceeded in comparison
maximum recursion depth exceeded while calling a Python object
EOF when reading a line
No module named '<i>'
attempted relative import beyond top-level package
attempted relative import with no known parent package
cannot import name '<i>' from '<i>'
cannot import name '<i>' from '<i>' (unknown location)
dictionary changed size during iteration
generator raised StopIteration
invalid literal for int() with base <n>: '<o>'
could not convert string to float: '<o>'
super(): no arguments
<o> not found.
max() arg is an empty sequence
min() arg is an empty sequence
'<i>'
<n>
divide by zero encountered in <i>
divide by zero encountered in scalar <i>
invalid value encountered in <i>
invalid value encountered in scalar <i>
overflow encountered in <i>
overflow encountered in scalar <i>
underflow encountered in <i>
Mean of empty slice.
Mean of empty slice
Degrees of freedom <o> 0 for slice.
invalid escape sequence '<o>'
Conversion of an array with ndim > 0 to a scalar is deprecated, and will error in future. Ensure \
you extract a single element from your array before performing this operation. (Deprecated NumPy \
<o>.)
Casting complex values to real discards the imaginary part
can't start new thread
Operation not permitted
[Errno <n>] Permission denied: '<o>'
[Errno <n>] No such file or directory: '<o>'
[Errno <n>] Operation not permitted
an array of dtype str<n>
an array of dtype bytes<n>
an array of dtype void<n>
an array of dtype <i>
a numpy scalar of dtype <i>
an array of <o> bytes
an int of more than 64 bits
a value nested more than 24 deep
more than 200000 values at once
a dict of more than 2000 keys
a Generator over <i>
the result is an int of more than 64 bits
the result is an array of <o> bytes
expected numbers, got an object
invalid syntax
invalid syntax. Perhaps you forgot a comma?
invalid syntax. Maybe you meant '==' or ':=' instead of '='?
'<o>' was never closed
unmatched '<o>'
closing parenthesis '<o>' does not match opening parenthesis '<o>'
closing parenthesis '<o>' does not match opening parenthesis '<o>' on line <n>
expected ':'
expected '<o>'
expected 'except' or 'finally' block
multiple exception types must be parenthesized
':' expected after dictionary key
expected 'else' after 'if' expression
expression expected after dictionary key and ':'
invalid character '<o>' (U+<o>)
cannot assign to <i> here. Maybe you meant '==' instead of '='?
cannot assign to <i>
cannot assign to expression here. Maybe you meant '==' instead of '='?
cannot assign to literal here. Maybe you meant '==' instead of '='?
expected an indented block
expected an indented block after <i> statement on line <n>
expected an indented block after '<i>' statement on line <n>
expected an indented block after function definition on line <n>
expected an indented block after class definition on line <n>
unexpected indent
unindent does not match any outer indentation level
inconsistent use of tabs and spaces in indentation
unterminated string literal (detected at line <n>)
unterminated triple-quoted string literal (detected at line <n>)
EOL while scanning string literal
EOF while scanning triple-quoted string literal
unexpected EOF while parsing
unexpected character after line continuation character
Missing parentheses in call to '<i>'. Did you mean <i>(...)?
cannot assign to <i>
cannot assign to <i> here. Maybe you meant '==' instead of '='?
cannot assign to function call here. Maybe you meant '==' instead of '='?
cannot assign to expression here. Maybe you meant '==' instead of '='?
cannot assign to literal here. Maybe you meant '==' instead of '='?
invalid decimal literal
invalid imaginary literal
invalid character '<o>' (U+<o>)
invalid non-printable character U+<o>
'return' outside function
'yield' outside function
'break' outside loop
'continue' not properly in loop
'await' outside function
positional argument follows keyword argument
positional argument follows keyword argument unpacking
keyword argument repeated: <i>
non-default argument follows default argument
parameter without a default follows parameter with a default
duplicate argument '<i>' in function definition
name '<i>' is used prior to global declaration
name '<i>' is assigned to before global declaration
leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers
f-string: expecting '}'
f-string: empty expression not allowed
f-string: unmatched '<o>'
multiple statements found while compiling a single statement
too many nested parentheses
too many statically nested blocks
source code string cannot contain null bytes
the code is too deeply nested for Python to read
Python's own compiler crashed or did not end on this file
"""
