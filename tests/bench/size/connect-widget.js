import { ConnectWidget } from '@mxenabled/connect-widget'
import { createElement } from 'react'

/** MX's whole widget as a React component. */
export const widget = (props) => createElement(ConnectWidget, props)
