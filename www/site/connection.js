/**
 * The demo's connection ids, and the flow parameters of a connection. The page takes the parameters from here if it
 * runs the flow itself. Otherwise it sends the id to the edge, and the edge takes the parameters from here. An id
 * contains no LoginId and no member guid.
 */

/** FlinksCapital. */
const INSTITUTION_ID = 14

/** Optional endings of a connection id. */
const OPTIONS = {
  fr: ({ language }) => language === 'fr',
  form: ({ presentation }) => presentation === 'form',
  page: ({ presentation }) => presentation === 'page',
  async: ({ reconnectAsync }) => reconnectAsync,
  activated: ({ authorizeAsync }) => authorizeAsync,
  widget: ({ widget }) => widget,
}

/** `flinks.Greatday.reconnect.form` */
export function connectionId(choices) {
  const { vendor, person, mode, memberStart } = choices
  const options = Object.keys(OPTIONS).filter((option) => OPTIONS[option](choices))
  return [vendor, person, mode ?? memberStart, ...options].join('.')
}

/** The choices in a connection id. */
export function parseConnectionId(id) {
  const [vendor, person, mode, ...options] = id.split('.')
  const has = (option) => options.includes(option)
  return {
    ...{ vendor, person, mode, memberStart: mode },
    language: has('fr') ? 'fr' : 'en',
    presentation: ['form', 'page'].find(has) ?? 'frame',
    reconnectAsync: has('async'),
    authorizeAsync: has('activated'),
    widget: has('widget'),
  }
}

/** The kind and the parameters of a Flinks flow. */
export function flinksFlow({ username, password, loginId }, { mode, language, presentation, reconnectAsync }) {
  switch (mode) {
    case 'link':
      return { kind: 'connect', params: { language } }
    case 'reconnect': {
      const how = { presentation: presentation === 'form' ? 'form' : 'iframe', async: reconnectAsync }
      return { kind: 'reconnect', params: { loginId, ...how, institutionId: INSTITUTION_ID, language } }
    }
    case 'ask':
      return { kind: 'authorize', params: { institution: 'FlinksCapital', language } }
    case 'credentials':
      return { kind: 'authorize', params: { username, password, institution: 'FlinksCapital', language } }
    default:
      return { kind: 'authorize', params: { loginId, mostRecentCached: mode === 'cached', language } }
  }
}

/** The parameters of an MX flow, without credentials. */
export function mxParams({ userGuid, memberGuid, institutionCode }, { memberStart, widget }) {
  const presentation = widget ? 'widget' : 'form'
  switch (memberStart) {
    case 'aggregate':
      return { userGuid, memberGuid, job: 'aggregate', presentation }
    case 'create':
      return { userGuid, institutionCode, isOauth: true, presentation }
    case 'ask':
      return { userGuid, institutionCode, presentation }
    case 'sign-in':
      return { userGuid, memberGuid, isOauth: true, presentation }
    default:
      return { userGuid, memberGuid, presentation }
  }
}
