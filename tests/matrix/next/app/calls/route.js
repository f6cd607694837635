import { run } from '../../apps/calls.js'

export const dynamic = 'force-dynamic'
export const GET = async () => new Response(await run(JSON.parse(process.env.SETUP)))
