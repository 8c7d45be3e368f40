"""do-notebook.py URL TOKEN SECONDS: starts a kernel, lets it compute and follows its messages over a WebSocket."""
import asyncio
import json
import sys
import time
import uuid

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

url, token, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
# A line of figures each half second, as a training loop prints them.
CODE = "import time\nfor i in range(%d):\n    print(i, 'loss', 1 / (1 + i), 'x' * 200)\n    time.sleep(0.25)"


async def main():
    client = AsyncHTTPClient()
    options = {"validate_cert": False, "headers": {"Authorization": "token " + token}}
    made = await client.fetch(HTTPRequest(url + "/api/kernels", "POST", body="{}", **options))
    kernel = url + "/api/kernels/" + json.loads(made.body)["id"]
    channel = await websocket_connect(HTTPRequest("ws" + kernel[4:] + "/channels", **options))
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": uuid.uuid4().hex,
              "version": "5.3"}
    content = {"code": CODE % max(1, seconds * 4), "silent": False}
    await channel.write_message(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "channel": "shell",
                                            "content": content}))
    end = time.monotonic() + seconds + 4
    heard = 0
    while time.monotonic() < end:
        try:
            message = await asyncio.wait_for(channel.read_message(), end - time.monotonic())
        except asyncio.TimeoutError:
            break
        if message is None:
            break
        heard += 1
        if isinstance(message, str) and '"execute_reply"' in message:
            break
    channel.close()
    await client.fetch(HTTPRequest(kernel, "DELETE", **options))
    return 0 if heard > 1 else 1


sys.exit(asyncio.run(main()))
