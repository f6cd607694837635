/**
 * A connection of the demo's: its name, and what a flow of it is asked to do. A page that runs the flow itself takes
 * the latter from here; to the edge it says the name, and the edge takes it from here. Whose LoginId or member that
 * is stands nowhere in a name.
 */

/** FlinksCapital, so that nobody has to look for it. */
const INSTITUTION_ID = 14

/** What a name may end with, of what can be chosen. */
const EXTRAS = {
  fr: ({ language }) => language === 'fr',
  form: ({ place }) => place === 'form',
  page: ({ place }) => place === 'page',
  async: ({ byAsync }) => byAsync,
  activated: ({ authorizeAsync }) => authorizeAsync,
}

/** `flinks.Greatday.reconnect.form` */
export function nameOf(chosen) {
  const { vendor, person, mode, beginning } = chosen
  const extras = Object.keys(EXTRAS).filter((extra) => EXTRAS[extra](chosen))
  return [vendor, person, mode ?? beginning, ...extras].join('.')
}

/** What was chosen. */
export function readName(name) {
  const [vendor, person, way, ...extras] = name.split('.')
  const has = (extra) => extras.includes(extra)
  return {
    ...{ vendor, person, mode: way, beginning: way },
    language: has('fr') ? 'fr' : 'en',
    place: ['form', 'page'].find(has) ?? 'frame',
    byAsync: has('async'),
    authorizeAsync: has('activated'),
  }
}

/** Which flow of Flinks' it is, and its parameters. */
export function flinksFlow({ username, password, loginId }, { mode, language, place, byAsync }) {
  switch (mode) {
    case 'link':
      return { kind: 'connect', params: { language } }
    case 'reconnect': {
      const presentation = place === 'form' ? 'form' : 'iframe'
      const params = { loginId, presentation, async: byAsync, institutionId: INSTITUTION_ID, language }
      return { kind: 'reconnect', params }
    }
    case 'credentials':
      return { kind: 'authorize', params: { username, password, institution: 'FlinksCapital', language } }
    default:
      return { kind: 'authorize', params: { loginId, mostRecentCached: mode === 'cached', language } }
  }
}

/** The parameters of a flow of MX's, without credentials. */
export function mxParams({ userGuid, memberGuid, institutionCode }, { beginning }) {
  switch (beginning) {
    case 'job':
      return { userGuid, memberGuid, job: 'aggregate' }
    case 'create':
      return { userGuid, institutionCode, isOauth: true }
    default:
      return { userGuid, memberGuid }
  }
}
