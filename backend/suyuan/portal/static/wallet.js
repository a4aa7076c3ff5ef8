// Signing with a key that its party keeps in a wallet (EIP-1193, eth_signTypedData_v4).
// A block [data-wallet] says what to fetch, where to hand in, which addresses may sign, and holds every sentence.
// Nothing is kept: closing the page forgets all.

const REFUSED = 4001
const BUSY = -32002
const UNKNOWN_CHAIN = 4902

class Told extends Error {
  constructor(code, values = {}) {
    super(code)
    this.code = code
    this.values = values
  }
}

const wallet = () => window.ethereum ?? null

const same = (one, other) => one.toLowerCase() === other.toLowerCase()

async function ask(method, params) {
  try {
    return await wallet().request({ method, params })
  } catch (error) {
    if (error?.code === REFUSED) throw new Told("refused")
    if (error?.code === BUSY) throw new Told("busy")
    throw error
  }
}

// The account that is to sign: one that the party has registered.
async function account(expected) {
  if (!wallet()) throw new Told("none")
  const found = await ask("eth_requestAccounts")
  if (!found?.length) throw new Told("locked")
  const fitting = found.find((each) => expected.some((address) => same(address, each)))
  if (!fitting) throw new Told("wrong", { found: found[0] })
  return fitting
}

// The typed data names its chain, so signing needs none; but many wallets insist on being on it.
async function goTo(chain) {
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

async function sign(address, typedData) {
  const text = JSON.stringify(typedData)
  try {
    return await ask("eth_signTypedData_v4", [address, text])
  } catch (error) {
    if (error instanceof Told) throw error
    if (/chain/i.test(error?.message ?? "")) throw new Told("chain", { chain: typedData.domain.chainId })
    throw new Told("failed", { reason: String(error?.message ?? error).slice(0, 200) })
  }
}

async function post(href, csrf, body) {
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

class Signing {
  constructor(block) {
    this.block = block
    this.button = block.querySelector("[data-wallet-go]")
    this.status = block.querySelector("[data-wallet-status]")
    this.bar = block.querySelector("progress")
    this.expected = block.dataset.expected.split(" ").filter(Boolean)
    this.prepared = null
    this.button.addEventListener("click", () => this.run())
    block.querySelector("[data-wallet-live]").hidden = false
  }

  say(code, values = {}, tone = "calm") {
    const word = this.block.querySelector(`[data-word="${code}"]`) ?? this.block.querySelector('[data-word="failed"]')
    this.status.textContent = word.textContent.replace(/\[(\w+)\]/g, (_, name) => values[name] ?? "")
    this.status.parentElement.className = `notice ${tone}`
    this.status.parentElement.hidden = false
  }

  async run() {
    if (this.button.disabled) return
    this.button.disabled = true
    try {
      await this.go()
    } catch (error) {
      const told = error instanceof Told ? error : new Told("failed", { reason: String(error?.message ?? error) })
      this.say(told.code, { expected: this.expected.join(" "), ...told.values }, told.code === "changed" ? "warn" : "bad")
    } finally {
      this.button.disabled = false
      this.bar.hidden = true
    }
  }

  async go() {
    this.say("opening")
    const address = await account(this.expected)
    this.say("preparing")
    this.prepared ??= await this.prepare()
    const signatures = await this.signAll(address)
    this.say("sending")
    const { status, ok, found } = await post(this.submitTo(), this.block.dataset.csrf, this.body(signatures))
    if (ok) return this.leave(found)
    if (status === 409 && found.parts) {
      this.prepared.parts = found.parts
      throw new Told("changed")
    }
    if (status === 404) this.prepared = null
    throw new Told("failed", { reason: found.detail ?? status })
  }

  async prepare() {
    const { ok, found } = await post(this.block.dataset.prepare, this.block.dataset.csrf, {})
    if (!ok) throw new Told("failed", { reason: found.detail ?? "" })
    return found
  }

  async signAll(address) {
    const parts = this.prepared.parts
    const signatures = []
    this.bar.max = parts.length
    this.bar.hidden = parts.length < 2
    for (const part of parts) {
      this.bar.value = signatures.length
      this.say("signing", { n: signatures.length + 1, of: parts.length })
      const ready = await goTo(part.typedData.domain.chainId)
      if (!ready) this.say("chainHint", { chain: part.typedData.domain.chainId }, "warn")
      signatures.push(await sign(address, part.typedData))
    }
    return signatures
  }

  submitTo() {
    return this.block.dataset.submit || `/api/v1/submissions/prepared/${encodeURIComponent(this.prepared.id)}`
  }

  body(signatures) {
    if (this.block.dataset.submit) {
      const numbered = this.prepared.parts.map((part, at) => ({ sequence: part.sequence, signature: signatures[at] }))
      return this.block.dataset.shape === "numbered" ? { signatures: numbered } : { prepared: this.prepared.id, signatures }
    }
    return { signatures }
  }

  leave(found) {
    this.say("done", {}, "ok")
    location.assign(found.href ?? this.block.dataset.done.replace("[id]", encodeURIComponent(found.id ?? "")))
  }
}

document.querySelectorAll("[data-wallet]").forEach((block) => new Signing(block))
