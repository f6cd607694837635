/** Uses every export of bank-mfa/connect as its types allow. It is compiled, never run. */
import type { ConnectStep, Connected, Flow, RedirectStep } from 'bank-mfa'
import {
  FlowError,
  connectWebView,
  handleLanding,
  mount,
  readLanding,
  readLandingUrl,
  vendorEvents,
  type FlinksEvent,
  type FlinksSteps,
  type HandledLanding,
  type Landing,
  type LandingClaim,
  type LandingError,
  type LandingErrorCode,
  type LandingFailure,
  type LandingFlow,
  type LandingPage,
  type Mountable,
  type MountableConnect,
  type MountableWidget,
  type MountedFrame,
  type MountOptions,
  type MxEvent,
  type MxMessageTypes,
  type MxScreen,
  type RefusedReason,
  type VendorEvents,
  type WebViewBridge,
  type WebViewOptions,
} from 'bank-mfa/connect'

const reasons: Record<RefusedReason, true> = {
  origin: true,
  source: true,
  shape: true,
  phase: true,
  contradiction: true,
}

const first: MxScreen[] = ['verifyMfa', 'verifyExistingMember', 'somethingNew']
void first

const steps: (typeof FlinksSteps)[number][] = ['APP_MOUNTED']
const types: (typeof MxMessageTypes)[number][] = ['mx/load']
void [steps, types]

function handle(event: FlinksEvent | MxEvent): string | number | readonly string[] | undefined {
  switch (event.kind) {
    case 'step':
      if (event.step === 'COMPONENT_LOAD_MFA' || event.step === 'COMPONENT_LOAD_MFA_RETRY') return event.mfaTypes
      if (event.step === 'APP_RESIZE') return event.height
      if (event.step === 'ACCOUNT_SELECTED') {
        return event.totalAccounts ?? event.displayedAccounts ?? event.accountIds
      }
      // @ts-expect-error: Flinks documents no such step
      return event.step === 'APP_MOUNTD' ? '' : event.step
    case 'redirect':
      // @ts-expect-error: an event has no LoginId
      return event.loginId ?? event.institution ?? event.requestId ?? event.accountIds
    case 'token-refused':
      return event.kind
    case 'error':
      return event.flinksCode
    case 'unknown':
      return event.step
    case 'mx':
      return event.type === 'mx/connect/memberStatusUpdate'
        ? event.connectionStatus
        : (event.current ?? event.memberGuid ?? event.institutionCode ?? event.reason ?? event.code ?? event.url)
  }
}

const options: MountOptions = {
  title: 'Your bank',
  resize: false,
  onEvent: vendorEvents(handle),
  onRefused: ({ reason }) => void reasons[reason],
  onFailed: (error) => error instanceof FlowError && error.path,
}

export function both(
  connect: MountableConnect,
  widget: MountableWidget,
  step: RedirectStep,
  own: ConnectStep,
  place: Element,
): MountedFrame[] {
  const steps: Mountable[] = [connect, widget, step, own]
  return steps.map((step) => mount(step, place, options))
}

export function show(step: RedirectStep): () => void {
  const { iframe, refused, unmount } = mount(step, document.querySelector('#bank'))
  const source: string = iframe.src
  const count: number = refused
  void [source, count]
  return unmount
}

export async function back(flow: Flow<Connected>): Promise<string> {
  const landing: LandingFlow = flow
  const handled: HandledLanding = await handleLanding(landing, window, 'https://app.example/back')
  if (handled.error) return explain(handled.error)
  return handled.returned ? (await flow.result()).method : ''
}

const codes: Record<LandingErrorCode, string> = {
  denied: 'refused',
  'bank-error': 'later',
  'request-refused': 'call us',
  unknown: '',
}
const explain = ({ code, vendorReason }: LandingError) => codes[code] + (vendorReason ?? '')

const landing: Landing | undefined = readLanding(window, new URL(location.href))
if (landing && landing.error === null) {
  const claim: LandingClaim & { loginId: string; state: string | null } = landing
  void [claim, landing.accountIds.length, landing.institution?.length]
} else if (landing) {
  const failure: LandingFailure = landing
  void [failure.state, explain(landing.error)]
  // @ts-expect-error: a landing with an error has no accounts
  void landing.accountIds
}

export function inApp(step: Mountable, url: string): WebViewBridge {
  const onEvent: VendorEvents = vendorEvents((event) => void handle(event))
  // @ts-expect-error: a function is no listener of the vendor's events
  void connectWebView(step, { onEvent: handle })
  const options: WebViewOptions = { onEvent, onRefused: ({ reason }) => void reasons[reason] }
  const bridge = connectWebView(step, options)
  const isAccepted: boolean = bridge.message('{"step":"APP_MOUNTED"}', url)
  const address: Promise<string> = bridge.url()
  const page: LandingPage = window
  const landing: Landing | undefined = readLandingUrl(url, 'myapp://connected')
  void [isAccepted, address, page, landing, bridge.refused, bridge.close()]
  return bridge
}
