//! A request and its route. The request is read once, for faults, counts and the bank.

use super::job::{JOBS, Job};
use crate::simulator::counts::{Counts, Rule};
use crate::simulator::faults::Target;
use crate::simulator::http::Incoming;
use crate::simulator::json::Json;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    InstitutionCredentials,
    MemberCredentials,
    CreateMember,
    ReadMember,
    UpdateMember,
    /// A job, and the status of the reply if the job is accepted.
    Job(Job, u16),
    Status,
    Challenges,
    Resume,
    OauthWindow,
    /// The bank's page, in the person's browser.
    ShowWindow,
    /// The person's decision on that page.
    LeaveWindow,
    /// MX's page after the bank's page.
    OauthComplete,
    WidgetUrl,
    /// MX's widget, in the person's browser.
    ShowWidget,
    WidgetAsset,
    /// The widget's page reads the state of its member.
    WidgetState,
    /// The widget's page sends answers.
    WidgetAnswer,
    /// The widget's page sends credentials.
    WidgetSignIn,
    /// The widget's page asks for another try.
    WidgetRetry,
}

/// Parts of the path that the operation does not have are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub(crate) operation: Operation,
    pub(crate) institution: &'a str,
    pub(crate) user: &'a str,
    pub(crate) member: &'a str,
    /// The token of a widget's URL, or the name of an asset.
    pub(crate) part: &'a str,
}

pub(crate) struct Call<'a> {
    pub(crate) request: Incoming<'a>,
    pub(crate) route: Result<Route<'a>, Rule>,
}

