"""Prints the texts of a Streamlit page, one a line, as a browser gets them. usage: streamlit_page.py HOST[:PORT]"""
import asyncio
import sys

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


async def show(host):
    async with websockets.connect(f"ws://{host}/_stcore/stream", subprotocols=["streamlit"]) as page:
        await page.send(BackMsg(rerun_script={}).SerializeToString())
        async for data in page:
            message = ForwardMsg.FromString(data)
            element = message.delta.new_element
            for text in element.heading.body, element.markdown.body, element.exception.message:
                if text:
                    print(text)
            if message.HasField("script_finished"):
                return


asyncio.run(asyncio.wait_for(show(sys.argv[1]), 20))
