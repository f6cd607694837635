//! Runs a flow against the simulated vendors on a virtual clock.

// Each test file is a separate crate, and no crate uses every function.
#![allow(dead_code)]

use std::collections::BTreeMap;

use bank_mfa::challenge::{Challenge, Round};
use bank_mfa::failure::{Failure, Refusal};
use bank_mfa::flinks::{API_KEY, AUTHORIZE_TOKEN, BEARER, SECRET_KEY};
use bank_mfa::flow::{AnswerInput, Event, Flow, Loss, Step};
use bank_mfa::http::{Header, Request, Response};
use bank_mfa::json::{Reader, Value};
use bank_mfa::mx::BASIC;
use bank_mfa::simulator::{Arrival, Fault, Incoming, MxRules, Outgoing, Rules, Simulator};
use bank_mfa::vendor::{Entry, Frame, Started};
use bank_mfa::{VENDORS, flinks, mx};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub mod member;

pub const MINUTE: u64 = 60_000;

/// The one-time `state` that a host passes to Flinks Connect.
pub const STATE: &str = "5bd3e1a6";

const CUSTOMER: &str = "43387ca6-0391-4c82-857d-70d95f087ecb";
const ORIGINS: [&str; 2] = [
    "https://toolbox-api.private.fin.ag",
    "https://int-api.mx.com",
];

#[derive(Clone)]
pub struct Scenario {
    pub bank: Simulator,
    pub flow: Flow,
    pub step: Step,
    pub now: u64,
    /// Every request that the flow returned.
    pub sent: Vec<Request>,
    /// The authorize token of each session.
    pub tokens: BTreeMap<u32, String>,
    pub config: Value,
    /// The newest answers, which a driver keeps until they are sent.
    pub answers: Value,
    pub answers_are_raw: bool,
}

/// A scenario that has not started. [`Setup::run`] starts it.
pub struct Setup {
    entry: Entry,
    params: String,
    config: String,
    bank: Simulator,
}

