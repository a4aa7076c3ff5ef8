"""A node's answers, written down and given again."""

from __future__ import annotations

import json

from suyuan.verify import NodeRefused, Unreachable


def _key(method, params) -> str:
    return json.dumps([method, list(params)], sort_keys=True)


class Recorder:
    """Asks a node and writes down each question once, with its answer."""

    def __init__(self, rpc):
        self._rpc = rpc
        self._found = {}

    def ask(self, method, params):
        key = _key(method, params)
        if key not in self._found:
            question = {"method": method, "params": list(params)}
            try:
                self._found[key] = {**question, "result": self._rpc.ask(method, params)}
            except NodeRefused as refusal:
                self._found[key] = {**question, "error": str(refusal)}
        if "error" in self._found[key]:
            raise NodeRefused(self._found[key]["error"])
        return self._found[key]["result"]

    @property
    def answers(self):
        return list(self._found.values())


class Recorded:
    """Gives the answers again; a question that nobody asked before is not answered."""

    def __init__(self, answers):
        self._found = {_key(each["method"], each["params"]): each for each in answers}

    def ask(self, method, params):
        found = self._found.get(_key(method, params))
        if found is None:
            raise Unreachable(f"{method}: nobody wrote down an answer")
        if "error" in found:
            raise NodeRefused(found["error"])
        return found["result"]
