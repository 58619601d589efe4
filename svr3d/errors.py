"""The one exception that means "the input is bad", as opposed to "the program is"; and what means "the machine is"."""

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


OUT_OF_MEMORY = "out of memory"
WORKER_DIED = (
    "a worker process died (killed for memory, crashed, or the calling script lacks `if __name__ == '__main__':`)"
)
"""A pool of processes does not tell why it lost one of them."""


def machine_failure(error: BaseException | None) -> str:
    """What an error, or one that it was raised from, says of the machine: that memory did not suffice, or that a
    worker process died; empty where it says neither.

    Such an error says nothing of the input, so it must neither be scored as a failure of a prediction nor blamed on a
    file.

    >>> machine_failure(MemoryError()), machine_failure(ValueError("too large"))
    ('out of memory', '')
    """
    while error is not None:
        # By name: torch's and the process pool's classes are not worth an import here.
        if type(error).__name__ == "BrokenProcessPool":
            return WORKER_DIED
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
            return OUT_OF_MEMORY
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            return OUT_OF_MEMORY
        if isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _NO_MEMORY):
            return OUT_OF_MEMORY
        error = error.__cause__ or error.__context__
    return ""
