//! Calls that ask nobody anything: data, stored answers, cards and tokens.
//!
//! ```text
//!   start ──────────────────────────────────────────────► done
//!     └── 202 ──► its Async twin, every 10 s ─────────────┘        the data calls alone
//! ```
//!
//! One table for all of them: how each is called, what it takes, and how its reply is read.

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, Refusal};
use crate::http::{Request, Response};
use crate::json::{Check, Reader, Value, decimal, object};
use crate::vendor::{Clocks, Context, Recovery, Stage, Started, Submission, Vendor, Verdict};

use super::codes::{Meaning, by_status, flinks_code, meaning};
use super::{FlinksConfig, Guid, SYNCHRONOUS, accounts, cards, questions};

/// The vendor's name in snapshots.
pub const NAME: &str = "flinks-call";

/// The slot of the `x-api-key`.
pub const API_KEY: &str = "FlinksApiKey";

/// The slot of the secret key, which mints authorize tokens and is for nothing else.
pub const SECRET_KEY: &str = "FlinksSecretKey";

/// The slot of `Authorization: Bearer …`.
pub const BEARER: &str = "FlinksBearer";

/// One of Flinks' services.
pub struct Service {
    /// Its name, as the reference prints it.
    pub name: &'static str,
    method: &'static str,
    /// The header of its key, and the key's slot.
    key: (&'static str, &'static str),
    kind: ChallengeKind,
    read: fn(&Reader) -> Result<Asked, Refusal>,
    result: fn(&Response, &Value) -> Reply,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ChallengeKind {
    /// It can be made again.
    Harmless,
    /// It is never made again: it carries answers, or a second one is refused for the first.
    Once,
    /// Its reply can be a 202, and its Async twin is polled then.
    Data,
}

/// What a service is asked.
pub struct Asked {
    /// The RequestId or LoginId.
    pub id: Option<Guid>,
    /// Without one, the id stands in the path.
    pub body: Option<Value>,
}

/// A reply, judged.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// What came of it.
    Done(Value),
    /// 202: ask its Async twin.
    Pending,
    /// The end, and Flinks' own code where it gave one.
    Failed(ErrorCode, Option<String>),
    /// HTML, nothing, a body that lacks what its status promises: neither success nor failure.
    Unclear,
}

const DATA_KEY: (&str, &str) = ("x-api-key", API_KEY);

/// No page prints a key for the calls about cards and answers. That it is the key of the data calls is a
/// guess; without one the header is left out.
const CARD_KEY: (&str, &str) = DATA_KEY;

/// Every service.
#[rustfmt::skip]
pub const SERVICES: &[Service] = &[
    service("GenerateAuthorizeToken",  "POST",   ("flinks-auth-key", SECRET_KEY), ChallengeKind::Harmless, nothing, token),
    service("GetMFAQuestions",         "GET",    CARD_KEY, ChallengeKind::Harmless, login, questions::listed),
    service("AnswerMFAQuestions",      "PATCH",  CARD_KEY, ChallengeKind::Once, questions::answers, questions::answered),
    service("DeleteCard",              "DELETE", CARD_KEY, ChallengeKind::Once, login, cards::said),
    service("SetScheduledRefresh",     "PATCH",  CARD_KEY, ChallengeKind::Harmless, cards::schedule, cards::said),
    service("GetNightlyRefreshStatus", "GET",    ("authorization", BEARER), ChallengeKind::Harmless, nothing, cards::ineligible),
    service("GetAccountsSummary",      "POST",   DATA_KEY, ChallengeKind::Data, accounts::summary, accounts::data),
    service("GetAccountsDetail",       "POST",   DATA_KEY, ChallengeKind::Data, accounts::detail, accounts::data),
    service("GetStatements",           "POST",   DATA_KEY, ChallengeKind::Data, accounts::statements, accounts::data),
];

const fn service(
    name: &'static str,
    method: &'static str,
    key: (&'static str, &'static str),
    kind: ChallengeKind,
    read: fn(&Reader) -> Result<Asked, Refusal>,
    result: fn(&Response, &Value) -> Reply,
) -> Service {
    Service {
        name,
        method,
        key,
        kind,
        read,
        result,
    }
}

impl Service {
    /// The service of a name, and whether it is its Async twin that is named.
    pub fn find(name: &Reader) -> Result<(&'static Service, bool), Refusal> {
        let text = name.text()?;
        let by = |text: &str| SERVICES.iter().find(|service| service.name == text);
        let twin = || {
            by(text.strip_suffix("Async")?).filter(|service| service.kind == ChallengeKind::Data)
        };
        by(text)
            .map(|service| (service, false))
            .or_else(|| Some((twin()?, true)))
            .ok_or_else(|| name.invalid("must be one of Flinks' calls"))
    }

    /// Its request.
    fn begin(&self, asked: &Asked, config: &FlinksConfig) -> Request {
        let mut path = self.name.to_owned();
        if let (Some(id), None) = (&asked.id, &asked.body) {
            path.push('/');
            path.push_str(id.text());
        }
        let once = self.kind == ChallengeKind::Once;
        let request = config.request(self.method, &path, self.key, asked.body.as_ref());
        let timeout = match self.kind {
            ChallengeKind::Data => SYNCHRONOUS,
            _ => request.timeout,
        };
        Request {
            once,
            timeout,
            ..request
        }
    }

