"""`python -m svr3d.benchmark` is the `svr3d` command."""

import sys

from .cli import main

sys.exit(main())
