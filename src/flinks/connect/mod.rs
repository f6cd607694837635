//! Reconnect, resume and first link: the flows that can send the person to the Flinks Connect page.
//!
//! ```text
//!   cached ─ fresh enough ─► done
//!      └──── too old ─────► live ─ no challenge ─────────────────────► done
//!                            ├──── challenge, in a form ── answered ─► done
//!                            ├──── challenge, in Connect ────────────► Connect, by RequestId ─┐
//!                            └──── a new sign-in can help ───────────► Connect, by token ─────┤
//!   first link ──────────────────────────────────────────────────────────────▲                │
//!   resume ─────────────────────────────────────────────► Connect, by RequestId ──────────────┤
//!                                       done ◄── a cached Authorize verifies the claim ◄──────┘
//! ```
//!
//! Flinks' pages describe three variants of the Mid-Session Reconnect: by AuthorizeAsync or Authorize, and
//! answered in Connect or by the API. The host chooses with `async` and `presentation`.

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, NextAction, Refusal};
use crate::http::{Request, Response};
use crate::json::{Reader, Value};
use crate::text_enum::text_enum;
use crate::vendor::{Context, Frame, Recovery, Stage, Submission, TimeLimits, Vendor, Verdict};

use super::authorize::Authorize;
use super::guid::Guid;
use super::time::epoch_ms;

use params::account_ids;

pub use start::{restore, start_first_link, start_reconnect, start_resume};

mod address;
pub mod params;
mod start;

/// The vendor's name in snapshots.
pub const NAME: &str = "flinks-reconnect";

text_enum! {
    /// How a flow reached its end.
    ReconnectMethod {
        /// The cached data was fresh enough. The bank was not contacted.
        Cached "cached"
        /// The bank asked nothing.
        Live "live"
        /// The person answered in the host's form.
        Form "form"
        /// The person answered in Connect.
        MidSession "mid-session"
        /// The person signed in again, in Connect.
        Credentials "credentials"
    }
}

/// The facts that a result proves.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct ConnectionProof {
    /// How the flow reached its end.
    pub method: ReconnectMethod,
    /// `live`: the bank accepted the session, or LastRefresh is later than the start of the flow. `unproven`:
    /// only cached mode, which never contacts the bank, says that the connection works.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "'live' | 'unproven'"))]
    pub health: &'static str,
    /// `given`: the host gave the LoginId. `tagged`: it did not, and Flinks returned the random tag of this flow.
    /// `unproven`: the LoginId exists, but may belong to somebody else: compare the account holder's name with
    /// the person's before you store it.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(type = "'given' | 'tagged' | 'unproven'")
    )]
    pub ownership: &'static str,
    /// The accounts that the person chose in Connect, as its page claims: untrusted. Null if it named none.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string[] | null"))]
    pub account_ids: Option<Vec<String>>,
}

/// A reconnect, a resumed session or a first link.
#[derive(Clone)]
pub struct Reconnect {
    /// All calls of Authorize, from the live refresh to the verification.
    authorize: Authorize,
    /// The method that the flow is using now.
    method: ReconnectMethod,
    /// Whether the host gave the LoginId. If so, no other LoginId is accepted.
    is_login_id_given: bool,
    /// Whether Connect has refused its token, or the lack of one, in the middle of a session.
    is_token_renewed: bool,
    /// The accounts that Connect claims the person has chosen: a list, or null.
    account_ids: Value,
    /// The parameters as the host gave them, for a snapshot.
    params: Value,
}

impl Reconnect {
    /// Whether a parameter is `true`.
    fn has(&self, name: &str) -> bool {
        *self.params.get(name) == Value::Bool(true)
    }

    /// The host's random value. It goes into the redirect address, and into the tag if the host gave no tag.
    fn state(&self) -> Option<&str> {
        self.params.get("state").as_text()
    }

    /// Whether the person answers in Connect, not in the host's form.
    fn answers_in_connect(&self) -> bool {
        self.params.get("presentation").as_text() != Some("form")
    }

