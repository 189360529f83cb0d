// What only the browser can do: copy an answer with its formatting, bring a new answer into view, and give the
// keyboard back to where it was. Served as a file of our own; nothing here comes from a document or a person.
(() => {
  if (window.accelerate) return
  window.accelerate = true

  const CELL = '[class*="st-key-cell-"]'

  const within = (cell, selector, seconds) => new Promise((resolve, reject) => {
    const found = () => cell.querySelector(selector)
    if (found()) return resolve(found())
    const watch = new MutationObserver(() => {
      if (!found()) return
      watch.disconnect()
      resolve(found())
    })
    watch.observe(cell, { childList: true, subtree: true })
    setTimeout(() => { watch.disconnect(); reject(new Error("nothing came to be copied")) }, seconds * 1000)
  })

  // The button asks the app for what is to be copied. Browsers allow writing to the clipboard only while a press is
  // being answered, so the promise of it is handed over at once.
  const copy = async (button, selector, html) => {
    const cell = button.closest(CELL)
    const came = within(cell, selector, 10)
    const part = (type, text) => came.then((element) => new Blob([text(element)], { type }))
    const parts = { "text/plain": part("text/plain", (element) => element.dataset.text ?? element.textContent) }
    if (html) parts["text/html"] = part("text/html", (element) => element.innerHTML)
    let words = "Copied. Paste it into Word or a mail."
    try {
      await navigator.clipboard.write([new ClipboardItem(parts)])
    } catch {
      const element = await came.catch(() => null)
      if (element) {
        element.hidden = false
        getSelection()?.selectAllChildren(element)
        words = "This browser did not allow copying. The text is selected: copy it with the keyboard."
      } else words = "It could not be copied. Try again."
    }
    const place = cell.querySelector(".copied")
    if (place) place.textContent = words
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button")
    if (button?.closest('[class*="st-key-playground-copy"]')) copy(button, ".to-copy", true)
    if (button?.closest('[class*="st-key-receipt-copy"]')) copy(button, "pre.receipt", false)
  })

  // A new answer comes to the top of the screen; one that is there already, or that a page opens with, stays.
  let last = null
  new MutationObserver(() => {
    const arrived = document.querySelector(".arrived")
    const name = arrived?.dataset.name
    if (!name || name === last) return
    const isFirst = last === null
    last = name
    if (isFirst) return
    // What stood here before is taken away after the new answer is in; only then is its place known.
    setTimeout(() => {
      const cell = arrived.closest(CELL)
      const top = cell?.getBoundingClientRect().top
      if (top < 56 || top > 240) cell.scrollIntoView({ block: "start" })
    }, 400)
  }).observe(document.body, { childList: true, subtree: true })

  // Closing a source, by the button or by Escape, gives the keyboard back to the button that opened it.
  document.addEventListener("click", (event) => {
    const close = event.target.closest?.('[class*="st-key-playground-close"] button')
    if (!close) return
    const cell = close.closest(CELL)
    const number = close.closest('[class*="st-key-source-panel"]').querySelector(".opened").dataset.number
    const rows = [...cell.querySelectorAll('[class*="st-key-row-source"] button')]
    const opener = rows.find((each) => each.querySelector("strong")?.textContent === number)
    setTimeout(() => opener?.focus(), 400)
  })
})()
