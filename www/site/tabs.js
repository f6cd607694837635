/** Tabs, as ARIA describes them: one is in the Tab order, and the arrow keys select the others. */

const STEPS = { ArrowRight: 1, ArrowLeft: -1 }

/** @param {HTMLElement} list has the role `tablist`; each tab names its panel in `aria-controls` */
export function connectTabs(list) {
  const tabs = [...list.querySelectorAll('[role="tab"]')]
  const select = (selected) => {
    for (const tab of tabs) {
      const isSelected = tab === selected
      tab.ariaSelected = String(isSelected)
      tab.tabIndex = isSelected ? 0 : -1
      document.getElementById(tab.getAttribute('aria-controls')).hidden = !isSelected
    }
  }
  list.addEventListener('click', ({ target }) => {
    const tab = target.closest('[role="tab"]')
    if (tab) select(tab)
  })
  list.addEventListener('keydown', ({ key }) => {
    const step = STEPS[key]
    if (!step) return
    const index = tabs.indexOf(document.activeElement)
    const next = tabs[(index + step + tabs.length) % tabs.length]
    select(next)
    next.focus()
  })
}
