//! A member and what follows from it: a job that runs, questions that come, a window to sign in.

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, Refusal};
use crate::http::{Request, Response};
use crate::json::{self, Check, Reader, Value, object};
use crate::vendor::{Clocks, Context, Recovery, Stage, Started, Submission, Vendor, Verdict};

use super::challenge::{answered, challenges, raw_answered, same};
use super::reply::{Reply, is_ok, refused};
use super::{MxConfig, NAME, guid, is_plain};

/// The jobs of a member, as the paths name them.
const JOBS: [&str; 6] = [
    "aggregate",
    "check_balance",
    "extend_history",
    "fetch_statements",
    "identify",
    "verify",
];

/// Where to begin: one of the four.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct MemberParams {
    /// The user's guid: `USR-…`.
    pub user_guid: String,
    /// The member's guid: `MBR-…`. Without it a new member is made.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub member_guid: Option<String>,
    /// The job to start. With neither job nor credentials, a member that already runs or is CHALLENGED
    /// is taken up.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(
            optional,
            type = "'aggregate' | 'check_balance' | 'extend_history' | 'fetch_statements' | 'identify' | 'verify'"
        )
    )]
    pub job: Option<String>,
    /// The institution of a new member.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub institution_code: Option<String>,
    /// A new member signs in at the bank's own site.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub is_oauth: bool,
    /// Credentials, by the guids of the institution's credentials: of a new member, or new ones.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "{ guid: string; value: string }[]")
    )]
    pub credentials: Value,
    /// How the person answers: in a form of the host's (the default), or in MX's own widget, which the step
    /// `redirect` opens at the question.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'form' | 'widget'"))]
    pub presentation: String,
}

/// What each parameter must be like.
const PARAMS: &[(&str, Check)] = &[
    ("userGuid", user_guid),
    ("memberGuid", member_guid),
    ("job", job),
    ("institutionCode", institution_code),
    ("isOauth", json::bool),
    ("credentials", credentials),
    ("presentation", presentation),
];

/// Checks parameters against each other.
fn check(params: Reader) -> Result<(), Refusal> {
    let has = |name| !params.get(name).is_null();
    let (exists, signs_in) = (has("memberGuid"), has("credentials"));
    let is_oauth = *params.get("isOauth").value() == Value::Bool(true);
    for (name, wrong, expected) in [
        (
            "memberGuid",
            !exists && !has("institutionCode"),
            "must be given, or an institutionCode",
        ),
        (
            "institutionCode",
            exists && has("institutionCode"),
            "must not stand beside a memberGuid",
        ),
        (
            "isOauth",
            exists && is_oauth,
            "must not stand beside a memberGuid",
        ),
        (
            "job",
            has("job") && (!exists || signs_in),
            "needs a memberGuid, and no credentials",
        ),
        (
            "credentials",
            !exists && is_oauth == signs_in,
            "are for a new member, unless isOauth",
        ),
    ] {
        if wrong {
            return Err(params.get(name).invalid(expected));
        }
    }
    Ok(())
}

fn user_guid(field: &Reader) -> Result<(), Refusal> {
    guid(field, "USR-", "must be a user's guid, USR-…")
}

fn member_guid(field: &Reader) -> Result<(), Refusal> {
    guid(field, "MBR-", "must be a member's guid, MBR-…")
}

fn job(field: &Reader) -> Result<(), Refusal> {
    match field.value().as_text() {
        Some(job) if JOBS.contains(&job) => Ok(()),
        _ => Err(field.invalid("must be one of MX's jobs, such as aggregate")),
    }
}

fn institution_code(field: &Reader) -> Result<(), Refusal> {
    match field.value().as_text() {
        Some(text) if is_plain(text) => Ok(()),
        _ => Err(field.invalid("must be an institution's code, such as mxbank")),
    }
}

fn presentation(field: &Reader) -> Result<(), Refusal> {
    match field.value().as_text() {
        Some("form" | "widget") => Ok(()),
        _ => Err(field.invalid("must be form or widget")),
    }
}

fn credentials(field: &Reader) -> Result<(), Refusal> {
    let items = field.value().items();
    if items.is_empty() {
        return Err(field.invalid("must be a list of guids and values that is not empty"));
    }
    for (place, item) in items.iter().enumerate() {
        let place = json::decimal(place as u64);
        let item = field.item(&place, item);
        item.only(&["guid", "value"])?;
        let credential = item.get("guid");
        guid(
            &credential,
            "CRD-",
            "must be the guid of a credential, CRD-…",
        )?;
        item.get("value").text()?;
    }
    Ok(())
}