    /// Whether the person was sent to Connect. Then a claim comes next, and a cached Authorize verifies it.
    fn needs_claim(&self) -> bool {
        matches!(
            self.method,
            ReconnectMethod::MidSession | ReconnectMethod::Credentials
        )
    }

    fn open_connect(&mut self, method: ReconnectMethod) -> Verdict {
        self.method = method;
        Verdict::Connect
    }

    /// The end of the flow, with what the result proves.
    fn done(&self, mut result: Value, started: u64) -> Verdict {
        let refreshed = result.get("lastRefresh").as_text().and_then(epoch_ms);
        let is_live = match self.method {
            ReconnectMethod::Live | ReconnectMethod::Form => true,
            ReconnectMethod::Cached => false,
            ReconnectMethod::MidSession | ReconnectMethod::Credentials => {
                refreshed >= Some(started)
            }
        };
        let health = if is_live { "live" } else { "unproven" };
        let is_tag_returned = *self.params.get("tag") == Value::Null
            && self.state().is_some()
            && result.get("tag").as_text() == self.state();
        let ownership = match (self.is_login_id_given, is_tag_returned) {
            (true, _) => "given",
            (false, true) => "tagged",
            (false, false) => "unproven",
        };
        result.set("method", self.method.text().into());
        result.set("health", health.into());
        result.set("ownership", ownership.into());
        let account_ids = match self.account_ids.items() {
            [] => Value::Null,
            _ => self.account_ids.clone(),
        };
        result.set("accountIds", account_ids);
        Verdict::Done(result)
    }

    /// Whether the data is no older than `maxAge`. This compares the vendor's clock with the host's clock.
    fn is_fresh(&self, result: &Value, now: u64) -> bool {
        let refreshed = result.get("lastRefresh").as_text().and_then(epoch_ms);
        let max_age = Reader::new("maxAge", self.params.get("maxAge")).uint();
        let max_age = max_age.unwrap_or(0);
        refreshed.is_some_and(|time| now.saturating_sub(time) <= max_age)
    }
}