/// Authorize in cached mode by LoginId.
pub fn cached(username: &str) -> Setup {
    by_login_id(username, r#""mostRecentCached":true"#)
}

/// Authorize in live mode by LoginId.
pub fn live(username: &str) -> Setup {
    by_login_id(username, r#""mostRecentCached":false"#)
}

/// AuthorizeAsync in live mode by LoginId.
pub fn live_async(username: &str) -> Setup {
    by_login_id(username, r#""async":true"#).with_authorize_async()
}

/// A reconnect of a LoginId, with options.
pub fn reconnect(username: &str, options: &str) -> Setup {
    let state = format!(r#""state":"{STATE}"{options}"#);
    Setup {
        entry: flinks::RECONNECT,
        ..by_login_id(username, &state)
    }
}

/// A session that waits for MFA, with options. The host has started it and holds its RequestId.
pub fn resume(username: &str, options: &str) -> Setup {
    let started = live(username).run();
    let snapshot = Value::parse(started.flow.snapshot().as_bytes()).unwrap();
    let request_id = snapshot.get("vendorIds").get("RequestId").as_text();
    let options = format!(r#","requestId":"{}"{options}"#, request_id.unwrap());
    Setup {
        bank: started.bank,
        ..resume_with(&options)
    }
}

/// A session that waits for MFA, with these parameters.
pub fn resume_with(options: &str) -> Setup {
    Setup {
        entry: flinks::RESUME,
        ..flinks_setup(format!(r#"{{"state":"{STATE}"{options}}}"#))
    }
}

/// A first connection through Flinks Connect, with options.
pub fn first_link(options: &str) -> Setup {
    Setup {
        entry: flinks::CONNECT,
        ..flinks_setup(format!(r#"{{"state":"{STATE}"{options}}}"#))
    }
}

/// Authorize in live mode by username and password.
pub fn signing_in(username: &str, password: &str) -> Setup {
    let credentials = format!(r#""username":"{username}","password":"{password}""#);
    flinks_setup(format!(
        r#"{{{credentials},"institution":"FlinksCapital"}}"#
    ))
}

/// An aggregation of an MX member.
pub fn aggregate(name: &str) -> Setup {
    aggregate_and(name, "")
}

/// An aggregation of an MX member, with more parameters.
pub fn aggregate_and(name: &str, rest: &str) -> Setup {
    with_member(name, &format!(r#","job":"aggregate"{rest}"#))
}

/// An aggregation of an MX member, answered in MX's widget.
pub fn aggregate_in_widget(name: &str) -> Setup {
    aggregate_and(name, r#","presentation":"widget""#)
}

/// A flow that continues an MX member without a new job.
pub fn continue_member(name: &str) -> Setup {
    with_member(name, "")
}

/// New credentials for an MX member.
pub fn update(name: &str, credentials: &str) -> Setup {
    with_member(name, &format!(r#","credentials":{credentials}"#))
}

/// A flow of an MX member with further parameters, as JSON after a comma.
pub fn with_member(name: &str, rest: &str) -> Setup {
    let bank = Simulator::new(1);
    let (user, member) = (bank.user_guid(), bank.member_guid(name).unwrap());
    mx_setup(format!(
        r#"{{"userGuid":"{user}","memberGuid":"{member}"{rest}}}"#
    ))
}

/// A new MX member.
pub fn create(institution: &str, rest: &str) -> Setup {
    let user = Simulator::new(1).user_guid();
    mx_setup(format!(
        r#"{{"userGuid":"{user}","institutionCode":"{institution}",{rest}}}"#
    ))
}

/// A new MX member whose credentials are asked in the flow.
pub fn create_and_ask(institution: &str) -> Setup {
    create(institution, r#""signIn":"ask""#)
}

/// Authorize in live mode that asks for username and password, with more parameters.
pub fn sign_in(rest: &str) -> Setup {
    flinks_setup(format!(r#"{{"institution":"FlinksCapital"{rest}}}"#))
}

/// A flow of MX with these parameters.
pub fn mx_setup(params: String) -> Setup {
    Setup {
        entry: mx::ENTRY,
        params,
        config: r#"{"environment":"integration"}"#.to_owned(),
        bank: Simulator::new(1),
    }
}

/// A data or card call at Flinks, at a simulator in its current state.
pub fn call(bank: Simulator, name: &str, params: &str) -> Setup {
    Setup {
        entry: flinks::CALL,
        bank,
        ..flinks_setup(format!(r#"{{"call":"{name}"{params}}}"#))
    }
}

/// A data call in a cached session.
pub fn data(username: &str, name: &str, options: &str) -> Setup {
    let scenario = cached(username).run();
    let request_id = scenario.result().get("requestId").as_text().unwrap();
    let params = format!(r#","requestId":"{request_id}"{options}"#);
    call(scenario.bank, name, &params)
}

fn by_login_id(username: &str, mode: &str) -> Setup {
    let login_id = Simulator::new(1).login_id(username).unwrap();
    flinks_setup(format!(r#"{{"loginId":"{login_id}",{mode}}}"#))
}

fn flinks_setup(params: String) -> Setup {
    Setup {
        entry: flinks::ENTRY,
        params,
        config: format!(r#"{{"instance":"toolbox","customerId":"{CUSTOMER}"}}"#),
        bank: Simulator::new(1),
    }
}

/// The event of a reply, or of its loss.
pub fn replied(serial: u32, reply: &Outgoing) -> Event<'_> {
    let retry_after = reply.headers.iter().find(|(name, _)| name == "retry-after");
    match reply.arrival {
        Arrival::Arrives => Event::Replied(
            serial,
            Response {
                status: reply.status,
                retry_after: retry_after.map(|(_, value)| value.parse::<u64>().unwrap() * 1000),
                body: &reply.body,
            },
        ),
        _ => Event::Lost(serial, Loss::MaybeSent),
    }
}

impl Setup {
    /// Adds a fault of the bank or the network.
    pub fn with_fault(mut self, fault: Fault) -> Setup {
        self.bank.fault(fault);
        self
    }

    /// Runs against a simulator in its current state.
    pub fn with_bank(mut self, bank: Simulator) -> Setup {
        self.bank = bank;
        self
    }

    /// Changes the rules of the simulated Flinks.
    pub fn with_rules(mut self, rules: Rules) -> Setup {
        self.bank.set_rules(rules);
        self
    }

    /// Changes the rules of the simulated MX.
    pub fn with_mx_rules(mut self, rules: MxRules) -> Setup {
        self.bank.set_mx_rules(rules);
        self
    }

    /// Uses the older version of MX's API.
    pub fn with_older_version(mut self) -> Setup {
        self.config = self.config.replace('}', r#","version":"v20111101"}"#);
        self
    }

    /// Configures AuthorizeAsync.
    pub fn with_authorize_async(mut self) -> Setup {
        self.config = self.config.replace('}', r#","authorizeAsync":true}"#);
        self
    }

    /// Adds members to the configuration.
    pub fn with_config(mut self, more: &str) -> Setup {
        self.config = self.config.replace('}', &format!(",{more}}}"));
        self
    }

    /// Adds a text to the parameters.
    pub fn with_param(mut self, name: &str, value: &str) -> Setup {
        self.params.pop();
        self.params.push_str(&format!(r#","{name}":"{value}"}}"#));
        self
    }

    /// Runs until the person is asked or the flow ends.
    pub fn run(self) -> Scenario {
        let mut scenario = self.start_only();
        scenario.run_on();
        scenario
    }

    /// The refusal of the start.
    pub fn refusal(self) -> Refusal {
        self.start().err().unwrap()
    }

    fn start(&self) -> Result<Started, Refusal> {
        let params = Value::parse(self.params.as_bytes()).unwrap();
        let config = Value::parse(self.config.as_bytes()).unwrap();
        let start = self.entry.start;
        start(Reader::new("params", &params), Reader::new("host", &config))
    }

    /// Starts the flow and sends nothing.
    pub fn start_only(self) -> Scenario {
        let (vendor, credentials) = self.start().unwrap();
        let config = Value::parse(self.config.as_bytes()).unwrap();
        let mut flow = Flow::new("flow", vendor);
        let now = 1_790_000_000_000;
        let step = flow.advance(Event::Started(&credentials), now).unwrap();
        Scenario {
            bank: self.bank,
            flow,
            step,
            now,
            sent: Vec::new(),
            tokens: BTreeMap::new(),
            config,
            answers: Value::Null,
            answers_are_raw: false,
        }
    }
}

impl Scenario {
    /// Waits, and loses each request, until the flow waits for the person or ends.
    pub fn lose_all(&mut self) {
        loop {
            match self.step {
                Step::Wait { until, .. } => {
                    self.now = until;
                    self.advance(Event::Waited);
                }
                Step::Send { serial, .. } => self.advance(Event::Lost(serial, Loss::MaybeSent)),
                _ => break,
            }
        }
    }

    /// Sends and waits until the person is asked or the flow ends.
    pub fn run_on(&mut self) {
        for _ in 0..5000 {
            match self.step.clone() {
                Step::Send { .. } => self.send_one(),
                Step::Wait { until, .. } => {
                    self.now = until;
                    self.advance(Event::Waited);
                }
                Step::Resubmit { round, .. } => {
                    let answers = match self.answers_are_raw {
                        true => AnswerInput::Raw(&self.answers),
                        false => AnswerInput::Fields(&self.answers),
                    };
                    let event = Event::Answered(round, answers);
                    self.step = self.flow.advance(event, self.now).unwrap();
                }
                _ => return,
            }
        }
        panic!("the flow does not end");
    }

    /// Passes an event to the flow, which must take it.
    pub fn advance(&mut self, event: Event) {
        self.step = self.flow.advance(event, self.now).unwrap();
    }

    /// The serial of the request that the flow sends now.
    pub fn serial(&self) -> u32 {
        match self.step {
            Step::Send { serial, .. } => serial,
            _ => panic!("nothing to send"),
        }
    }

    /// Sends the request of the step, and nothing else.
    pub fn send_one(&mut self) {
        let Step::Send {
            serial, request, ..
        } = self.step.clone()
        else {
            panic!("nothing to send");
        };
        let reply = self.send(&request);
        self.sent.push(request);
        self.deliver(serial, &reply);
    }

    /// The vendor's page refuses its token.
    pub fn token_refused(&mut self) {
        self.advance(Event::TokenRefused);
    }

    pub fn send(&mut self, request: &Request) -> Outgoing {
        let mut headers = Vec::new();
        for header in &request.headers {
            headers.push(match header {
                Header::Literal { name, value } => ((*name).to_owned(), value.clone()),
                Header::Secret { name, slot } => {
                    ((*name).to_owned(), self.secret(slot, request.session))
                }
            });
        }
        let body = request.body.as_deref().unwrap_or_default().as_bytes();
        let path = ORIGINS
            .iter()
            .find_map(|origin| request.url.strip_prefix(origin))
            .unwrap();
        self.bank.handle(
            self.now,
            &Incoming {
                method: request.method,
                path,
                headers: &headers,
                body,
            },
        )
    }

    /// The secret of a slot, as the host fills it in.
    pub fn secret(&mut self, slot: &str, session: u32) -> String {
        match slot {
            AUTHORIZE_TOKEN => {
                let known = self.tokens.get(&session).cloned();
                let token = known.unwrap_or_else(|| self.mint());
                self.tokens.insert(session, token.clone());
                token
            }
            BASIC => {
                let (id, key) = self.bank.mx_key();
                format!("Basic {}", STANDARD.encode(format!("{id}:{key}")))
            }
            API_KEY => self.bank.keys().api_key.to_owned(),
            SECRET_KEY => self.bank.secret_key().to_owned(),
            BEARER => ["Bearer ", self.bank.keys().bearer].concat(),
            other => panic!("no secret for {other}"),
        }
    }

    /// The guids of the credentials that an MX institution asks for.
    pub fn credential_guids(&mut self, institution: &str) -> Vec<String> {
        let headers = [
            ("authorization".to_owned(), self.secret(BASIC, 1)),
            ("accept".to_owned(), "application/json".to_owned()),
            ("accept-version".to_owned(), "v20250224".to_owned()),
        ];
        let path = format!("/institutions/{institution}/credentials");
        let incoming = Incoming {
            method: "GET",
            path: &path,
            headers: &headers,
            body: b"",
        };
        let reply = self.bank.handle(self.now, &incoming);
        let body = Value::parse(&reply.body).unwrap();
        let credentials = body.get("credentials").items().iter();
        credentials
            .map(|item| item.get("guid").as_text().unwrap().to_owned())
            .collect()
    }

    fn mint(&mut self) -> String {
        let key = self.bank.secret_key().to_owned();
        let reply = self.bank.handle(
            self.now,
            &Incoming {
                method: "POST",
                path: &format!("/v3/{CUSTOMER}/BankingServices/GenerateAuthorizeToken"),
                headers: &[("flinks-auth-key".to_owned(), key)],
                body: b"",
            },
        );
        let body = Value::parse(&reply.body).unwrap();
        body.get("Token").as_text().unwrap().to_owned()
    }

    /// Passes a reply to the flow.
    pub fn deliver(&mut self, serial: u32, reply: &Outgoing) {
        self.advance(replied(serial, reply));
    }

    /// The open round.
    pub fn round(&self) -> &Round {
        match &self.step {
            Step::Challenge { round, .. } => round,
            step => panic!("no challenge, but {step:?}"),
        }
    }

    /// The only challenge of the open round.
    pub fn challenge(&self) -> &Challenge {
        match self.round().challenges.as_slice() {
            [challenge] => challenge,
            more => panic!("{} challenges", more.len()),
        }
    }

    /// Submits answers to the fields, in their order.
    pub fn try_answer(&mut self, answers: &[&str]) -> Result<(), Refusal> {
        let fields = self
            .round()
            .challenges
            .iter()
            .flat_map(|challenge| &challenge.fields);
        let mut object = Value::object();
        for (field, answer) in fields.zip(answers) {
            object.set(&field.name, (*answer).into());
        }
        self.submit(&object)
    }

    /// Submits answers by field name.
    pub fn submit(&mut self, answers: &Value) -> Result<(), Refusal> {
        let number = self.round().number;
        let event = Event::Answered(number, AnswerInput::Fields(answers));
        self.step = self.flow.advance(event, self.now)?;
        self.answers = answers.clone();
        self.answers_are_raw = false;
        Ok(())
    }

    /// Submits answers in the vendor's own form.
    pub fn submit_raw(&mut self, answers: &Value) -> Result<(), Refusal> {
        let number = self.round().number;
        let event = Event::Answered(number, AnswerInput::Raw(answers));
        self.step = self.flow.advance(event, self.now)?;
        self.answers = answers.clone();
        self.answers_are_raw = true;
        Ok(())
    }

    /// Submits answers to the fields, in their order, and runs on.
    pub fn answer(&mut self, answers: &[&str]) {
        self.try_answer(answers).unwrap();
        self.run_on();
    }

    /// The vendor's page.
    pub fn frame(&self) -> &Frame {
        match &self.step {
            Step::Connect { frame, .. } => frame,
            step => panic!("no frame, but {step:?}"),
        }
    }

    /// The person answers the bank correctly in the vendor's page.
    pub fn answer_in_frame(&mut self) {
        let snapshot = Value::parse(self.flow.snapshot().as_bytes()).unwrap();
        let request_id = snapshot.get("vendorIds").get("RequestId");
        let request_id = request_id.as_text().unwrap();
        let right = self.bank.right_answers_json(request_id).unwrap();
        let mut responses = Vec::new();
        for (key, answers) in Value::parse(right.as_bytes()).unwrap().entries() {
            responses.push(Value::List(vec![key.as_str().into(), answers.clone()]));
        }
        let opened = self.call_page("open", &[("requestId", request_id.into())]);
        let visit = opened.get("visit").clone();
        let responses = Value::List(responses);
        self.call_page("answer", &[("visit", visit), ("responses", responses)]);
    }

    /// A call of the vendor's page.
    pub fn call_page(&mut self, name: &str, entries: &[(&str, Value)]) -> Value {
        let mut body = Value::object();
        for (name, value) in entries {
            body.set(name, value.clone());
        }
        let incoming = Incoming {
            method: "POST",
            path: &format!("/connect/{name}"),
            headers: &[],
            body: &body.print().into_bytes(),
        };
        let reply = self.bank.handle(self.now, &incoming);
        Value::parse(&reply.body).unwrap()
    }

    /// The vendor's page claims the LoginId of this person.
    pub fn claim(&mut self, username: &str) -> Result<(), Refusal> {
        let login_id = self.bank.login_id(username).unwrap();
        self.claim_json(&format!(r#"{{"loginId":"{login_id}"}}"#))
    }

    /// The vendor's page claims this JSON.
    pub fn claim_json(&mut self, claim: &str) -> Result<(), Refusal> {
        let claim = Value::parse(claim.as_bytes()).unwrap();
        self.step = self.flow.advance(Event::Returned(&claim), self.now)?;
        self.run_on();
        Ok(())
    }

    /// Restores the flow from a snapshot.
    pub fn restore(&mut self) {
        let snapshot = self.flow.snapshot();
        self.flow = Flow::restore(&snapshot, VENDORS, &self.config).unwrap();
        self.advance(Event::Restored);
    }

    pub fn failure(&self) -> &Failure {
        match &self.step {
            Step::Failed { failure } => failure,
            step => panic!("no failure, but {step:?}"),
        }
    }

    pub fn result(&self) -> &Value {
        match &self.step {
            Step::Done { result } => result,
            step => panic!("not done, but {step:?}"),
        }
    }

    /// The bodies of the requests that carried answers.
    pub fn answers_sent(&self) -> Vec<Value> {
        let bodies = self
            .sent
            .iter()
            .filter_map(|request| request.body.as_deref());
        let bodies = bodies.map(|body| Value::parse(body.as_bytes()).unwrap());
        let responses = bodies.map(|body| body.get("SecurityResponses").clone());
        responses
            .filter(|responses| *responses != Value::Null)
            .collect()
    }
}
