//! A flow against the simulated bank on a virtual clock, so that a test reads as a sentence.

use std::collections::BTreeMap;

use bank_mfa::challenge::{Challenge, Round};
use bank_mfa::failure::{Failure, Refusal};
use bank_mfa::flinks::AUTHORIZE_TOKEN;
use bank_mfa::flow::{Event, Flow, Loss, Step, Submitted};
use bank_mfa::http::{Header, Request, Response};
use bank_mfa::json::{Reader, Value};
use bank_mfa::simulator::{Arrival, Fault, Incoming, Outgoing, Rules, Simulator};
use bank_mfa::{VENDORS, flinks};

pub const MINUTE: u64 = 60_000;

const CUSTOMER: &str = "43387ca6-0391-4c82-857d-70d95f087ecb";
const ORIGIN: &str = "https://toolbox-api.private.fin.ag";

pub struct Scenario {
    pub bank: Simulator,
    pub flow: Flow,
    pub step: Step,
    pub now: u64,
    /// Every request that was handed out.
    pub sent: Vec<Request>,
    /// One authorize token a session.
    tokens: BTreeMap<u32, String>,
    config: Value,
}

/// How a scenario begins; finish it with [`Begin::run`].
pub struct Begin {
    params: String,
    config: String,
    bank: Simulator,
}

/// In cached mode, by LoginId.
pub fn cached(username: &str) -> Begin {
    by_login_id(username, r#""mostRecentCached":true"#)
}

/// In live mode, by LoginId.
pub fn live(username: &str) -> Begin {
    by_login_id(username, r#""mostRecentCached":false"#)
}

/// In live mode, by username and password.
pub fn signing_in(username: &str, password: &str) -> Begin {
    let credentials = format!(r#""username":"{username}","password":"{password}""#);
    begin(format!(
        r#"{{{credentials},"institution":"FlinksCapital"}}"#
    ))
}

fn by_login_id(username: &str, mode: &str) -> Begin {
    let login_id = Simulator::new(1).login_id(username).unwrap();
    begin(format!(r#"{{"loginId":"{login_id}",{mode}}}"#))
}

fn begin(params: String) -> Begin {
    Begin {
        params,
        config: format!(r#"{{"instance":"toolbox","customerId":"{CUSTOMER}"}}"#),
        bank: Simulator::new(1),
    }
}

impl Begin {
    /// The bank, or the way to it, misbehaves.
    pub fn but(mut self, fault: Fault) -> Begin {
        self.bank.fault(fault);
        self
    }

    /// Other rules than usual.
    pub fn under(mut self, rules: Rules) -> Begin {
        self.bank.set_rules(rules);
        self
    }

    /// The customer has AuthorizeAsync, and says so.
    pub fn with_authorize_async(mut self) -> Begin {
        self.config = self.config.replace('}', r#","authorizeAsync":true}"#);
        self
    }

    /// Runs to the first question, or to the end.
    pub fn run(self) -> Scenario {
        let mut scenario = self.pause();
        scenario.go_on();
        scenario
    }

    /// Stands before the first request.
    pub fn pause(self) -> Scenario {
        let params = Value::parse(self.params.as_bytes()).unwrap();
        let config = Value::parse(self.config.as_bytes()).unwrap();
        let start = flinks::ENTRY.start;
        let (vendor, credentials) = start(
            Reader::new("params", &params),
            Reader::new("config", &config),
        )
        .unwrap();
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
        }
    }
}

impl Scenario {
    /// Sends and waits, until the person is asked or the flow is at its end.
    pub fn go_on(&mut self) {
        for _ in 0..1000 {
            match self.step.clone() {
                Step::Send {
                    serial, request, ..
                } => {
                    let reply = self.send(&request);
                    self.sent.push(request);
                    self.deliver(serial, &reply);
                }
                Step::Wait { until, .. } => {
                    self.now = until;
                    self.step = self.flow.advance(Event::Waited, self.now).unwrap();
                }
                _ => return,
            }
        }
        panic!("the flow does not come to an end");
    }

    /// Sends one request as it is, under its session's token.
    pub fn send(&mut self, request: &Request) -> Outgoing {
        let token = match self.tokens.get(&request.session) {
            Some(token) => token.clone(),
            None => self.mint(),
        };
        self.tokens.insert(request.session, token.clone());
        let headers: Vec<(String, String)> = (request.headers.iter())
            .map(|header| match *header {
                Header::Literal { name, value } => (name.to_owned(), value.to_owned()),
                Header::Secret { name, slot } => {
                    assert_eq!(slot, AUTHORIZE_TOKEN);
                    (name.to_owned(), token.clone())
                }
            })
            .collect();
        let body = request.body.as_deref().unwrap_or_default().as_bytes();
        let path = request.url.strip_prefix(ORIGIN).unwrap();
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

    fn deliver(&mut self, serial: u32, reply: &Outgoing) {
        let retry_after = reply.headers.iter().find(|(name, _)| name == "retry-after");
        let event = match reply.arrival {
            Arrival::Arrives => Event::Replied(
                serial,
                Response {
                    status: reply.status,
                    retry_after: retry_after.map(|(_, value)| value.parse::<u64>().unwrap() * 1000),
                    body: &reply.body,
                },
            ),
            _ => Event::Lost(serial, Loss::MaybeSent),
        };
        self.step = self.flow.advance(event, self.now).unwrap();
    }

    /// The round that is asked.
    pub fn round(&self) -> &Round {
        match &self.step {
            Step::Challenge { round } => round,
            step => panic!("no challenge, but {step:?}"),
        }
    }

    /// The only challenge that is asked.
    pub fn challenge(&self) -> &Challenge {
        match self.round().challenges.as_slice() {
            [challenge] => challenge,
            more => panic!("{} challenges", more.len()),
        }
    }

    /// Hands in answers to the fields, in their order.
    pub fn try_answer(&mut self, answers: &[&str]) -> Result<(), Refusal> {
        let fields = self
            .round()
            .challenges
            .iter()
            .flat_map(|challenge| &challenge.fields);
        let mut given = Value::object(Vec::new());
        for (field, answer) in fields.zip(answers) {
            given.set(&field.name, (*answer).into());
        }
        self.hand_in(&given)
    }

    /// Hands in answers as they are.
    pub fn hand_in(&mut self, given: &Value) -> Result<(), Refusal> {
        let number = self.round().number;
        let event = Event::Answered(number, Submitted::Fields(given));
        self.step = self.flow.advance(event, self.now)?;
        Ok(())
    }

    /// Answers the fields, in their order, and goes on.
    pub fn answer(&mut self, answers: &[&str]) {
        self.try_answer(answers).unwrap();
        self.go_on();
    }

    /// The flow as another machine would take it up.
    pub fn restore(&mut self) {
        let snapshot = self.flow.snapshot();
        self.flow = Flow::restore(&snapshot, VENDORS, &self.config).unwrap();
        self.step = self.flow.advance(Event::Restored, self.now).unwrap();
    }

    /// What the flow failed with.
    pub fn failure(&self) -> &Failure {
        match &self.step {
            Step::Failed { failure } => failure,
            step => panic!("no failure, but {step:?}"),
        }
    }

    /// What came of the flow.
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
