import { usePlaidLink } from 'react-plaid-link'

/** Opens Plaid's iframe. Its own script comes from Plaid's server at run time and is not counted. */
export function useLink(token, onSuccess) {
  return usePlaidLink({ token, onSuccess }).open
}