/// Reads a start: the flow's side of it, and the credentials, which are kept nowhere.
pub fn start(params: Reader, config: Reader) -> Result<Started, Refusal> {
    let (member, credentials) = Member::start(params, config)?;
    Ok((Box::new(member), credentials))
}

/// Reads what a snapshot kept.
pub fn restore(key: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal> {
    let signs_in = saved.get("signsIn").bool()?;
    let mut member = Member::read(saved.get("params"), signs_in, config)?;
    let field = key.get("member_guid");
    field.optional(member_guid)?;
    member.member_guid = field.value().as_text().map(str::to_owned);
    member.seen = saved.get("seen").uint()?;
    member.refused = saved.get("refused").bool()?;
    member.opens_widget = saved.get("opensWidget").bool()?;
    Ok(Box::new(member))
}

/// How a flow begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    Job,
    Create,
    Update,
    Watch,
}

/// A member.
pub struct Member {
    config: MxConfig,
    /// As they were given, without credentials: a snapshot keeps them, and reads them again.
    params: Value,
    begin: Begin,
    member_guid: Option<String>,
    /// How many polls in a row said the same thing that one poll alone does not prove.
    seen: u64,
    /// MX did not accept the last answers.
    refused: bool,
    /// The window that the person needs is MX's widget, and not the bank's.
    opens_widget: bool,
    /// Why the challenges are asked for by themselves.
    purpose: Stage,
}

impl Member {
    /// Reads a start.
    pub fn start(params: Reader, config: Reader) -> Result<(Member, Value), Refusal> {
        let credentials = params.get("credentials");
        let member = Member::read(params, !credentials.is_null(), config)?;
        check(params)?;
        Ok((member, credentials.value().clone()))
    }

    fn read(params: Reader, signs_in: bool, config: Reader) -> Result<Member, Refusal> {
        params.each(PARAMS)?;
        user_guid(&params.get("userGuid"))?;
        let given = params.value().without(&["credentials"]);
        let text = |name| given.get(name).as_text();
        Ok(Member {
            config: MxConfig::read(config)?,
            begin: match (text("memberGuid"), text("job")) {
                (_, Some(_)) => Begin::Job,
                (None, _) => Begin::Create,
                _ if signs_in => Begin::Update,
                _ => Begin::Watch,
            },
            member_guid: text("memberGuid").map(str::to_owned),
            seen: 0,
            refused: false,
            opens_widget: false,
            purpose: Stage::Poll,
            params: given,
        })
    }

    fn in_widget(&self) -> bool {
        self.params.get("presentation").as_text() == Some("widget")
    }

    /// The request that begins.
    pub fn begin(&self, credentials: &Value) -> Request {
        let body = |member| Some(object! { "member": member });
        let credentials = match credentials {
            Value::Null => Value::List(Vec::new()),
            given => given.clone(),
        };
        match self.begin {
            Begin::Watch => self.status(),
            Begin::Job => self.call("POST", &[self.text("job")], None),
            Begin::Update => Request {
                once: true,
                ..self.call("PUT", &[], body(object! { "credentials": credentials }))
            },
            Begin::Create => {
                let mut member = object! {
                    "institution_code": self.text("institutionCode"),
                    "credentials": credentials,
                };
                if *self.params.get("isOauth") == Value::Bool(true) {
                    member.set("is_oauth", true.into());
                }
                let path = ["users", self.text("userGuid"), "members"];
                Request {
                    once: true,
                    ..self.config.call("POST", &path, body(member))
                }
            }
        }
    }

    fn text(&self, name: &str) -> &str {
        self.params.get(name).as_text().unwrap_or_default()
    }

    /// The status, which also carries the challenges.
    pub fn status(&self) -> Request {
        self.call("GET", &["status"], None)
    }

    /// The challenges by themselves.
    pub fn challenges(&self) -> Request {
        self.call("GET", &["challenges"], None)
    }

    /// The window in which the person signs in.
    pub fn window(&self) -> Request {
        self.call("GET", &["oauth_window_uri"], None)
    }

