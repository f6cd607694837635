//! A session: an Authorize, its rounds and its end.

use super::challenge::Challenge;
use super::codes::Refusal;
use super::data::options::DataState;
use super::judge::{Judgement, judge};
use super::people::{OnWrongAnswer, Person, Plan, Step};
use super::request::{Responses, Start, StartTarget};
use crate::simulator::seed::Seed;

const MINUTE_MS: u64 = 60_000;
/// A RequestId expires after this long without a call, until the session is authorized (A).
const IDLE_TIMEOUT_MS: u64 = 8 * MINUTE_MS;
/// A RequestId of an authorized session expires after this long without a call (A).
const DATA_TIMEOUT_MS: u64 = 30 * MINUTE_MS;

#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) person: &'static Person,
    pub(crate) live: bool,
    /// Opened with credentials, not with a LoginId.
    pub(crate) signed_in: bool,
    pub(crate) french: bool,
    pub(crate) tag: Option<String>,
    pub(crate) token: Option<String>,
    /// The newest RequestId.
    pub(crate) request_id: String,
    /// The previous RequestId. A poll may use it, because the reply with the newest RequestId may be lost.
    previous_id: Option<String>,
    pub(crate) state: State,
    pub(crate) authorized_at: Option<u64>,
    /// When a poll last got a 202.
    pub(crate) last_pending_at: Option<u64>,
    pub(crate) data: DataState,
    plan: Plan,
    next_step: usize,
    wrong_answers: u32,
    /// Whether the person never gets the code of this session.
    pub(super) is_code_lost: bool,
    last_used_at: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum State {
    Working {
        code: &'static str,
        until: u64,
    },
    Asking {
        rounds: &'static [&'static [Challenge]],
        attempt: usize,
        refused: bool,
    },
    Authorized,
    Refused(Refusal),
}

impl Session {
    pub(crate) fn open(
        person: &'static Person,
        start: Start,
        plan: Plan,
        token: Option<&str>,
        now: u64,
        seed: &mut Seed,
    ) -> Self {
        let mut session = Self {
            person,
            live: !start.cached,
            signed_in: matches!(start.target, StartTarget::Credentials { .. }),
            french: start.french,
            tag: start.tag,
            token: token.map(str::to_owned),
            request_id: seed.guid(),
            previous_id: None,
            state: State::Authorized,
            authorized_at: None,
            last_pending_at: None,
            data: DataState::default(),
            plan,
            next_step: 0,
            wrong_answers: 0,
            is_code_lost: false,
            last_used_at: now,
        };
        session.advance(now);
        session
    }

    pub(crate) fn is_previous(&self, request_id: &str) -> bool {
        self.previous_id.as_deref() == Some(request_id)
    }

    /// Takes all steps whose background work is finished by now.
    pub(crate) fn advance_to(&mut self, now: u64) {
        while let State::Working { until, .. } = self.state {
            if now < until {
                break;
            }
            self.advance(until);
        }
    }

    /// Whether the RequestId has expired.
    pub(crate) fn has_expired(&self, now: u64) -> bool {
        let (since, limit) = match self.authorized_at {
            Some(at) => (at.max(self.last_used_at), DATA_TIMEOUT_MS),
            None => (self.last_used_at, IDLE_TIMEOUT_MS),
        };
        now.saturating_sub(since) >= limit
    }

    /// Whether this is a cached session that repeats the failure of a live session. Its data is still available.
    pub(crate) fn repeats_failure(&self) -> bool {
        !self.live && self.person.card.cached_repeats_failure
    }

    pub(crate) fn is_of(&self, person: &Person) -> bool {
        self.person.username == person.username
    }

    /// Whether this is a live session that has not ended.
    pub(crate) fn is_open(&self, now: u64) -> bool {
        let has_not_ended = matches!(self.state, State::Working { .. } | State::Asking { .. });
        self.live && has_not_ended && !self.has_expired(now)
    }

    pub(crate) fn touch(&mut self, now: u64) {
        self.last_used_at = now;
    }

    pub(crate) fn round(&self) -> Option<&'static [Challenge]> {
        let State::Asking {
            rounds, attempt, ..
        } = self.state
        else {
            return None;
        };
        rounds.get(attempt).or(rounds.last()).copied()
    }

    /// Asks the same round again, as if there had been no answer.
    pub(crate) fn ask_again(&mut self) {
        if let State::Asking { refused, .. } = &mut self.state {
            *refused = false;
        }
    }

    /// Lets the bank judge answers. Malformed or incomplete answers do not change the session.
    pub(crate) fn answer(
        &mut self,
        responses: &Responses,
        now: u64,
        seed: &mut Seed,
    ) -> Option<Judgement> {
        let mut judgement = judge(self.round()?, self.french, responses);
        if self.is_code_lost && judgement == Judgement::Right {
            judgement = Judgement::Wrong;
        }
        match judgement {
            Judgement::Right => {
                self.advance(now);
                if self.person.quirks.new_request_ids {
                    self.renew_request_id(seed);
                }
            }
            Judgement::Wrong => self.refuse(seed),
            _ => {}
        }
        Some(judgement)
    }

    fn refuse(&mut self, seed: &mut Seed) {
        self.wrong_answers += 1;
        let end = |code| State::Refused(Refusal::of(code));
        match (self.person.on_wrong_answer, &mut self.state) {
            (
                OnWrongAnswer::AsksAgain(times),
                State::Asking {
                    attempt, refused, ..
                },
            ) if self.wrong_answers <= times => {
                *attempt += 1;
                *refused = true;
                self.renew_request_id(seed);
            }
            (OnWrongAnswer::AsksAgain(_), state) => {
                *state = end("INVALID_SECURITY_RESPONSE_NO_RETRY")
            }
            (OnWrongAnswer::Ends(code), state) => *state = end(code),
        }
    }

    fn renew_request_id(&mut self, seed: &mut Seed) {
        self.previous_id = Some(std::mem::replace(&mut self.request_id, seed.guid()));
    }

    fn advance(&mut self, now: u64) {
        self.state = match (self.plan.steps.get(self.next_step), self.plan.refusal) {
            (Some(Step::Asks(rounds)), _) => State::Asking {
                rounds,
                attempt: 0,
                refused: false,
            },
            (Some(Step::Pending(code, ms)), _) => State::Working {
                code,
                until: now.saturating_add(*ms),
            },
            (None, Some(refusal)) => State::Refused(refusal),
            (None, None) => State::Authorized,
        };
        self.next_step += 1;
        if let State::Authorized = self.state {
            self.authorized_at = Some(now);
        }
    }
}
