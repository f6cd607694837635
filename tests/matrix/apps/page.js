/** The address of the vendors and of an edge: by default this page's own. */
export const bank = () => new URLSearchParams(location.search).get('bank') ?? location.origin

/** Writes into the title of the page how an app has ended. */
export function show(ended) {
  ended.then(
    (title = 'done') => (document.title = title),
    (error) => (document.title = String(error)),
  )
}