    /// The request of its Async twin.
    fn poll(&self, id: &Guid, config: &FlinksConfig) -> Request {
        let path = [self.name, "Async/", id.text()].concat();
        config.request("GET", &path, self.key, None)
    }

    /// Judges a reply. The host may keep the body of a data call's 200, and give `{}` in its place.
    pub fn judge(&self, response: &Response) -> Reply {
        let status = response.status;
        if status == 0 || (300..400).contains(&status) {
            return Reply::Failed(ErrorCode::Redirected, None);
        }
        let body = response.json();
        let code = body.get("FlinksCode").as_text().and_then(flinks_code);
        let is_data = self.kind == ChallengeKind::Data;
        match (code.and_then(meaning), status) {
            (Some(Meaning::Failed(failed)), _) => Reply::Failed(failed, code.map(str::to_owned)),
            (Some(Meaning::Working), _) | (None, 202) if is_data => Reply::Pending,
            (Some(_), _) if is_data && code == Some("NO_TRANSACTION") => Reply::Done(Value::Null),
            (None, 200 | 204) if code.is_none() => (self.result)(response, &body),
            (None, _) => match by_status(status, code.is_some()) {
                Some(failed) => Reply::Failed(failed, code.map(str::to_owned)),
                None => Reply::Unclear,
            },
            _ => Reply::Unclear,
        }
    }
}

/// The request of a service or of its Async twin, for a loop of the host's own.
pub fn request(name: &Reader, params: Reader, config: Reader) -> Result<Request, Refusal> {
    let config = FlinksConfig::read(config)?;
    match Service::find(name)? {
        (service, false) => Ok(service.begin(&(service.read)(&params)?, &config)),
        (service, true) => {
            params.only(&["requestId"])?;
            Ok(service.poll(&Guid::read(params.get("requestId"))?, &config))
        }
    }
}

/// A call that runs.
struct Call {
    service: &'static Service,
    config: FlinksConfig,
    /// Without the body of what is never made again.
    asked: Asked,
    /// As they were given, for a snapshot; nothing of what is never made again.
    params: Value,
}

/// Reads a start. Beside its own parameters a call has `call`, the name of its service.
pub fn start(params: Reader, config: Reader) -> Result<Started, Refusal> {
    let (call, body) = Call::read(params, config)?;
    Ok((Box::new(call), body))
}

/// Reads what a snapshot kept.
pub fn restore(_key: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal> {
    Ok(Box::new(Call::read(saved.get("params"), config)?.0))
}

impl Call {
    /// The call; and, apart, the body of what is never made again: it is kept nowhere.
    fn read(params: Reader, config: Reader) -> Result<(Call, Value), Refusal> {
        let (service, _) = Service::find(&params.get("call"))?;
        let mut given = params.value().clone();
        let own = given.without(&["call"]);
        let mut asked = (service.read)(&Reader::new("params", &own))?;
        let mut body = Value::Null;
        if let (ChallengeKind::Once, Some(once)) = (service.kind, &mut asked.body) {
            body = core::mem::take(once);
            given = Value::Null;
        }
        let call = Call {
            service,
            config: FlinksConfig::read(config)?,
            asked,
            params: given,
        };
        Ok((call, body))
    }
}

impl Vendor for Call {
    fn name(&self) -> &'static str {
        NAME
    }

    fn vendor_ids(&self) -> Value {
        let id = self.asked.id.as_ref();
        object! { "RequestId": id.filter(|_| self.service.kind == ChallengeKind::Data) }
    }

    fn saved_state(&self) -> Value {
        object! { "params": self.params.clone() }
    }

    /// Polls every 10 s and for 30 minutes: documented.
    fn clocks(&self) -> Clocks {
        Clocks {
            poll_every: 10_000,
            poll_for: 30 * 60_000,
            idle: None,
            total: 30 * 60_000,
        }
    }

    fn opens_session(&self, stage: Stage) -> bool {
        stage == Stage::Start
    }

    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        _: Context,
    ) -> Result<Request, Refusal> {
        match (stage, submission, &self.asked.id) {
            (Stage::Poll, _, Some(id)) => Ok(self.service.poll(id, &self.config)),
            (Stage::Start, Submission::Credentials(body @ Value::Object(_)), id) => {
                let asked = Asked {
                    id: id.clone(),
                    body: Some((*body).clone()),
                };
                Ok(self.service.begin(&asked, &self.config))
            }
            (Stage::Start, ..) => Ok(self.service.begin(&self.asked, &self.config)),
            _ => Err(ErrorCode::OutOfTurn.into()),
        }
    }

    fn judge(&mut self, stage: Stage, response: &Response, _: Context) -> Verdict {
        let after = response.retry_after;
        match self.service.judge(response) {
            Reply::Done(result) => Verdict::Done(result),
            Reply::Pending => Verdict::Wait(Stage::Poll, after),
            // A throttled poll, and no more than that. RETRY_LATER is the bank's word, and an end.
            Reply::Failed(ErrorCode::Busy, code)
                if stage == Stage::Poll && code.as_deref() != Some("RETRY_LATER") =>
            {
                Verdict::Wait(Stage::Poll, after)
            }
            Reply::Failed(code, vendor_code) => Verdict::failed(code, vendor_code, after),
            Reply::Unclear => Verdict::Unclear,
        }
    }

    fn recovery(&self, _: Stage) -> Recovery {
        match self.service.kind {
            ChallengeKind::Once => Recovery::Unknown,
            ChallengeKind::Harmless | ChallengeKind::Data => Recovery::Repeat(None),
        }
    }

    fn challenges(&self, _: &Value, _: u32) -> Vec<Challenge> {
        Vec::new()
    }
}

