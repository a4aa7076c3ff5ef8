// The independent side of the vectors: ECMAScript's own number and string forms, RFC 8785 appendix A's sorter,
// Node's SHA-256. Reads {canonical: [text], conceal: [...], lots: [uri]} on stdin, answers on stdout.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash("sha256"));
const hex = (hash) => "0x" + hash.digest("hex");

// RFC 8785, appendix A.
function canonicalize(object) {
  if (object === null || typeof object !== "object") return JSON.stringify(object);
  if (Array.isArray(object)) return "[" + object.map(canonicalize).join(",") + "]";
  const members = Object.keys(object).sort().map((k) => JSON.stringify(k) + ":" + canonicalize(object[k]));
  return "{" + members.join(",") + "}";
}

const leaf = (value) => hex(sha256(Buffer.from([0]), Buffer.from(canonicalize(value), "utf8")));

function conceal({ event, pointers, salts }) {
  const open = structuredClone(event);
  delete open["suyuan:confidential"];
  const disclosures = [];
  const holders = new Set();
  pointers.forEach((pointer, i) => {
    const tokens = pointer.split("/").slice(1).map((t) => t.replaceAll("~1", "/").replaceAll("~0", "~"));
    const name = tokens.pop();
    const holder = tokens.reduce((node, token) => node[token], open);
    const salt = Buffer.from(salts[i].slice(2), "hex").toString("base64url");
    const encoded = Buffer.from(canonicalize([salt, name, holder[name]]), "utf8").toString("base64url");
    delete holder[name];
    (holder._sd ??= []).push(sha256(encoded).digest("base64url"));
    holders.add(holder);
    disclosures.push(encoded);
  });
  for (const holder of holders) holder._sd.sort();
  if (disclosures.length) open._sd_alg = "sha-256";
  return { event, pointers, salts, public: open, disclosures, event_hash: leaf(open) };
}

const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(
  JSON.stringify({
    canonical: asked.canonical.map((text) => {
      const value = JSON.parse(text);
      return { text: canonicalize(value), leaf_hash: leaf(value) };
    }),
    conceal: asked.conceal.map(conceal),
    lots: asked.lots.map((uri) => hex(sha256(Buffer.from(uri, "utf8")))),
  }),
);
