"""The `svr3d` command. Options, YAML files (`--config`) and environment variables (`SVR3D_…`) are one and the same.

Only the standard library, jsonargparse and its YAML are imported here, so that `svr3d --help` answers at once.
"""

from __future__ import annotations

import errno
import inspect
import os
import re
import sys
from collections.abc import Callable
from typing import Any, NoReturn, get_args, get_origin, get_type_hints

from jsonargparse import ActionYesNo, ArgumentParser

from .. import __version__
from ..errors import InputError, machine_failure
from .commands import COMMANDS
from .option_types import found_in, in_words, with_commas


class _Parser(ArgumentParser):
    """Says what is wrong in one sentence.

    `expected` says of each argument, by its key, how it is written and what it takes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected: dict[str, tuple[str, str]] = {}

    def error(self, message: str, ex: Exception | None = None) -> NoReturn:
        text = " ".join(str(message).split()).replace("Parser key", "option")
        text = re.sub(r"^the following arguments are required: (.*)$", lambda found: _missing(found[1]), text)
        named, found = re.match(r'option "(\w+)":', text), found_in(str(message))
        if named and found is not None and named[1] in self.expected:
            written, kind = self.expected[named[1]]
            text = f"{written}: expected {kind}, found {found or 'nothing'}"
        raise InputError(f"{text} (see --help)")


def build_parser() -> ArgumentParser:
    """The parser of all commands, made from their signatures and docstrings."""
    common: dict[str, Any] = {"default_env": True, "env_prefix": "SVR3D"}
    parser = _Parser(
        prog="svr3d",
        description="Train, run and compare single-image 3D reconstruction methods, under named protocols.",
        version=__version__,
        epilog="An error is one sentence; --debug shows its traceback.",
        **common,
    )
    commands = parser.add_subcommands(required=True, dest="command", title="commands")
    for name, (function, positional) in COMMANDS.items():
        summary, texts = _docstring(function)
        command = _Parser(description=summary, **common)
        command.add_argument("--config", action="config", help="YAML file with any of these options.")
        types = get_type_hints(function)
        for parameter in inspect.signature(function).parameters.values():
            _add_argument(
                command, parameter, types[parameter.name], texts[parameter.name], parameter.name in positional
            )
        commands.add_subcommand(name, command, help=summary)
    return parser


def _missing(keys: str) -> str:
    """What to say of required arguments, `train.method, train.data`, that are not there."""
    command, written = "", []
    for key in keys.split(", "):
        command, _, name = key.rpartition(".")
        written.append(_written(name, not command or name in COMMANDS[command][1]))
    return f"{command or 'svr3d'} needs {' and '.join(written)}"


def _written(name: str, positional: bool) -> str:
    """An argument as one types it, or as the pages show it: `--data`, `METHOD`."""
    return name.upper() if positional else f"--{name}"


def _add_argument(parser: _Parser, parameter: inspect.Parameter, annotation: Any, text: str, positional: bool) -> None:
    required = parameter.default is inspect.Parameter.empty
    options: dict[str, Any] = {"type": with_commas(annotation), "help": text}
    parser.expected[parameter.name] = (_written(parameter.name, positional), in_words(annotation))
    if positional and get_origin(annotation) is list:
        options |= {"type": get_args(annotation)[0], "nargs": "+"}
    elif positional and not required:
        options |= {"nargs": "?"}
    if not required:
        options["default"] = parameter.default
    elif not positional:
        options["required"] = True
    if annotation is bool:
        del options["type"]
        options["action"] = ActionYesNo if parameter.default else "store_true"
    parser.add_argument(parameter.name if positional else f"--{parameter.name}", **options)


def _docstring(function: Callable) -> tuple[str, dict[str, str]]:
    """The first paragraph of a docstring, and the text of each of its arguments."""
    text = inspect.getdoc(function) or ""
    summary, _, rest = text.partition("\n\nArgs:\n")
    # Lines that go on with an argument's text are indented further.
    arguments = re.findall(r"^    (\w+): (.+(?:\n {5,}\S.*)*)$", rest, flags=re.MULTILINE)
    return " ".join(summary.split()), {name: " ".join(words.split()) for name, words in arguments}


def _run(arguments: list[str]) -> int:
    parser = build_parser()
    if not arguments:
        parser.print_help()
        return 0
    config = parser.parse_args(arguments)
    function, _ = COMMANDS[config.command]
    values = config[config.command].as_dict()
    names = inspect.signature(function).parameters
    return function(**{name: values[name] for name in names}) or 0


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns the exit code: 0, 1 if a part failed, 2 for bad input."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    try:
        return _run([argument for argument in arguments if argument != "--debug"])
    except BrokenPipeError:
        # The reader of our output is gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("svr3d: interrupted; the same command goes on where it stood", file=sys.stderr)
        return 130
    except (InputError, FloatingPointError) as error:
        if debug:
            raise
        print(f"svr3d: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        hint = (
            "; nothing is half-written, the same command goes on once there is room"
            if error.errno == errno.ENOSPC
            else ""
        )
        print(f"svr3d: {where}{error.strerror or error}{hint}", file=sys.stderr)
        return 2
    except Exception as error:
        from .failures import RunStoppedError, sentence

        if debug or not (isinstance(error, RunStoppedError) or machine_failure(error)):
            raise
        print(f"svr3d: {sentence(error)}", file=sys.stderr)
        return 1