fn nothing(params: &Reader) -> Result<Asked, Refusal> {
    params.only(&[])?;
    Ok(Asked {
        id: None,
        body: None,
    })
}

fn login(params: &Reader) -> Result<Asked, Refusal> {
    params.only(&["loginId"])?;
    Ok(Asked {
        id: Some(Guid::read(params.get("loginId"))?),
        body: None,
    })
}

/// A list with something in it, each item as it must be.
pub(super) fn items(field: &Reader, check: Check) -> Result<(), Refusal> {
    let items = field.value().items();
    if items.is_empty() {
        return Err(field.invalid("must be a list with something in it"));
    }
    (0..)
        .zip(items)
        .try_for_each(|(place, item)| check(&field.item(&decimal(place), item)))
}

/// Our names begin small, and Flinks' with a capital; the rest of them is the same.
pub(super) fn in_pascal_case(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(in_pascal_case).collect()),
        Value::Object(entries) => {
            let given = entries.iter().filter(|(_, value)| *value != Value::Null);
            let named = given.map(|(name, value)| {
                let mut name = name.clone();
                if let Some(first) = name.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
                (name, in_pascal_case(value))
            });
            Value::Object(named.collect())
        }
        plain => plain.clone(),
    }
}

/// `{"HttpStatusCode":200,"Token":"<guid>"}`
fn token(_: &Response, body: &Value) -> Reply {
    match body.get("Token").as_text().and_then(Guid::parse) {
        Some(token) => Reply::Done((&token).into()),
        None => Reply::Unclear,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn judge(name: &str, status: u16, body: &str) -> Reply {
        let name = name.into();
        let (service, _) = Service::find(&Reader::new("call", &name)).unwrap();
        service.judge(&Response {
            status,
            retry_after: None,
            body: body.as_bytes(),
        })
    }

    #[test]
    fn every_service_is_found_and_only_data_has_an_async_twin() {
        let find = |text: &str| {
            let name = text.into();
            let found = Service::find(&Reader::new("call", &name));
            found.map(|(service, twin)| (service.name, twin)).ok()
        };
        for service in SERVICES {
            assert_eq!(find(service.name), Some((service.name, false)));
            let twin = (service.kind == ChallengeKind::Data).then_some((service.name, true));
            assert_eq!(find(&[service.name, "Async"].concat()), twin);
        }
        assert_eq!(find("Authorize"), None);
    }

    #[test]
    fn only_a_data_call_is_pending() {
        assert_eq!(judge("GetStatements", 202, ""), Reply::Pending);
        assert_eq!(judge("GetStatementsAsync", 202, ""), Reply::Pending);
        let working = r#"{"FlinksCode":"OPERATION_DISPATCHED"}"#;
        assert_eq!(judge("GetAccountsDetail", 202, working), Reply::Pending);
        assert_eq!(judge("DeleteCard", 202, working), Reply::Unclear);
    }

    #[test]
    fn no_transaction_is_done_whatever_its_status() {
        for status in [200, 400, 404] {
            let reply = judge(
                "GetAccountsDetail",
                status,
                r#"{"FlinksCode":"NO_TRANSACTION"}"#,
            );
            assert_eq!(reply, Reply::Done(Value::Null));
        }
    }

    #[test]
    fn a_200_with_another_code_is_no_success() {
        let judge = |code| {
            judge(
                "GetAccountsDetail",
                200,
                &format!(r#"{{"FlinksCode":"{code}"}}"#),
            )
        };
        let failed = |code, flinks: &str| Reply::Failed(code, Some(flinks.to_owned()));
        assert_eq!(
            judge("CARD_IN_USE"),
            failed(ErrorCode::CardInUse, "CARD_IN_USE")
        );
        assert_eq!(judge("ALREADY_AUTHORIZED"), Reply::Unclear);
        assert_eq!(judge("SOMETHING_NEW"), Reply::Unclear);
    }

    #[test]
    fn a_token_is_a_guid() {
        let token = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10";
        let body = format!(r#"{{"HttpStatusCode":200,"token":"{token}"}}"#);
        assert_eq!(
            judge("GenerateAuthorizeToken", 200, &body),
            Reply::Done(token.into())
        );
        for body in ["{}", r#"{"Token":"secret"}"#, "", "<html>"] {
            assert_eq!(judge("GenerateAuthorizeToken", 200, body), Reply::Unclear);
        }
    }
}
