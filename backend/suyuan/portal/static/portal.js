// What every page does when scripts run: a message that was said is not said again, and errors are brought to the eye.
const here = new URL(location.href)
if (here.searchParams.has("said")) {
  here.searchParams.delete("said")
  history.replaceState(null, "", here)
}

const look = (root) => root.querySelector("[data-focus]")?.focus()
look(document)
document.body.addEventListener("htmx:afterSwap", (event) => look(event.detail.elt))

// Buttons that print stand there only where they work.
for (const each of document.querySelectorAll("[data-print]")) each.hidden = false
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print()
})
