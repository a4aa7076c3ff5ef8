"""Writes the vectors beside it from implementations that are not ours (README.md)."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import cases
import cases_identity
import cases_signatures

HERE = Path(__file__).parent

# certificate-transparency, merkle_tree_test.cc: the eight leaves and the roots of their first 1..8.
CT_LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
_PYMERKLE = """
import json, sys, warnings
warnings.simplefilter("ignore")
from pymerkle import InmemoryTree
answer = []
for leaves in json.load(sys.stdin):
    tree = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(bytes.fromhex(leaf))
    paths = [tree.prove_inclusion(n + 1).serialize()["path"][1:] for n in range(len(leaves))]
    answer.append([tree.get_root().hex(), paths])
json.dump(answer, sys.stdout)
"""


def ask(command: list[str], question: object) -> Any:
    done = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def write(name: str, vectors: object) -> None:
    path = HERE / f"{name}.json"
    path.write_text(json.dumps(vectors, ensure_ascii=True, indent=1) + "\n", encoding="ascii")
    sys.stdout.write(f"{path.name}\n")


def make_merkle(python: str) -> None:
    sets = [CT_LEAVES[:n] for n in range(1, 9)]
    sets += [[f"{i:04x}" for i in range(n)] for n in (9, 13, 16, 17, 33)]
    valid = []
    for leaves, (root, paths) in zip(sets, ask([python, "-c", _PYMERKLE], sets), strict=True):
        proofs = [{"index": i, "path": ["0x" + node for node in path]} for i, path in enumerate(paths)]
        valid.append({"leaves": ["0x" + leaf for leaf in leaves], "root": "0x" + root, "proofs": proofs})
    if [vector["root"][2:] for vector in valid[:8]] != CT_ROOTS:
        raise SystemExit("pymerkle and certificate-transparency disagree")
    write("merkle", {"valid": valid, "broken": cases.forged_proofs(valid)})


def make_canonical_and_disclosure(node: str) -> None:
    question = {
        "canonical": [case["input"] for case in cases.CANONICAL],
        "conceal": cases.CONCEAL,
        "lots": [],
    }
    answer = ask([node, str(HERE / "oracle.mjs")], question)
    valid = [
        {**case, "canonical": said["text"], "leaf_hash": said["leaf_hash"]}
        for case, said in zip(cases.CANONICAL, answer["canonical"], strict=True)
    ]
    write("canonical", {"valid": valid, "broken": cases.NOT_CANONICAL})
    concealed = [
        {"name": case["name"], **said} for case, said in zip(cases.CONCEAL, answer["conceal"], strict=True)
    ]
    write("disclosure", {"valid": concealed, "known": [cases.SD_JWT_SAMPLE], "broken": cases.NOT_CONCEALED})


def make_identity(node: str) -> None:
    valid = cases_identity.identities()
    question = {"canonical": [], "conceal": [], "lots": [case["canonical"] for case in valid]}
    ids = ask([node, str(HERE / "oracle.mjs")], question)["lots"]
    for case, lot_id in zip(valid, ids, strict=True):
        case["lot_id"] = lot_id
    write("identity", {"valid": valid, "broken": cases_identity.NOT_IDENTIFIERS})
    write("digital_link", {"valid": cases_identity.LINKS, "broken": cases_identity.BROKEN_LINKS})
    write("check_digits", cases_identity.check_digits())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pymerkle", required=True, help="a Python that can import pymerkle 7")
    parser.add_argument("--node", default="node")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    make_merkle(given.pymerkle)
    make_canonical_and_disclosure(given.node)
    make_identity(given.node)
    write("typed_data", cases_signatures.typed_data())


if __name__ == "__main__":
    main()