    /// MX's widget, which opens at the question that a CHALLENGED member is asked.
    fn widget(&self) -> Request {
        let widget = object! {
            "widget_type": "connect_widget",
            "current_member_guid": self.member_guid.as_deref(),
            "ui_message_version": Value::number(4),
        };
        let body = object! { "widget_url": widget };
        let path = ["users", self.text("userGuid"), "widget_urls"];
        self.config.call("POST", &path, Some(body))
    }

    /// The answers to all challenges of a round, at once.
    pub fn resume(&self, challenges: Value) -> Request {
        let member = object! { "challenges": challenges };
        let body = object! { "member": member };
        Request {
            once: true,
            ..self.call("PUT", &["resume"], Some(body))
        }
    }

    fn call(&self, method: &'static str, rest: &[&str], body: Option<Value>) -> Request {
        let member_guid = self.member_guid.as_deref().unwrap_or_default();
        let mut path = vec!["users", self.text("userGuid"), "members", member_guid];
        path.extend(rest);
        self.config.call(method, &path, body)
    }

    /// Takes the member's guid out of a reply; a migration can give it a new one.
    fn note(&mut self, body: &Value) {
        let value = body.get("member").get("guid");
        if member_guid(&Reader::new("guid", value)).is_ok() {
            self.member_guid = value.as_text().map(str::to_owned);
        }
    }

    /// The reply to what began.
    fn began(&mut self, response: &Response) -> Verdict {
        let body = response.json();
        let creates = self.begin == Begin::Create;
        match refused(response.status) {
            // Another member stands in the way, which the body names; or a job that runs for long.
            Some(ErrorCode::ConcurrentSession) if creates => {
                Verdict::failed(ErrorCode::MemberExists, None, None)
            }
            Some(code) => Verdict::failed(code, None, response.retry_after),
            None if !is_ok(response.status) => Verdict::Unclear,
            None => {
                self.note(&body);
                match self.member_guid {
                    Some(_) => Verdict::Wait(Stage::Poll, response.retry_after),
                    None => Verdict::Unclear,
                }
            }
        }
    }

    /// The reply to a call for the status or the challenges. What one reply alone does not prove is
    /// believed on the second.
    fn looked(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict {
        let reply = match stage {
            Stage::Challenges => Reply::challenges(response),
            _ => Reply::judge(response),
        };
        let purpose = if stage == Stage::Challenges {
            self.purpose
        } else {
            stage
        };
        let seen = core::mem::take(&mut self.seen);
        match reply {
            Reply::Challenged(asked)
                if purpose == Stage::PreCheck && same(&asked, context.challenge_payload) =>
            {
                Verdict::StillAsks
            }
            // A resume whose reply was lost: the first poll may be older than the answer.
            Reply::Challenged(asked)
                if purpose == Stage::Reconcile
                    && seen == 0
                    && same(&asked, context.challenge_payload) =>
            {
                self.seen = 1;
                Verdict::Wait(Stage::Reconcile, None)
            }
            Reply::Challenged(_) | Reply::ChallengedSomehow if self.in_widget() => {
                self.opens_widget = true;
                Verdict::Redirect
            }
            Reply::Challenged(asked) => self.asks(asked),
            Reply::ChallengedSomehow => {
                self.purpose = stage;
                self.seen = seen;
                Verdict::Go(Stage::Challenges)
            }
            Reply::Redirect => {
                self.opens_widget = false;
                Verdict::Redirect
            }
            // The widget itself shows that the bank works, and asks the next round.
            Reply::Working if self.opens_widget => Verdict::Redirect,
            Reply::Working => Verdict::Wait(Stage::Poll, response.retry_after),
            Reply::Connected { certain: false, .. } | Reply::Ended { certain: false, .. }
                if seen == 0 =>
            {
                self.seen = 1;
                Verdict::Wait(stage, response.retry_after)
            }
            Reply::Connected { result, .. } => Verdict::Done(result),
            Reply::Ended {
                code, vendor_code, ..
            } => Verdict::failed(code, vendor_code, response.retry_after),
            // The calls were too many: a poll, and no more than that, has failed.
            Reply::Refused(ErrorCode::Busy) => Verdict::Wait(stage, response.retry_after),
            Reply::Refused(code) => Verdict::failed(code, None, None),
            Reply::Unclear => Verdict::Unclear,
        }
    }

    fn asks(&mut self, challenges: Value) -> Verdict {
        Verdict::Asks {
            challenges,
            refused: core::mem::take(&mut self.refused),
        }
    }

    /// The reply to a resume. MX is asked what came of it, whatever it says.
    fn resumed(&mut self, response: &Response) -> Verdict {
        self.seen = 0;
        self.refused = response.status == 400;
        match response.status {
            400 | 405 | 409 => Verdict::Wait(Stage::Poll, response.retry_after),
            status if is_ok(status) => Verdict::Wait(Stage::Poll, response.retry_after),
            status => match refused(status) {
                Some(code) => Verdict::failed(code, None, response.retry_after),
                None => Verdict::Unclear,
            },
        }
    }

    /// The reply to a call for the window.
    fn opened(&mut self, response: &Response) -> Verdict {
        let body = response.json();
        let (widget, member) = (body.get("widget_url"), body.get("member"));
        let url = widget.get("url").as_text();
        let url = url.or_else(|| member.get("oauth_window_uri").as_text());
        match (refused(response.status), url) {
            (Some(code), _) => Verdict::failed(code, None, response.retry_after),
            (None, Some(url)) if is_ok(response.status) && url.starts_with("https://") => {
                Verdict::Window(url.to_owned())
            }
            _ => Verdict::Unclear,
        }
    }
}

impl Vendor for Member {
    fn name(&self) -> &'static str {
        NAME
    }

