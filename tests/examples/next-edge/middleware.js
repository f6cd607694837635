import { NextResponse } from 'next/server'
import { runFlow } from './app/flow.js'

export const config = { matcher: '/' }

export async function middleware() {
  return NextResponse.json({ institution: await runFlow('Greatday') })
}
