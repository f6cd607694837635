/** The page of the app: it renders, or takes over what the server has rendered. */
import { createRoot, hydrateRoot } from 'react-dom/client'
import { startFlow } from './bank.js'
import { view } from './react-element.jsx'

const root = document.getElementById('root')
if (root.hasChildNodes()) hydrateRoot(root, view(startFlow))
else createRoot(root).render(view(startFlow))