/// Whether a path belongs to MX.
pub(crate) fn is_mx(path: &str) -> bool {
    ["/users/", "/institutions/", "/oauth/", "/md/"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

/// The method, the path after the member guid, and the operation.
const MEMBER_ROUTES: [(&str, &[&str], Operation); 7] = [
    ("GET", &[], Operation::ReadMember),
    ("PUT", &[], Operation::UpdateMember),
    ("GET", &["status"], Operation::Status),
    ("GET", &["challenges"], Operation::Challenges),
    ("GET", &["credentials"], Operation::MemberCredentials),
    ("PUT", &["resume"], Operation::Resume),
    ("GET", &["oauth_window_uri"], Operation::OauthWindow),
];

impl<'a> Call<'a> {
    pub(crate) fn read(request: Incoming<'a>) -> Self {
        let route = route(request.method, request.path);
        Self { request, route }
    }

    fn operation(&self) -> Option<Operation> {
        self.route.ok().map(|route| route.operation)
    }

    pub(crate) fn fault_target(&self) -> Target {
        match self.operation() {
            Some(Operation::CreateMember | Operation::UpdateMember | Operation::Job(..)) => {
                Target::Start
            }
            Some(Operation::Status) => Target::Poll,
            Some(Operation::Challenges) => Target::Challenges,
            Some(Operation::Resume) => Target::Answer,
            Some(Operation::OauthWindow | Operation::WidgetUrl) => Target::Window,
            Some(Operation::InstitutionCredentials | Operation::MemberCredentials) => {
                Target::Credentials
            }
            _ => Target::Any,
        }
    }

    pub(crate) fn count(&self, counts: &mut Counts) {
        counts.requests += 1;
        match self.operation() {
            Some(Operation::Status) => counts.polls += 1,
            Some(Operation::Job(..)) => counts.jobs += 1,
            Some(Operation::Resume) => counts.resumed(&self.member_text()),
            Some(Operation::CreateMember | Operation::UpdateMember) => {
                if let Some(credentials) = self.credentials() {
                    counts.submitted(&credentials);
                }
            }
            _ => {}
        }
    }

    /// The `member` of the body as text, even if it is invalid.
    fn member_text(&self) -> String {
        let body = Json::parse(self.request.body);
        let member = body.as_ref().and_then(|body| body.member("member"));
        member.map(Json::to_text).unwrap_or_default()
    }

    fn credentials(&self) -> Option<String> {
        let body = Json::parse(self.request.body)?;
        let credentials = body.member("member")?.member("credentials")?;
        let is_empty = *credentials == Json::Array(Vec::new());
        (!is_empty).then(|| credentials.to_text())
    }

    /// All decoded parameters of the query.
    pub(crate) fn queries(&self) -> Vec<(String, String)> {
        let (_, query) = self.request.path.split_once('?').unwrap_or_default();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect()
    }

    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.request.path.split_once('?')?;
        parameter(query, name)
    }
}

/// A decoded parameter of a query or of a form body (`application/x-www-form-urlencoded`).
pub(crate) fn parameter(pairs: &str, name: &str) -> Option<String> {
    let pairs = pairs.split('&').filter_map(|pair| pair.split_once('='));
    let mut matching = pairs.filter(|(key, _)| *key == name);
    matching.next().map(|(_, value)| decoded(value))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        bytes.push(match byte {
            b'%' => match (digit(rest.next()), digit(rest.next())) {
                (Some(high), Some(low)) => u8::try_from(high * 16 + low).unwrap_or(b'?'),
                _ => b'?',
            },
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn route<'a>(method: &str, path: &'a str) -> Result<Route<'a>, Rule> {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let to = |operation| Route {
        operation,
        institution: "",
        user: "",
        member: "",
        part: "",
    };
    let only = |allowed: &str, route| match method == allowed {
        true => Ok(route),
        false => Err(Rule::Method),
    };
    match *parts.as_slice() {
        ["institutions", institution, "credentials"] => {
            let route = to(Operation::InstitutionCredentials);
            only(
                "GET",
                Route {
                    institution,
                    ..route
                },
            )
        }
        ["users", user, "members"] => {
            let route = to(Operation::CreateMember);
            only("POST", Route { user, ..route })
        }
        ["users", user, "members", member, ref rest @ ..] => {
            let operation = member_operation(method, rest)?;
            Ok(Route {
                user,
                member,
                ..to(operation)
            })
        }
        ["users", user, "widget_urls"] => {
            let route = to(Operation::WidgetUrl);
            only("POST", Route { user, ..route })
        }
        ["md", "connect", part] => {
            let route = to(Operation::ShowWidget);
            only("GET", Route { part, ..route })
        }
        ["md", "assets", part] => {
            let route = to(Operation::WidgetAsset);
            only("GET", Route { part, ..route })
        }
        ["md", "connect", part, "look"] => {
            let route = to(Operation::WidgetState);
            only("POST", Route { part, ..route })
        }
        ["md", "connect", part, "answer"] => {
            let route = to(Operation::WidgetAnswer);
            only("POST", Route { part, ..route })
        }
        ["md", "connect", part, "sign-in"] => {
            let route = to(Operation::WidgetSignIn);
            only("POST", Route { part, ..route })
        }
        ["md", "connect", part, "retry"] => {
            let route = to(Operation::WidgetRetry);
            only("POST", Route { part, ..route })
        }
        ["oauth", "authorize"] if method == "POST" => Ok(to(Operation::LeaveWindow)),
        ["oauth", "authorize"] => only("GET", to(Operation::ShowWindow)),
        ["oauth", "complete"] => only("GET", to(Operation::OauthComplete)),
        _ => Err(Rule::Path),
    }
}

fn member_operation(method: &str, rest: &[&str]) -> Result<Operation, Rule> {
    let jobs = JOBS.iter().filter(|(name, ..)| *rest == [*name]);
    let jobs = jobs.map(|(_, job, status)| ("POST", Operation::Job(*job, *status)));
    let others = MEMBER_ROUTES.iter().filter(|(_, tail, _)| *tail == rest);
    let mut known = others
        .map(|(method, _, operation)| (*method, *operation))
        .chain(jobs)
        .peekable();
    known.peek().ok_or(Rule::Path)?;
    let mut fitting = known.filter(|(allowed, _)| *allowed == method);
    fitting
        .next()
        .map(|(_, operation)| operation)
        .ok_or(Rule::Method)
}
