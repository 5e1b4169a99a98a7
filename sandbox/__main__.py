"""Run the sandbox: ``python -m sandbox --callback http://… --app-id … --app-secret … --token …``."""

import logging
import os
import sys

from aiohttp import web

from sandbox.app import create_app
from sandbox.config import ConfigError, parse_config


def main() -> int:
    """Serve until interrupted; exit status 2 on a bad configuration."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        config = parse_config(sys.argv[1:], os.environ)
    except (ConfigError, OSError, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    web.run_app(create_app(config), host=config.host, port=config.port, access_log=None, shutdown_timeout=3.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
