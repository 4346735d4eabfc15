"""Run the shop: see `shop`."""

import os

from aiohttp import web

from .shop import Shop

PORT = int(os.environ.get("PORT", "8080"))

if __name__ == "__main__":
    shop = Shop(
        node=os.environ["FIADO_NODE"].rstrip("/"),
        key=os.environ["FIADO_KEY"],
        secret=os.environ["FIADO_SECRET"],
        url=os.environ.get("SHOP_URL", f"http://127.0.0.1:{PORT}"),
    )
    web.run_app(shop.app(), host="127.0.0.1", port=PORT)
