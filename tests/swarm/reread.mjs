/** An edge that waits reads its record again after this time. A world leaves that out if nothing was written. */
export const REREAD_MS = 1_000
