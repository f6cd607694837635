//! One state of the search: a flow, its driver, a person, a network and the simulated vendors.

use bank_mfa::VENDORS;
use bank_mfa::flow::{AnswerInput, Event, Flow, Step};
use bank_mfa::http::Request;
use bank_mfa::json::Value;
use bank_mfa::simulator::Outgoing;
use bank_mfa::vendor::Stage;

use crate::plant::Plant;
use crate::scenario::{Scenario, replied};

/// A promise that was broken.
pub type Broken = String;

/// How long a reply takes.
const REPLY_MS: u64 = 1_000;

/// A request that the flow has returned, and whose outcome the driver has not reported yet.
#[derive(Clone)]
pub struct Sent {
    pub serial: u32,
    pub stage: Stage,
    pub request: Request,
}

#[derive(Clone)]
pub struct World {
    pub scenario: Scenario,
    /// The request that is under way.
    pub sent: Option<Sent>,
    /// The reply to an earlier request, which comes too late.
    pub late: Option<(u32, Outgoing)>,
    /// What the person has entered and no request has brought to the vendor: the ids of the round that it is for.
    pub entered: Option<Vec<String>>,
    /// Whether a submission or job was sent since the person was last asked, or the bank went on without their answer.
    pub submitted: bool,
    /// Whether the vendor has received a submission, and no reply has come since.
    pub unheard: bool,
    /// The RequestIds that Flinks has given in this flow, whether the replies came or not.
    pub request_ids: Vec<String>,
    /// The page that is open in the browser: an address, or a visit of Connect.
    pub page: Option<String>,
    /// Whether the page showed an error, after which nobody opens it again.
    pub page_refused: bool,
    /// What that page says when the person comes back.
    pub claim: Option<Value>,
    /// The number of returns from a page, which the flow remembers and a snapshot does not.
    pub returns: u32,
    pub started_at: u64,
    /// The right username and password.
    pub credentials: (&'static str, &'static str),
    pub plant: Option<Plant>,
    /// The first answers, for [`Plant::MixesRounds`].
    first_answer: Option<Request>,
}

impl World {
    /// A flow of this person or member.
    pub fn new(mut scenario: Scenario, name: &'static str) -> World {
        scenario.bank.keep_only(name);
        let started_at = scenario.now;
        let mut world = World {
            scenario,
            sent: None,
            late: None,
            entered: Some(Vec::new()),
            submitted: false,
            unheard: false,
            request_ids: Vec::new(),
            page: None,
            page_refused: false,
            claim: None,
            returns: 0,
            started_at,
            credentials: (name, "Everyday"),
            plant: None,
            first_answer: None,
        };
        world.keep_request();
        world
    }

    pub fn snapshot(&self) -> Value {
        Value::parse(self.scenario.flow.snapshot().as_bytes()).unwrap()
    }

    pub fn has_ended(&self) -> bool {
        matches!(self.scenario.step, Step::Done { .. } | Step::Failed { .. })
    }

    /// Passes an event to the flow. Returns whether the flow took it; a refusal must not change the flow.
    pub fn take(&mut self, event: Event) -> Result<bool, Broken> {
        let before = self.scenario.flow.snapshot();
        match self.scenario.flow.advance(event, self.scenario.now) {
            Ok(step) => {
                if !matches!(step, Step::Send { .. }) && step != self.scenario.flow.step() {
                    return Err("a state has two steps".to_owned());
                }
                self.scenario.step = step;
                self.keep_request();
                Ok(true)
            }
            Err(refusal) if self.scenario.flow.snapshot() != before => {
                Err(format!("{:?} changed the flow", refusal.code))
            }
            Err(_) => Ok(false),
        }
    }

    /// Passes an event that the flow must take.
    pub fn must_take(&mut self, event: Event, name: &str) -> Result<(), Broken> {
        match self.take(event)? {
            true => Ok(()),
            false => Err(format!("the flow refuses {name}")),
        }
    }

    /// Keeps the request of the step until its outcome is reported.
    fn keep_request(&mut self) {
        self.page_refused &= matches!(self.scenario.step, Step::Connect { .. });
        match &self.scenario.step {
            Step::Send {
                serial,
                stage,
                request,
            } => {
                let mut request = request.clone();
                if self.plant == Some(Plant::MixesRounds) && *stage == Stage::Answer {
                    request = self.first_answer.get_or_insert(request).clone();
                }
                let is_poll = matches!(stage, Stage::Poll | Stage::Challenges);
                self.submitted |= request.once || is_poll || *stage == Stage::Start;
                self.sent = Some(Sent {
                    serial: *serial,
                    stage: *stage,
                    request,
                });
            }
            // An answer during a watch makes its reply the pre-check: the request is still under way.
            Step::Sending { .. } => {}
            Step::Challenge { .. } => self.submitted = false,
            _ => {}
        }
    }