    fn vendor_ids(&self) -> Value {
        object! {
            "user_guid": self.text("userGuid"),
            "member_guid": self.member_guid.as_deref(),
        }
    }

    fn saved_state(&self) -> Value {
        object! {
            "params": self.params.clone(),
            "signsIn": self.begin == Begin::Update,
            "seen": Value::number(self.seen),
            "refused": self.refused,
            "opensWidget": self.opens_widget,
        }
    }

    /// At least 3 s between polls: documented. Half an hour of work, and two hours in all: ours. When an
    /// unanswered challenge turns EXPIRED is documented nowhere.
    fn clocks(&self) -> Clocks {
        Clocks {
            poll_every: 3_000,
            poll_for: 30 * 60_000,
            idle: None,
            total: 120 * 60_000,
        }
    }

    /// The key is the server's, for all its calls.
    fn opens_session(&self, _: Stage) -> bool {
        false
    }

    /// An answer to an EXPIRED member would make it CHALLENGED again and hide the error.
    fn needs_pre_check(&self) -> bool {
        true
    }

    /// A member's guid, which after a migration can be another one, or nothing.
    fn accept_claim(&mut self, claim: &Value) -> Result<Verdict, Refusal> {
        if *claim != Value::Null {
            member_guid(&Reader::new("memberGuid", claim))?;
            self.member_guid = claim.as_text().map(str::to_owned);
        }
        Ok(Verdict::Go(Stage::Poll))
    }

    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        context: Context,
    ) -> Result<Request, Refusal> {
        Ok(match submission {
            Submission::Credentials(credentials) => self.begin(credentials),
            Submission::Answers(answers) => {
                self.resume(answered(context.challenge_payload, answers))
            }
            Submission::Raw(raw) => self.resume(raw_answered(raw)?),
            Submission::Nothing => match stage {
                Stage::Challenges => self.challenges(),
                Stage::Window if self.opens_widget => self.widget(),
                Stage::Window => self.window(),
                Stage::Start => self.begin(&Value::Null),
                _ => self.status(),
            },
        })
    }

    fn judge(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict {
        match stage {
            Stage::Start if self.begin != Begin::Watch => self.began(response),
            Stage::Answer => self.resumed(response),
            Stage::Window => self.opened(response),
            _ => self.looked(stage, response, context),
        }
    }

    /// A job is sent again. MX answers 202 also while the same job runs, and starts no other (the pages of
    /// aggregate); a look could take the end of the job before for this one's.
    fn recovery(&self, stage: Stage) -> Recovery {
        match (stage, self.begin) {
            (Stage::Start, Begin::Create | Begin::Update) => Recovery::Unknown,
            (Stage::Start, Begin::Job) => Recovery::Repeat(Some(ErrorCode::OutcomeUnknown)),
            (Stage::Answer, _) => Recovery::Reconcile(Stage::Reconcile),
            (Stage::Start | Stage::PreCheck | Stage::Window, _) => Recovery::Repeat(None),
            _ => Recovery::Repeat(Some(ErrorCode::OutcomeUnknown)),
        }
    }

    fn challenges(&self, asked: &Value, round: u32) -> Vec<Challenge> {
        challenges(asked, round)
    }
}
