// Signing with a key that its party keeps in a wallet (eth_signTypedData_v4).
// A block [data-wallet] says what to fetch, where to hand in, which addresses may sign, and holds every sentence.
// Nothing is kept: closing the page forgets all.

import { Told, account, ask, goTo, post, say, toldOf } from "./provider.js"

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

class Signing {
  constructor(block) {
    this.block = block
    this.button = block.querySelector("[data-wallet-go]")
    this.bar = block.querySelector("progress")
    this.expected = block.dataset.expected.split(" ").filter(Boolean)
    this.prepared = null
    this.button.addEventListener("click", () => this.run())
    block.querySelector("[data-wallet-live]").hidden = false
  }

  say(code, values, tone) {
    say(this.block, code, values, tone)
  }

  async run() {
    if (this.button.disabled) return
    this.button.disabled = true
    try {
      await this.go()
    } catch (error) {
      const told = toldOf(error)
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
