//! Faults on demand: what a network, a gateway or a broken vendor can do to a call.

use serde::{Deserialize, Serialize};

use super::http::{Arrival, Outgoing};
use super::json::Json;

/// The kind of call that a fault applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// Flinks: GenerateAuthorizeToken.
    Token,
    /// Flinks: Authorize or AuthorizeAsync that opens a session. MX: create or update a member, or
    /// start a job.
    Start,
    /// Flinks: Authorize or AuthorizeAsync with a RequestId alone, and the Async variants of the data
    /// calls. MX: status.
    Poll,
    /// Flinks: Authorize or AuthorizeAsync with SecurityResponses. MX: resume.
    Answer,
    /// Flinks: GetAccountsSummary, GetAccountsDetail, GetStatements.
    Data,
    /// Flinks: GetMFAQuestions, AnswerMFAQuestions.
    Questions,
    /// Flinks: DeleteCard, SetScheduledRefresh, GetNightlyRefreshStatus.
    Cards,
    /// MX: the list of challenges.
    Challenges,
    /// MX: the URL of an OAuth window or of the widget.
    Window,
    /// MX: the list of an institution's credentials.
    Credentials,
    /// Any call.
    #[default]
    Any,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The vendor handles the request, and the reply is lost.
    LostReply,
    /// The request never reaches the vendor.
    LostRequest,
    /// The vendor handles the request and never replies: for timeouts.
    Hang,
    /// A web page instead of JSON, with `status` (200).
    Html,
    /// The right reply with the content type `text/html`.
    HtmlType,
    /// No body at all.
    Empty,
    /// JSON with a byte that is not UTF-8.
    NotUtf8,
    /// A hundred thousand nested arrays.
    DeepJson,
    /// The right reply with ten megabytes of padding.
    HugeBody,
    /// The first half of the right reply.
    TruncatedJson,
    /// An error with `status` (500), `code` and `retryAfter`. The request does not reach the vendor.
    Status,
    /// 302 to another site.
    Redirect,
    /// A 200 without its RequestId. Applies to the next 200.
    NoRequestId,
    /// A 203 without its SecurityChallenges. Applies to the next 203.
    NoChallenges,
    /// 204 and no body.
    NoContent,
    /// An MX body without its `member`.
    NoMember,
    /// An MX body whose `member` is `null`.
    NullMember,
    /// An MX body whose `member` is a list.
    MemberList,
}

