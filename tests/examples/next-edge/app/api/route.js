import { flinks } from 'bank-mfa/calls'
import { edge } from 'bank-mfa/edge'
import { accounts } from 'bank-mfa/edge/data'
import { runFlow } from '../flow.js'

export const runtime = 'edge'
export const dynamic = 'force-dynamic'

export async function GET() {
  return Response.json({
    institution: await runFlow('Greatday'),
    entries: [flinks, edge, accounts].map((entry) => typeof entry),
  })
}
