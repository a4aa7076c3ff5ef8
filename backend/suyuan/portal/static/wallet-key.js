// Showing that a key is there: a text signed in the wallet (personal_sign), put into the form's field.

import { account, ask, say, toldOf } from "./provider.js"

const hex = (text) => "0x" + [...new TextEncoder().encode(text)].map((each) => each.toString(16).padStart(2, "0")).join("")

async function fill(block, button) {
  button.disabled = true
  try {
    const expected = button.dataset.address ? button.dataset.address.split(" ") : null
    say(block, "opening")
    const address = await account(expected)
    if (button.dataset.message === undefined) {
      document.getElementById(button.dataset.into).value = address
      say(block, "taken", { address }, "ok")
      return
    }
    say(block, "proving", { address })
    const signature = await ask("personal_sign", [hex(button.dataset.message), address])
    document.getElementById(button.dataset.into).value = signature
    say(block, "proven", {}, "ok")
  } catch (error) {
    const told = toldOf(error)
    say(block, told.code, { expected: button.dataset.address ?? "", ...told.values }, "bad")
  } finally {
    button.disabled = false
  }
}

document.querySelectorAll("[data-wallet-key]").forEach((block) => {
  block.querySelectorAll("[data-wallet-live]").forEach((each) => (each.hidden = false))
  block.querySelectorAll("button[data-into]").forEach((button) => button.addEventListener("click", () => fill(block, button)))
})
