/** The server of the app. */
import { renderToString } from 'react-dom/server'
import { view } from './react-element.jsx'

/** The HTML of the app. */
export const render = () => renderToString(view())
