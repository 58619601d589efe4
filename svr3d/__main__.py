"""`python -m svr3d` is the `svr3d` command."""

import sys

from svr3d.benchmark.cli import main

sys.exit(main())
