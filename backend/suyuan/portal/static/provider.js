// What speaks to a browser wallet (EIP-1193) and to the server, and says in the page's own words what went wrong.

const REFUSED = 4001
const BUSY = -32002
const UNKNOWN_CHAIN = 4902

export class Told extends Error {
  constructor(code, values = {}) {
    super(code)
    this.code = code
    this.values = values
  }
}

const wallet = () => window.ethereum ?? null

const same = (one, other) => one.toLowerCase() === other.toLowerCase()

export async function ask(method, params) {
  try {
    return await wallet().request({ method, params })
  } catch (error) {
    if (error?.code === REFUSED) throw new Told("refused")
    if (error?.code === BUSY) throw new Told("busy")
    throw error
  }
}

// The account that is to sign: one of those expected, or whichever is chosen where none is.
export async function account(expected) {
  if (!wallet()) throw new Told("none")
  const found = await ask("eth_requestAccounts")
  if (!found?.length) throw new Told("locked")
  if (!expected) return found[0]
  const fitting = found.find((each) => expected.some((address) => same(address, each)))
  if (!fitting) throw new Told("wrong", { found: found[0] })
  return fitting
}

// The typed data names its chain, so signing needs none; but many wallets insist on being on it.
export async function goTo(chain) {
  const wanted = "0x" + chain.toString(16)
  try {
    if (BigInt(await wallet().request({ method: "eth_chainId" })) === BigInt(wanted)) return true
    await wallet().request({ method: "wallet_switchEthereumChain", params: [{ chainId: wanted }] })
    return true
  } catch (error) {
    if (error?.code === REFUSED) throw new Told("refused")
    return error?.code !== UNKNOWN_CHAIN
  }
}

export async function post(href, csrf, body) {
  let answer
  try {
    answer = await fetch(href, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(body),
    })
  } catch {
    throw new Told("offline")
  }
  const found = await answer.json().catch(() => ({}))
  return { status: answer.status, ok: answer.ok, found }
}

// Shows one of the block's sentences; [name] in it is filled in.
export function say(block, code, values = {}, tone = "calm") {
  const word = block.querySelector(`[data-word="${code}"]`) ?? block.querySelector('[data-word="failed"]')
  const status = block.querySelector("[data-wallet-status]")
  status.textContent = word.textContent.replace(/\[(\w+)\]/g, (_, name) => values[name] ?? "")
  status.parentElement.className = `notice ${tone}`
  status.parentElement.hidden = false
}

export const toldOf = (error) =>
  error instanceof Told ? error : new Told("failed", { reason: String(error?.message ?? error).slice(0, 200) })
