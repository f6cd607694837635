//! Reconnect and first link: the flows in which a person may be sent to Connect, Flinks' own page.
//!
//! ```text
//!   cached ─ fresh enough ─► done
//!      └──── too old ─────► live ─ the bank lets it pass ───────────► done
//!                            ├──── it asks, in a form ── answered ──► done
//!                            ├──── it asks, in the frame ───────────► Connect, by RequestId ─┐
//!                            └──── signing in anew can help ────────► Connect, by token ─────┤
//!   first link ─────────────────────────────────────────────────────────────▲                │
//!                                        done ◄── cached Authorize confirms the claim ◄──────┘
//! ```
//!
//! Flinks' pages describe three variants of the Mid-Session Reconnect: by AuthorizeAsync or Authorize, and
//! answered in the frame or by the API. They are choices of the host: `async` and `presentation`.

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, NextAction, Refusal};
use crate::http::{Header, Request, Response};
use crate::json::{self, Check, Reader, Value, object};
use crate::vendor::{
    Clocks, ConnectPurpose, Context, Frame, Recovery, Stage, Started, Submission, Vendor, Verdict,
};

use super::authorize::Authorize;
use super::params::{Params, guid, language};
use super::time::epoch;
use super::{AUTHORIZE_TOKEN, FlinksConfig, Guid};

/// The vendor's name in snapshots.
pub const NAME: &str = "flinks-reconnect";

/// What a reconnect is asked to do.
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct ReconnectParams {
    /// The LoginId, a GUID.
    pub login_id: String,
    /// How the person answers MFA: in a form of the host's, or mid-session in Flinks' own frame (the
    /// default).
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'form' | 'iframe'"))]
    pub presentation: String,
    /// By AuthorizeAsync; `false` by default.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "boolean"),
        serde(rename = "async")
    )]
    pub is_async: bool,
    /// Look in cached mode first, and do not contact the bank where LastRefresh is no older than so many
    /// milliseconds. A cached look proves no health. By default the bank is always contacted.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "number"))]
    pub max_age: u64,
}

/// What of Connect can be chosen, in a reconnect as in a first link.
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct ConnectParams {
    /// The institution's number, so that the person need not look for it.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "number"))]
    pub institution_id: Option<u64>,
    /// The language of the page, and in a reconnect of the bank's questions; `en` by default.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'en' | 'fr'"))]
    pub language: Option<String>,
    /// A text of yours that the page takes along. Without it the tag is a random value of the flow's own,
    /// and where Flinks brings that back, the LoginId came of this very page: `ownership` is `tagged`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub tag: Option<String>,
    /// Whether the address begins with `/v2/`: `true` by default. Flinks' newer pages print it without.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub v2: Option<bool>,
    /// Flinks' other parameters by their own names: `demo`, `theme`, `consentEnable` …
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "Record<string, string | number | boolean>")
    )]
    pub parameters: Value,
}

/// Which way a flow took to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "kebab-case"))]
pub enum ReconnectMethod {
    /// Cached data was fresh enough; the bank was not contacted.
    Cached,
    /// The bank let it pass without a question.
    Live,
    /// The person answered in the host's form.
    Form,
    /// The person answered in Connect.
    MidSession,
    /// The person signed in anew, in Connect.
    Credentials,
}

const METHODS: &[(ReconnectMethod, &str)] = &[
    (ReconnectMethod::Cached, "cached"),
    (ReconnectMethod::Live, "live"),
    (ReconnectMethod::Form, "form"),
    (ReconnectMethod::MidSession, "mid-session"),
    (ReconnectMethod::Credentials, "credentials"),
];

impl ReconnectMethod {
    /// The way as it is printed.
    pub fn text(self) -> &'static str {
        let known = METHODS.iter().find(|(method, _)| *method == self);
        known.map_or("", |(_, text)| text)
    }
}

