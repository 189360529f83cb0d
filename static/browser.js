// What only the browser can do: copy an answer with its formatting, bring a new answer into view, and give the
// keyboard back to where it was. Served as a file of our own; nothing here comes from a document or a person.
(() => {
  if (window.accelerate) return
  window.accelerate = true

  const say = (place, words) => { if (place) place.textContent = words }

  // "Copy with sources": the words wait, hidden, in the same cell as the button.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.('[class*="st-key-playground-copy"] button')
    if (!button) return
    const cell = button.closest('[class*="st-key-cell-"]')
    const copy = cell?.querySelector(".to-copy")
    const place = cell?.querySelector(".copied")
    if (!copy) return
    try {
      await navigator.clipboard.write([new ClipboardItem({
        "text/html": new Blob([copy.innerHTML], { type: "text/html" }),
        "text/plain": new Blob([copy.dataset.text], { type: "text/plain" }),
      })])
      say(place, "Copied. Paste it into Word or a mail.")
    } catch {
      copy.hidden = false
      getSelection()?.selectAllChildren(copy)
      say(place, "Your browser did not allow copying. The text is selected: press Ctrl+C.")
    }
  })

  // A new answer comes to the top of the screen; one that is there already stays where it is.
  let last = null
  new MutationObserver(() => {
    const arrived = document.querySelector(".arrived")
    const name = arrived?.dataset.name
    if (!name || name === last) return
    last = name
    // What stood here before is taken away after the new answer is in; only then is its place known.
    setTimeout(() => {
      const cell = arrived.closest('[class*="st-key-cell-"]')
      const top = cell?.getBoundingClientRect().top
      if (top < 56 || top > 240) cell.scrollIntoView({ block: "start" })
    }, 400)
  }).observe(document.body, { childList: true, subtree: true })

  // Closing a source gives the keyboard back to the button that opened it.
  document.addEventListener("click", (event) => {
    const close = event.target.closest?.('[class*="st-key-playground-close"] button')
    if (!close) return
    const cell = close.closest('[class*="st-key-cell-"]')
    const panel = close.closest('[class*="st-key-source-panel"]')
    const name = panel?.querySelector(".opened")?.dataset.name
    setTimeout(() => cell?.querySelector(`[class*="st-key-row-source-${name}"] button`)?.focus(), 400)
  })
})()
