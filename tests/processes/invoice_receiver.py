"""A shop's server: takes webhooks down, and answers only then. It may be killed at any moment.

    python -m tests.processes.invoice_receiver PORT FILE

Some it refuses although it took them down, and for some it loses the answer: they come again.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from aiohttp import web


async def main(port: int, path: Path) -> None:
    """Serve for ever."""
    count = 0
    with path.open("a") as file:
        file.write("\n")  # whatever was cut off ends here

        async def hear(request: web.Request) -> web.Response:
            nonlocal count
            body = (await request.read()).decode()
            headers = {name.lower(): value for name, value in request.headers.items()}
            file.write(json.dumps({"headers": headers, "body": body}) + "\n")
            file.flush()
            os.fsync(file.fileno())
            count += 1
            if count % 7 == 0:
                return web.Response(status=500)
            if count % 11 == 0 and request.transport is not None:
                request.transport.close()
            return web.Response(status=204)

        app = web.Application()
        app.router.add_post("/hook", hear)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