/// How much a result proves.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ConnectionProof {
    /// Which way the flow took.
    pub method: ReconnectMethod,
    /// `live`: the bank has let this flow in, or Flinks' LastRefresh is later than the flow's start.
    /// `unproven`: cached mode alone says so, which never contacts the bank.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "'live' | 'unproven'"))]
    pub health: &'static str,
    /// `given`: the host brought the LoginId. `tagged`: a first link whose random tag Flinks itself
    /// brought back. `unproven`: a first link that exists, but nothing shows that it belongs to the person
    /// in front of the page: compare the account holder's name with theirs before you store it.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(type = "'given' | 'tagged' | 'unproven'")
    )]
    pub ownership: &'static str,
}

/// The entries of Connect's query that are the flow's own.
const RESERVED: [&str; 7] = [
    "authorizeToken",
    "institution",
    "language",
    "loginId",
    "redirectUrl",
    "requestId",
    "tag",
];

/// What each parameter must be like.
const PARAMS: &[(&str, Check)] = &[
    ("loginId", guid),
    ("presentation", presentation),
    ("async", json::bool),
    ("maxAge", json::uint),
    ("institutionId", json::uint),
    ("language", language),
    ("tag", json::text),
    ("v2", json::bool),
    ("parameters", parameters),
    ("state", json::text),
];

fn presentation(field: &Reader) -> Result<(), Refusal> {
    match field.value().as_text() {
        Some("form" | "iframe") => Ok(()),
        _ => Err(field.invalid("must be form or iframe")),
    }
}

fn parameters(field: &Reader) -> Result<(), Refusal> {
    if !matches!(field.value(), Value::Object(_)) {
        return Err(field.invalid("must be an object"));
    }
    for (name, value) in field.value().entries() {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let field = field.get(name);
        if !plain || RESERVED.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return Err(field.invalid("must be one of Flinks' names, and has no option here"));
        }
        if !matches!(value, Value::Text(_) | Value::Number(_) | Value::Bool(_)) {
            return Err(field.invalid("must be a string, a number or a boolean"));
        }
    }
    Ok(())
}

/// A reconnect or a first link.
pub struct Reconnect {
    /// The calls, from the live refresh to the confirmation.
    authorize: Authorize,
    /// The way it is on, as far as it has come.
    method: ReconnectMethod,
    /// The host brought the LoginId, and no other is accepted.
    known: bool,
    /// As they were given: a snapshot keeps them, and reads them again.
    params: Value,
}

/// Reads the start of a reconnect.
pub fn reconnect(params: Reader, config: Reader) -> Result<Started, Refusal> {
    guid(&params.get("loginId"))?;
    Ok((Box::new(Reconnect::read(params, config)?), Value::Null))
}

/// Reads the start of a first link.
pub fn connect(params: Reader, config: Reader) -> Result<Started, Refusal> {
    for name in ["loginId", "presentation", "async", "maxAge"] {
        let field = params.get(name);
        if !field.is_null() {
            return Err(field.invalid("is for a reconnect"));
        }
    }
    Ok((Box::new(Reconnect::read(params, config)?), Value::Null))
}

