//! A member and what follows from it: a job that runs, questions that come, a window to sign in.

use crate::challenge::Challenge;
use crate::failure::{Code, Refusal};
use crate::http::{Request, Response};
use crate::json::{Reader, Value, object};
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
}

impl MemberParams {
    /// Reads and checks parameters.
    pub fn read(reader: Reader) -> Result<MemberParams, Refusal> {
        reader.only(&[
            "userGuid",
            "memberGuid",
            "job",
            "institutionCode",
            "isOauth",
            "credentials",
        ])?;
        let params = MemberParams {
            user_guid: user_guid(reader.get("userGuid"))?,
            member_guid: reader
                .get("memberGuid")
                .optional(|field| member_guid(*field))?,
            job: reader.get("job").optional(job)?,
            institution_code: reader.get("institutionCode").optional(institution_code)?,
            is_oauth: reader.get("isOauth").optional_bool()?.unwrap_or(false),
            credentials: credentials(reader.get("credentials"))?,
        };
        let exists = params.member_guid.is_some();
        let signs_in = params.credentials != Value::Null;
        let has_job = params.job.is_some();
        let has_institution = params.institution_code.is_some();
        for (name, wrong, expected) in [
            (
                "memberGuid",
                !exists && !has_institution,
                "must be given, or an institutionCode",
            ),
            (
                "institutionCode",
                exists && has_institution,
                "must not stand beside a memberGuid",
            ),
            (
                "isOauth",
                exists && params.is_oauth,
                "must not stand beside a memberGuid",
            ),
            (
                "job",
                has_job && (!exists || signs_in),
                "needs a memberGuid, and no credentials",
            ),
            (
                "credentials",
                !exists && params.is_oauth == signs_in,
                "are for a new member, unless isOauth",
            ),
        ] {
            if wrong {
                return Err(reader.get(name).invalid(expected));
            }
        }
        Ok(params)
    }
}

fn user_guid(reader: Reader) -> Result<String, Refusal> {
    guid(reader, "USR-", "must be a user's guid, USR-…")
}

fn member_guid(reader: Reader) -> Result<String, Refusal> {
    guid(reader, "MBR-", "must be a member's guid, MBR-…")
}

fn job(reader: &Reader) -> Result<String, Refusal> {
    let text = reader.text()?;
    let known = JOBS.contains(&text).then(|| text.to_owned());
    known.ok_or_else(|| reader.invalid("must be one of MX's jobs, such as aggregate"))
}

fn institution_code(reader: &Reader) -> Result<String, Refusal> {
    match reader.text()? {
        text if is_plain(text) => Ok(text.to_owned()),
        _ => Err(reader.invalid("must be an institution's code, such as mxbank")),
    }
}

fn credentials(reader: Reader) -> Result<Value, Refusal> {
    if reader.is_null() {
        return Ok(Value::Null);
    }
    let items = reader.value().items();
    if items.is_empty() {
        return Err(reader.invalid("must be a list of guids and values that is not empty"));
    }
    for (place, item) in items.iter().enumerate() {
        let place = crate::json::decimal(place as u64);
        let item = reader.item(&place, item);
        item.only(&["guid", "value"])?;
        guid(
            item.get("guid"),
            "CRD-",
            "must be the guid of a credential, CRD-…",
        )?;
        item.get("value").text()?;
    }
    Ok(reader.value().clone())
}

/// Reads a start: the flow's side of it, and the credentials, which are kept nowhere.
pub fn start(params: Reader, config: Reader) -> Result<Started, Refusal> {
    let (member, credentials) = Member::start(params, config)?;
    Ok((Box::new(member), credentials))
}