    /// The vendor receives the request. A submission must be one that the person has entered, for this round.
    pub fn reach_vendor(&mut self, sent: &Sent) -> Result<Outgoing, Broken> {
        if sent.request.once {
            let body = sent.request.body.as_deref().unwrap_or_default();
            match self.entered.take() {
                None => return Err("a submission reached the vendor twice".to_owned()),
                Some(ids) if !ids.iter().all(|id| body.contains(id.as_str())) => {
                    return Err("a submission for another round reached the vendor".to_owned());
                }
                Some(_) => self.unheard = true,
            }
        }
        let reply = self.scenario.send(&sent.request);
        let counts = self.scenario.bank.counts();
        if counts.answers_repeated + counts.credentials_repeated > 0 {
            return Err("the bank got the same submission twice".to_owned());
        }
        let body = Value::parse(&reply.body).unwrap_or_default();
        if let Some(id) = body.get("RequestId").as_text()
            && !self.request_ids.iter().any(|known| known == id)
        {
            self.request_ids.push(id.to_owned());
        }
        Ok(reply)
    }

    /// The reply comes.
    pub fn deliver(&mut self, sent: &Sent, reply: &Outgoing) -> Result<(), Broken> {
        self.scenario.now += REPLY_MS;
        self.sent = None;
        self.unheard = false;
        self.must_take(replied(sent.serial, reply), "a reply")
    }

    /// The page or process that ran the flow ends, and another one restores the flow. It has no answers.
    pub fn crash(&mut self, window: Option<&str>) -> Result<(), Broken> {
        let snapshot = self.scenario.flow.snapshot();
        let restored = Flow::restore(&snapshot, VENDORS, &self.scenario.config);
        self.scenario.flow = restored.map_err(|refusal| format!("restore: {refusal:?}"))?;
        self.sent = None;
        self.scenario.answers = Value::Null;
        match window {
            Some(address) => self.must_take(Event::RestoredAtWindow(address), "a restore"),
            None => self.must_take(Event::Restored, "a restore"),
        }
    }

    /// Submits answers to the open round, as the driver does, which keeps them until they are sent.
    pub fn submit(&mut self, answers: &Value, raw: bool) -> Result<(), Broken> {
        let ids = self.ids_of_round();
        let number = self.round_number();
        let input = match raw {
            true => AnswerInput::Raw(answers),
            false => AnswerInput::Fields(answers),
        };
        self.must_take(Event::Answered(number, input), "an answer")?;
        self.entered = Some(ids);
        self.scenario.answers = answers.clone();
        self.scenario.answers_are_raw = raw;
        Ok(())
    }

    /// The number of the newest round.
    pub fn round_number(&self) -> u32 {
        match &self.scenario.step {
            Step::Challenge { round, .. } => round.number,
            Step::Resubmit { round, .. } => *round,
            _ => {
                let number = self.snapshot().get("flow").get("round").print();
                number.parse().unwrap()
            }
        }
    }

    /// The vendor's ids of the open round: the guids of its challenges at MX, the RequestId at Flinks.
    pub fn ids_of_round(&self) -> Vec<String> {
        let snapshot = self.snapshot();
        let challenges = snapshot.get("flow").get("challengePayload").items().iter();
        let guids = challenges.map(|challenge| challenge.get("guid"));
        let request_id = snapshot.get("vendorIds").get("RequestId");
        let ids = guids.chain([request_id]).filter_map(Value::as_text);
        ids.map(str::to_owned).collect()
    }

    /// A state as text: two states with the same text have the same future. Ids are numbered, and times are seconds from
    /// now. Left out are serials, seeds and counts.
    pub fn canonical(&self) -> String {
        if let Step::Failed { failure } = &self.scenario.step {
            return format!("failed {:?} {:?}", failure.code, failure.next);
        }
        if let Step::Done { .. } = self.scenario.step {
            return "done".to_owned();
        }
        let bank = format!("{:?}", self.scenario.bank);
        let bank = bank.split(", counts: ").next().unwrap_or_default();
        let sent = self
            .sent
            .as_ref()
            .map(|sent| (sent.stage, &sent.request.url, &sent.request.body));
        let driver = (
            &self.scenario.answers,
            &self.scenario.tokens,
            &self.page,
            self.page_refused,
            &self.claim,
            self.returns,
        );
        let facts = (
            &self.entered,
            self.submitted,
            self.unheard,
            &self.request_ids,
        );
        let window = match &self.scenario.step {
            Step::Redirect { url, .. } => url,
            _ => "",
        };
        let flow = self.scenario.flow.snapshot();
        let text = format!("{flow} {window} {sent:?} {driver:?} {facts:?} {bank}");
        crate::canonical::canonical(&text, self.scenario.now)
    }
}
