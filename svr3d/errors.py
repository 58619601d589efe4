"""The one exception that means "the input is bad", as opposed to "the program is"."""


class InputError(ValueError):
    """Bad input from outside: a file, an option, a folder, a shape.

    Its message is one sentence that says what is wrong, where, and what was expected. The command
    line prints it without a traceback and exits with code 2.
    """