/// One fault. As JSON: `{"kind": "html", "on": "answer", "skip": 0, "times": 1, "status": 503}`;
/// only `kind` is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// The kind of call that the fault applies to.
    #[serde(default)]
    pub on: Target,
    /// How many of these calls pass before the fault happens.
    #[serde(default)]
    pub skip: u32,
    /// How often the fault happens.
    #[serde(default = "once")]
    pub times: u32,
    /// Whether the vendor still handles the request. By default it does, except for [`FaultKind::LostRequest`],
    /// [`FaultKind::Status`] and [`FaultKind::Redirect`].
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "boolean"))]
    pub processed: Option<bool>,
    /// The status of the reply.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number"))]
    pub status: Option<u16>,
    /// The `FlinksCode` of a [`FaultKind::Status`], at MX the `type` of its error; none by default.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub code: Option<String>,
    /// The `Retry-After` header of a [`FaultKind::Status`]: seconds or a date.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub retry_after: Option<String>,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// Happens once, with the next call of any kind.
    pub fn new(kind: FaultKind) -> Self {
        let (on, processed, status, code, retry_after) = Default::default();
        Self {
            kind,
            on,
            skip: 0,
            times: 1,
            processed,
            status,
            code,
            retry_after,
        }
    }

    /// Happens with this kind of call.
    pub fn on(self, on: Target) -> Self {
        Self { on, ..self }
    }

    /// Sets the status of the reply.
    pub fn status(self, status: u16) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }

    pub(crate) fn processed(&self) -> bool {
        let reaches_vendor = !matches!(
            self.kind,
            FaultKind::LostRequest | FaultKind::Status | FaultKind::Redirect
        );
        self.processed.unwrap_or(reaches_vendor)
    }

    fn required_status(&self) -> Option<u16> {
        match self.kind {
            FaultKind::NoRequestId => Some(200),
            FaultKind::NoChallenges => Some(203),
            _ => None,
        }
    }

    fn damage(&self, reply: Outgoing, refusal: Refusal) -> Outgoing {
        let status = self.status.unwrap_or(reply.status);
        let json = |body: Vec<u8>| Outgoing {
            status,
            body,
            ..reply.clone()
        };
        match self.kind {
            FaultKind::LostReply | FaultKind::LostRequest => Outgoing {
                arrival: Arrival::Lost,
                ..reply
            },
            FaultKind::Hang => Outgoing {
                arrival: Arrival::Hangs,
                ..reply
            },
            FaultKind::Html => Outgoing::new(self.status.unwrap_or(200), "text/html", HTML),
            FaultKind::HtmlType => Outgoing::new(status, "text/html", reply.body),
            FaultKind::Empty => json(Vec::new()),
            FaultKind::NotUtf8 => {
                json([b"{\"Message\":\"caf\xe9\",", after_brace(&reply.body)].concat())
            }
            FaultKind::DeepJson => json([b"[".repeat(100_000), b"]".repeat(100_000)].concat()),
            FaultKind::HugeBody => {
                let padding = b" ".repeat(10_000_000);
                json(
                    [
                        b"{\"Padding\":\"",
                        &padding[..],
                        b"\",",
                        after_brace(&reply.body),
                    ]
                    .concat(),
                )
            }
            FaultKind::TruncatedJson => json(
                reply
                    .body
                    .iter()
                    .copied()
                    .take(reply.body.len() / 2)
                    .collect(),
            ),
            FaultKind::Status => {
                let reply = refusal(self.status.unwrap_or(500), self.code.as_deref());
                match &self.retry_after {
                    Some(wait) => reply.with_header("retry-after", wait),
                    None => reply,
                }
            }
            FaultKind::Redirect => Outgoing::new(self.status.unwrap_or(302), "text/html", "")
                .with_header("location", "https://elsewhere.invalid/login"),
            FaultKind::NoRequestId => json(replace_member(&reply.body, "RequestId", |_| None)),
            FaultKind::NoChallenges => {
                json(replace_member(&reply.body, "SecurityChallenges", |_| None))
            }
            FaultKind::NoContent => Outgoing::empty(self.status.unwrap_or(204)),
            FaultKind::NoMember => json(replace_member(&reply.body, "member", |_| None)),
            FaultKind::NullMember => {
                json(replace_member(&reply.body, "member", |_| Some(Json::Null)))
            }
            FaultKind::MemberList => json(replace_member(&reply.body, "member", |all| {
                Some(Json::Array(vec![all]))
            })),
        }
    }
}

const HTML: &str = "<!DOCTYPE html>\n<html><head><title>Service Unavailable</title></head>\
    <body><h1>Our services are not available right now</h1></body></html>\n";

/// The text of a JSON object after its opening brace.
fn after_brace(object: &[u8]) -> &[u8] {
    object.strip_prefix(b"{").unwrap_or(b"}")
}

/// The text of a JSON object in which the value of this name is replaced or removed.
fn replace_member(body: &[u8], name: &str, other: impl Fn(Json) -> Option<Json>) -> Vec<u8> {
    let Some(Json::Object(members)) = Json::parse(body) else {
        return body.to_vec();
    };
    let changed = |(key, value): (String, Json)| match key.eq_ignore_ascii_case(name) {
        true => other(value).map(|value| (key, value)),
        false => Some((key, value)),
    };
    let members = members.into_iter().filter_map(changed).collect();
    Json::Object(members).to_text().into_bytes()
}

/// The vendor's error body for a status, and for a code if the vendor has codes.
pub(crate) type Refusal = fn(u16, Option<&str>) -> Outgoing;

/// The faults that are still to happen, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Handles a call with the first fault for its kind, if there is one.
    pub(crate) fn apply(
        &mut self,
        target: Target,
        refusal: Refusal,
        process: impl FnOnce() -> Outgoing,
    ) -> Outgoing {
        let applies = |fault: &&mut Fault| fault.on == Target::Any || fault.on == target;
        let Some(fault) = self.0.iter_mut().find(applies) else {
            return process();
        };
        if fault.skip > 0 {
            fault.skip -= 1;
            return process();
        }
        let reply = if fault.processed() {
            process()
        } else {
            Outgoing::new(0, "", "")
        };
        if fault
            .required_status()
            .is_some_and(|status| status != reply.status)
        {
            return reply;
        }
        let damaged = fault.damage(reply, refusal);
        fault.times = fault.times.saturating_sub(1);
        self.0.retain(|fault| fault.times > 0);
        damaged
    }
}

#[cfg(test)]
mod tests;
