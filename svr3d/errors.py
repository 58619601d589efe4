"""The one exception that means "the input is bad", as opposed to "the program is"; and what means "no more memory"."""

from __future__ import annotations

import errno


class InputError(ValueError):
    """Bad input from outside: a file, an option, a folder, a shape.

    Its message is one sentence that says what is wrong, where, and what was expected. The command
    line prints it without a traceback and exits with code 2.
    """


def shown(text: str) -> str:
    """A name as a sentence or a table can show it: what cannot be printed, such as the end of a line, as its escape.

    >>> shown("leg\\nleft ä 座")
    'leg\\\\nleft ä 座'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


_NO_MEMORY = ("out of memory", "can't allocate memory", "cannot allocate memory", "is killed by signal: killed")
"""What torch says in a plain RuntimeError, on the CPU, of some CUDA libraries, and of a killed loader."""


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether an error, or one that it was raised from, means that the machine's memory did not suffice.

    A worker process that was killed counts: it is what the system does to the largest of them. Such an error says
    nothing of the input, so it must neither be scored as a failure of a prediction nor blamed on a file.

    >>> is_out_of_memory(MemoryError()), is_out_of_memory(ValueError("too large"))
    (True, False)
    """
    while error is not None:
        # By name: torch's and the process pool's classes are not worth an import here.
        if isinstance(error, MemoryError) or type(error).__name__ in ("OutOfMemoryError", "BrokenProcessPool"):
            return True
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            return True
        if isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _NO_MEMORY):
            return True
        error = error.__cause__ or error.__context__
    return False