/// Reads what a snapshot kept.
pub fn restore(key: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal> {
    let mut reconnect = Reconnect::read(saved.get("params"), config)?;
    reconnect.authorize.resume(key, saved)?;
    let method = saved.get("method");
    let text = method.text()?;
    let known = METHODS.iter().find(|(_, known)| *known == text);
    reconnect.method = known
        .ok_or_else(|| method.invalid("is not a reconnect method"))?
        .0;
    Ok(Box::new(reconnect))
}

impl Reconnect {
    fn read(params: Reader, config: Reader) -> Result<Reconnect, Refusal> {
        params.each(PARAMS)?;
        let given = params.value();
        let login_id = given.get("loginId").as_text().and_then(Guid::parse);
        let known = login_id.is_some();
        let authorize = Params {
            login_id,
            cached: false,
            is_async: *given.get("async") == Value::Bool(true),
            given: object! { "Language": given.get("language").clone(), "Save": true },
        };
        Ok(Reconnect {
            authorize: Authorize::new(authorize, FlinksConfig::read(config)?)?,
            method: match (known, given.get("maxAge")) {
                (false, _) => ReconnectMethod::Credentials,
                (true, Value::Null) => ReconnectMethod::Live,
                (true, _) => ReconnectMethod::Cached,
            },
            known,
            params: given.clone(),
        })
    }

    /// The one-time value of the host's: in the landing address, and in the tag where that is free.
    fn state(&self) -> Option<&str> {
        self.params.get("state").as_text()
    }

    /// The person answers in Connect, and not in a form of the host's.
    fn in_frame(&self) -> bool {
        self.params.get("presentation").as_text() != Some("form")
    }

    /// The person was sent to Connect, so that a claim is what comes next, and then its confirmation.
    fn by_claim(&self) -> bool {
        matches!(
            self.method,
            ReconnectMethod::MidSession | ReconnectMethod::Credentials
        )
    }

    fn go_to_connect(&mut self, method: ReconnectMethod) -> Verdict {
        self.method = method;
        Verdict::Connect
    }

    /// The end, with what it proves.
    fn done(&self, mut result: Value, started: u64) -> Verdict {
        let refreshed = result.get("lastRefresh").as_text().and_then(epoch);
        let let_in = matches!(self.method, ReconnectMethod::Live | ReconnectMethod::Form);
        let health =
            if let_in || (self.method != ReconnectMethod::Cached && refreshed >= Some(started)) {
                "live"
            } else {
                "unproven"
            };
        let echoed = *self.params.get("tag") == Value::Null
            && self.state().is_some()
            && result.get("tag").as_text() == self.state();
        let ownership = match (self.known, echoed) {
            (true, _) => "given",
            (false, true) => "tagged",
            (false, false) => "unproven",
        };
        result.set("method", self.method.text().into());
        result.set("health", health.into());
        result.set("ownership", ownership.into());
        Verdict::Done(result)
    }

    /// By the vendor's clock against the host's, as far as both are right.
    fn is_fresh(&self, result: &Value, now: u64) -> bool {
        let refreshed = result.get("lastRefresh").as_text().and_then(epoch);
        let max_age = match self.params.get("maxAge") {
            Value::Number(digits) => digits.parse().unwrap_or(0),
            _ => 0,
        };
        refreshed.is_some_and(|at| now.saturating_sub(at) <= max_age)
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
        saved
    }

    fn clocks(&self) -> Clocks {
        self.authorize.clocks()
    }

    fn opens_session(&self, stage: Stage) -> bool {
        self.authorize.opens_session(stage)
    }

    fn initial_verdict(&self) -> Verdict {
        match self.known {
            true => Verdict::Go(Stage::Start),
            false => Verdict::Connect,
        }
    }

    fn frame(&self) -> Frame {
        let Authorize {
            config, request_id, ..
        } = &self.authorize;
        let params = &self.params;
        let mut url = match &config.connect_url {
            Some(base) => base.clone(),
            None => ["https://", &config.instance, "-iframe.private.fin.ag"].concat(),
        };
        let v2 = *params.get("v2") != Value::Bool(false);
        url.push_str(if v2 { "/v2/" } else { "/" });
        let mut frame = Frame::default();
        let mut query = Query::default();
        if self.method == ReconnectMethod::MidSession {
            frame.purpose = ConnectPurpose::Mfa;
            query.add("requestId", request_id.as_ref().map(Guid::text));
        } else {
            if let Value::Number(id) = params.get("institutionId") {
                url.push_str("Credential/");
                url.push_str(id);
            }
            frame.query.push(Header::Secret {
                name: "authorizeToken",
                slot: AUTHORIZE_TOKEN,
            });
        }
        if let Some(landing) = &config.redirect_url {
            let mut landing = landing.clone();
            let joint = if landing.bytes().any(|byte| byte == b'?') {
                "&"
            } else {
                "?"
            };
            landing.push_str(joint);
            landing.push_str("state=");
            landing.push_str(self.state().unwrap_or_default());
            query.add("redirectUrl", Some(&landing));
        }
        query.add("language", params.get("language").as_text());
        query.add("tag", params.get("tag").as_text().or(self.state()));
        for (name, value) in params.get("parameters").entries() {
            let value = match value {
                Value::Text(text) => text.clone(),
                value => value.print(),
            };
            query.add(name, Some(&value));
        }
        url.push_str(&query.0);
        Frame { url, ..frame }
    }

    /// The claim `{loginId}` of a frame, whose origin and window the page has checked, or `{loginId, state}` of
    /// an address that the person landed at, which anybody may have made.
    fn accept_claim(&mut self, claim: &Value) -> Result<Verdict, Refusal> {
        let claimed = Reader::new("claim", claim);
        claimed.only(&["loginId", "state"])?;
        let login_id = Guid::read(claimed.get("loginId"))?;
        let state = claimed.get("state");
        if claim.has("state") && state.value().as_text() != self.state() {
            return Err(state.invalid("must be the one that the flow sent along"));
        }
        let params = &mut self.authorize.params;
        if self.known && params.login_id.as_ref() != Some(&login_id) {
            return Ok(Verdict::failed(ErrorCode::LoginMismatch, None, None));
        }
        params.login_id = Some(login_id);
        params.cached = true;
        Ok(Verdict::Go(Stage::Verify))
    }

    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        context: Context,
    ) -> Result<Request, Refusal> {
        if stage == Stage::Start && self.method == ReconnectMethod::Cached {
            return Ok(self.authorize.confirm());
        }
        self.authorize.request(stage, submission, context)
    }

    fn judge(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict {
        // A claim is confirmed like any cached start.
        let confirms = stage == Stage::Verify && self.by_claim();
        let judged = if confirms { Stage::Start } else { stage };
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
            (_, Verdict::Asks { .. }) if self.in_frame() => {
                self.go_to_connect(ReconnectMethod::MidSession)
            }
            (_, asks @ Verdict::Asks { .. }) => {
                self.method = ReconnectMethod::Form;
                asks
            }
            (
                ReconnectMethod::Cached | ReconnectMethod::Live | ReconnectMethod::Form,
                Verdict::Failed { code, .. },
            ) if person_helps(code) => self.go_to_connect(ReconnectMethod::Credentials),
            (_, verdict) => verdict,
        }
    }

    fn recovery(&self, stage: Stage) -> Recovery {
        match stage {
            Stage::Start if self.method == ReconnectMethod::Cached => Recovery::Repeat(None),
            Stage::Verify if self.by_claim() => Recovery::Repeat(None),
            _ => self.authorize.recovery(stage),
        }
    }

    fn challenges(&self, asked: &Value, round: u32) -> Vec<Challenge> {
        self.authorize.challenges(asked, round)
    }
}

/// Whether signing in anew can help. Keys, throttling and what only the bank itself settles end the
/// flow. A refusal that nobody has documented may be of that kind, so the person is let try.
fn person_helps(code: ErrorCode) -> bool {
    matches!(
        code.next(),
        NextAction::AskCredentials | NextAction::Reconnect
    ) || matches!(code, ErrorCode::AnswerRefused | ErrorCode::Refused)
}

/// A query, percent-encoded.
#[derive(Default)]
struct Query(String);

impl Query {
    fn add(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value else {
            return;
        };
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                self.0.push(byte.into());
            } else {
                self.0.push('%');
                for digit in [byte >> 4, byte & 15] {
                    let digit = char::from_digit(digit.into(), 16).unwrap_or_default();
                    self.0.push(digit.to_ascii_uppercase());
                }
            }
        }
    }
}
