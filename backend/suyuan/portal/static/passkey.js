// Passkeys: asks the browser, which asks its user; the server checks everything. Where there are none, nothing is shown.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")

const send = async (path, body, csrf) => {
  const headers = { "Content-Type": "application/json" }
  if (csrf) headers["X-CSRF-Token"] = csrf
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body ?? {}), credentials: "same-origin" })
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? String(answer.status))
  return answer.status === 204 ? null : answer.json()
}

const creation = (o) => ({ ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: (o.excludeCredentials ?? []).map((c) => ({ ...c, id: bytes(c.id) })) })
const request = (o) => ({ ...o, challenge: bytes(o.challenge), allowCredentials: (o.allowCredentials ?? []).map((c) => ({ ...c, id: bytes(c.id) })) })

const told = (c) => {
  const response = { clientDataJSON: text(c.response.clientDataJSON) }
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (c.response[name]) response[name] = text(c.response[name])
  return { id: c.id, rawId: text(c.rawId), type: c.type, response, clientExtensionResults: {} }
}

const get = async (path, csrf) => told(await navigator.credentials.get({ publicKey: request(await send(path, null, csrf)) }))

const acts = {
  "sign-in": async () => send("/api/v1/session/passkey", { answer: await get("/api/v1/session/passkey/options") }),
  prove: async ({ csrf }) => send("/api/v1/session/prove", { passkey: await get("/api/v1/session/prove/options", csrf) }, csrf),
  new: async ({ csrf }, place) => {
    const name = place.querySelector("input").value.trim() || "Passkey"
    const options = creation(await send("/api/v1/account/passkeys/options", null, csrf))
    const answer = told(await navigator.credentials.create({ publicKey: options }))
    await send("/api/v1/account/passkeys", { name, answer }, csrf)
  },
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) break
  place.hidden = false
  const button = place.querySelector("button")
  const error = place.querySelector("[role=alert]")
  button.addEventListener("click", async () => {
    button.disabled = true
    error.hidden = true
    try {
      await acts[place.dataset.passkey](place.dataset, place)
      if ("form" in place.dataset) {
        // The proof is in the session now, so the form goes without a password.
        const form = place.closest("form")
        form.noValidate = true
        form.requestSubmit()
        return
      }
      const on = new URL(place.dataset.next, location.origin)
      location.assign(on.origin === location.origin ? on : "/")
    } catch (reason) {
      error.textContent = place.dataset.failed
      error.hidden = false
      console.info(reason)
    } finally {
      button.disabled = false
    }
  })
}