/// Reads what a snapshot kept.
pub fn restore(key: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal> {
    Ok(Box::new(Member {
        config: MxConfig::read(config)?,
        user_guid: user_guid(key.get("user_guid"))?,
        member_guid: key
            .get("member_guid")
            .optional(|field| member_guid(*field))?,
        begin: match saved.get("begin").text()? {
            "create" => Begin::Create,
            "update" => Begin::Update,
            "watch" => Begin::Watch,
            _ => Begin::Job(job(&saved.get("begin"))?),
        },
        institution_code: saved.get("institution_code").optional(institution_code)?,
        is_oauth: saved.get("is_oauth").bool()?,
        seen: saved.get("seen").uint()?,
        refused: saved.get("refused").bool()?,
        purpose: Stage::Poll,
    }))
}

/// How a flow begins.
#[derive(Clone, Debug)]
enum Begin {
    Job(String),
    Create,
    Update,
    Watch,
}

/// A member.
pub struct Member {
    config: MxConfig,
    user_guid: String,
    member_guid: Option<String>,
    begin: Begin,
    institution_code: Option<String>,
    is_oauth: bool,
    /// How many polls in a row said the same thing that one poll alone does not prove.
    seen: u64,
    /// MX did not accept the last answers.
    refused: bool,
    /// Why the challenges are asked for by themselves.
    purpose: Stage,
}

impl Member {
    /// Reads a start.
    pub fn start(params: Reader, config: Reader) -> Result<(Member, Value), Refusal> {
        let params = MemberParams::read(params)?;
        let begin = match (&params.member_guid, params.job) {
            (_, Some(job)) => Begin::Job(job),
            (None, None) => Begin::Create,
            (Some(_), None) if params.credentials != Value::Null => Begin::Update,
            (Some(_), None) => Begin::Watch,
        };
        let member = Member {
            config: MxConfig::read(config)?,
            user_guid: params.user_guid,
            member_guid: params.member_guid,
            begin,
            institution_code: params.institution_code,
            is_oauth: params.is_oauth,
            seen: 0,
            refused: false,
            purpose: Stage::Poll,
        };
        Ok((member, params.credentials))
    }

    /// The request that begins.
    pub fn begin(&self, credentials: &Value) -> Request {
        let body = |member| Some(object! { "member": member });
        let credentials = match credentials {
            Value::Null => Value::List(Vec::new()),
            given => given.clone(),
        };
        match &self.begin {
            Begin::Watch => self.status(),
            Begin::Job(job) => self.call("POST", &[job], None),
            Begin::Update => Request {
                once: true,
                ..self.call("PUT", &[], body(object! { "credentials": credentials }))
            },
            Begin::Create => {
                let mut member = object! {
                    "institution_code": self.institution_code.as_deref(),
                    "credentials": credentials,
                };
                if self.is_oauth {
                    member.set("is_oauth", true.into());
                }
                let path = ["users", &self.user_guid, "members"];
                Request {
                    once: true,
                    ..self.config.call("POST", &path, body(member))
                }
            }
        }
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
        let mut path = vec!["users", &self.user_guid, "members", member_guid];
        path.extend(rest);
        self.config.call(method, &path, body)
    }

    /// Takes the member's guid out of a reply; a migration can give it a new one.
    fn note(&mut self, body: &Value) {
        let value = body.get("member").get("guid");
        if let Ok(guid) = member_guid(Reader::new("guid", value)) {
            self.member_guid = Some(guid);
        }
    }

    /// The reply to what began.
    fn began(&mut self, response: &Response) -> Verdict {
        let body = response.json();
        let creates = matches!(self.begin, Begin::Create);
        match refused(response.status) {
            // Another member stands in the way, which the body names; or a job that runs for long.
            Some(Code::ConcurrentSession) if creates => {
                Verdict::failed(Code::MemberExists, None, None)
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
            Reply::Challenged(asked) if purpose == Stage::Check && same(&asked, context.asked) => {
                Verdict::StillAsks
            }
            // A resume whose reply was lost: the first poll may be older than the answer.
            Reply::Challenged(asked)
                if purpose == Stage::Look && seen == 0 && same(&asked, context.asked) =>
            {
                self.seen = 1;
                Verdict::Wait(Stage::Look, None)
            }
            Reply::Challenged(asked) => self.asks(asked),
            Reply::ChallengedSomehow => {
                self.purpose = stage;
                self.seen = seen;
                Verdict::Go(Stage::Challenges)
            }
            Reply::Redirect => Verdict::Redirect,
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
            Reply::Refused(Code::Busy) => Verdict::Wait(stage, response.retry_after),
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
        let url = body.get("member").get("oauth_window_uri").as_text();
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

    fn key(&self) -> Value {
        object! {
            "user_guid": self.user_guid.as_str(),
            "member_guid": self.member_guid.as_deref(),
        }
    }

    fn save(&self) -> Value {
        let begin = match &self.begin {
            Begin::Job(job) => job,
            Begin::Create => "create",
            Begin::Update => "update",
            Begin::Watch => "watch",
        };
        object! {
            "begin": begin,
            "institution_code": self.institution_code.as_deref(),
            "is_oauth": self.is_oauth,
            "seen": Value::number(self.seen),
            "refused": self.refused,
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
    fn opens_session(&self, stage: Stage) -> bool {
        stage == Stage::Start
    }

    /// An answer to an EXPIRED member would make it CHALLENGED again and hide the error.
    fn checks_first(&self) -> bool {
        true
    }

    /// A member's guid, which after a migration can be another one, or nothing.
    fn returned(&mut self, claim: &Value) -> Result<Verdict, Refusal> {
        if *claim != Value::Null {
            self.member_guid = Some(member_guid(Reader::new("memberGuid", claim))?);
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
            Submission::Answers(answers) => self.resume(answered(context.asked, answers)),
            Submission::Raw(raw) => self.resume(raw_answered(raw)?),
            Submission::Nothing => match stage {
                Stage::Challenges => self.challenges(),
                Stage::Window => self.window(),
                _ => self.status(),
            },
        })
    }

    fn judge(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict {
        match stage {
            Stage::Start if !matches!(self.begin, Begin::Watch) => self.began(response),
            Stage::Answer => self.resumed(response),
            Stage::Window => self.opened(response),
            _ => self.looked(stage, response, context),
        }
    }

    fn lost(&self, stage: Stage) -> Recovery {
        match (stage, &self.begin) {
            (Stage::Start, Begin::Create | Begin::Update) => Recovery::Unknown,
            (Stage::Start, Begin::Job(_)) => Recovery::Look(Stage::Poll),
            (Stage::Answer, _) => Recovery::Look(Stage::Look),
            (Stage::Start | Stage::Check | Stage::Window, _) => Recovery::Repeat(None),
            _ => Recovery::Repeat(Some(Code::OutcomeUnknown)),
        }
    }

    fn challenges(&self, asked: &Value, round: u32) -> Vec<Challenge> {
        challenges(asked, round)
    }
}
