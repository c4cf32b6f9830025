"""Plain: what a terminal is painted with stays out of the process; imported before everything else.

structlog and httpx load rich, pygments and click wherever these are installed, for tracebacks that Tocsin
does not print and a command that it does not run: 110 modules, a tenth of an idle desk's memory.
"""

import sys

for name in ("rich", "pygments", "click"):
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None stands for "not installed"