impl Vendor for Reconnect {
    fn name(&self) -> &'static str {
        NAME
    }

    fn vendor_ids(&self) -> Value {
        self.authorize.vendor_ids()
    }

    fn saved_state(&self) -> Value {
        let mut saved = self.authorize.progress();
        saved.set("params", self.params.clone());
        saved.set("method", self.method.text().into());
        saved.set("accountIds", self.account_ids.clone());
        saved.set("tokenRenewed", self.is_token_renewed.into());
        saved
    }

    fn limits(&self) -> TimeLimits {
        self.authorize.limits()
    }

    fn opens_session(&self, stage: Stage) -> bool {
        self.authorize.opens_session(stage)
    }

    fn new_session_stage(&self) -> Option<Stage> {
        self.authorize.new_session_stage()
    }

    fn leave_session(&mut self) {
        self.method = ReconnectMethod::Live;
        self.authorize.leave_session();
    }

    fn initial_verdict(&self) -> Verdict {
        match self.needs_claim() {
            true => Verdict::Connect,
            false => Verdict::Go(Stage::Start),
        }
    }

    fn frame(&self) -> Frame {
        let authorize = &self.authorize;
        let is_mid_session = self.method == ReconnectMethod::MidSession;
        let request_id = authorize.request_id.as_ref().filter(|_| is_mid_session);
        let has_token = !is_mid_session || self.is_token_renewed || self.has("midSessionToken");
        address::frame(
            &authorize.config,
            &self.params,
            self.state(),
            request_id,
            has_token,
        )
    }

    /// In the middle of a session once, whether the address had a token or not: Flinks' pages contradict each
    /// other. That a fresh token helps is a guess.
    fn may_renew_page_token(&mut self) -> bool {
        let is_first = !core::mem::replace(&mut self.is_token_renewed, true);
        is_first || self.method != ReconnectMethod::MidSession
    }

    /// The claim is `{loginId}` from an iframe, whose origin and source the page has checked, or
    /// `{loginId, state}` from a redirect address, which anybody can forge. Either can have `accountIds`, which
    /// nothing verifies.
    fn accept_claim(&mut self, claim: &Value) -> Result<Verdict, Refusal> {
        let claimed = Reader::new("claim", claim);
        claimed.only(&["loginId", "state", "accountIds"])?;
        let login_id = Guid::read(claimed.get("loginId"))?;
        let state = claimed.get("state");
        if claim.has("state") && state.value().as_text() != self.state() {
            return Err(state.invalid("does not match the state of this flow"));
        }
        let accounts = claimed.get("accountIds");
        accounts.optional(account_ids)?;
        let params = &mut self.authorize.params;
        if self.is_login_id_given && params.login_id.as_ref() != Some(&login_id) {
            return Ok(Verdict::failed(ErrorCode::LoginMismatch, None, None));
        }
        params.login_id = Some(login_id);
        params.cached = true;
        self.account_ids = accounts.value().clone();
        Ok(Verdict::Go(Stage::Verify))
    }

    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        context: Context,
    ) -> Result<Request, Refusal> {
        if stage == Stage::Start && self.method == ReconnectMethod::Cached {
            return Ok(self.authorize.cached_request());
        }
        self.authorize.request(stage, submission, context)
    }

    fn judge(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict {
        // The cached Authorize that verifies a claim is interpreted like the reply to a start.
        let judged = match stage {
            Stage::Verify if self.needs_claim() => Stage::Start,
            stage => stage,
        };
        match (self.method, self.authorize.judge(judged, response, context)) {
            (ReconnectMethod::Cached, Verdict::Done(result))
                if !self.is_fresh(&result, context.started_at) =>
            {
                self.method = ReconnectMethod::Live;
                Verdict::Go(Stage::Start)
            }
            (_, Verdict::Done(result)) => self.done(result, context.started_at),
            (ReconnectMethod::MidSession | ReconnectMethod::Credentials, Verdict::Asks { .. }) => {
                Verdict::failed(ErrorCode::OutcomeUnknown, None, None)
            }
            (_, Verdict::Asks { .. }) if self.answers_in_connect() => {
                self.open_connect(ReconnectMethod::MidSession)
            }
            (_, asks @ Verdict::Asks { .. }) => {
                self.method = ReconnectMethod::Form;
                asks
            }
            (
                ReconnectMethod::Cached | ReconnectMethod::Live | ReconnectMethod::Form,
                Verdict::Failed { code, .. },
            ) if can_sign_in_again(code) => self.open_connect(ReconnectMethod::Credentials),
            // These were cached calls, which do not contact the institution.
            (
                ReconnectMethod::Cached
                | ReconnectMethod::MidSession
                | ReconnectMethod::Credentials,
                Verdict::Failed {
                    code: ErrorCode::AccessRefused,
                    vendor_code,
                    retry_after,
                },
            ) => Verdict::failed(ErrorCode::Unauthorized, vendor_code, retry_after),
            (_, verdict) => verdict,
        }
    }

    fn needs(&self, stage: Stage) -> Option<&'static str> {
        self.authorize.needs(stage)
    }

    fn recovery(&self, stage: Stage) -> Recovery {
        match stage {
            Stage::Start if self.method == ReconnectMethod::Cached => Recovery::Repeat(None),
            Stage::Verify if self.needs_claim() => Recovery::Repeat(None),
            _ => self.authorize.recovery(stage),
        }
    }

    fn challenges(&self, payload: &Value, round: u32) -> Vec<Challenge> {
        self.authorize.challenges(payload, round)
    }
}

/// Whether a new sign-in can fix a failure. It cannot fix a wrong key, a rate limit or a failure that only the
/// bank can fix. It may fix an undocumented refusal, so the person can try.
fn can_sign_in_again(code: ErrorCode) -> bool {
    matches!(
        code.next(),
        NextAction::AskCredentials | NextAction::Reconnect
    ) || matches!(code, ErrorCode::AnswerRefused | ErrorCode::Refused)
}
