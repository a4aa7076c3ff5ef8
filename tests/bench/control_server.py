"""The limit for P1 and P9: the same server and framework with the same body, and nothing behind it."""

from __future__ import annotations

import sys
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI

from suyuan.api.edge import BodyLimit, Edge
from suyuan.api.gateway import raw_body

app = FastAPI()


@app.post("/submissions", status_code=202)
def submit(body: Annotated[bytes, Depends(raw_body)]) -> dict[str, int]:
    return {"bytes": len(body)}


@app.get("/hello")
def hello() -> dict[str, str]:
    return {"hello": "world"}


app.add_middleware(BodyLimit, limit=20_000_000)
app.add_middleware(Edge)

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False)
