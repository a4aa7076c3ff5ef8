// Keeps the parts of a page that carry data-live up to date: by server-sent events, and where those fail by asking
// again now and then. What came is shown by loading the same page once more and taking that part out of it.
const POLL = 15000
const places = [...document.querySelectorAll("[data-live]")]
let timer = 0

const refresh = () => {
  clearTimeout(timer)
  timer = setTimeout(() => {
    for (const place of places.map((each) => document.getElementById(each.id)).filter(Boolean)) {
      const select = "#" + place.id
      window.htmx.ajax("GET", location.href, { source: place, target: select, select, swap: "outerHTML" })
    }
  }, 300)
}

const ended = () => places.every((each) => document.getElementById(each.id)?.dataset.live === "ended")

const poll = () => setInterval(() => (document.hidden || ended() ? 0 : refresh()), POLL)

const listen = () => {
  if (!window.EventSource) return poll()
  const source = new EventSource(places[0].dataset.live)
  source.addEventListener("notice", refresh)
  source.addEventListener("submission", refresh)
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) poll()
  })
  addEventListener("pagehide", () => source.close())
}

if (places.length && !ended()) listen()
