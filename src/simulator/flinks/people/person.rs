//! A person, and the row that describes one in a table.

use std::fmt;

use crate::simulator::flinks::challenge::{Challenge, question, text};
use crate::simulator::flinks::codes::Refusal;
use crate::simulator::seed::Seed;

/// Someone with an account at the simulated bank.
///
/// As JSON `{username, password, loginId, group, title, story, answers, responses}`. `responses` holds
/// the right SecurityResponses for each round of a live session in English, as sent to Flinks.
#[derive(Clone, Copy)]
pub struct Person {
    /// Letter case does not matter at the sign-in.
    pub username: &'static str,
    /// The same for every person, as in the public sandbox.
    pub password: &'static str,
    /// `toolbox` (as in the public sandbox), `challenges`, `wrong answers`, `quirks`, `waits`,
    /// `refusals`, `broken cards`, `stored answers` or `data`.
    pub group: &'static str,
    /// A few words, for a list to choose from.
    pub title: &'static str,
    /// The scenario, in a sentence.
    pub story: &'static str,
    /// The right answers, in words; empty if there is no question.
    pub answers: &'static str,
    pub(crate) live: Plan,
    pub(crate) cached: Plan,
    pub(crate) data: DataPlan,
    pub(crate) card: CardSetup,
    pub(crate) on_wrong_answer: OnWrongAnswer,
    pub(crate) quirks: Quirks,
}

/// The steps of a session, in order, and its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) steps: &'static [Step],
    /// The refusal at the end. `None` if the session is authorized.
    pub(crate) refusal: Option<Refusal>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// A 203. Each wrong answer leads to the next of these rounds, and the last one repeats.
    Asks(&'static [&'static [Challenge]]),
    /// A 202 with this code for this many milliseconds.
    Pending(&'static str, u64),
}

/// A person's card before the first request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CardSetup {
    pub(crate) days_since_refresh: i64,
    /// Whether the nightly refresh is on.
    pub(crate) scheduled: bool,
    /// The reply to a live refresh by LoginId, until the person signs in with credentials.
    pub(crate) broken: Option<Refusal>,
    /// Whether cached mode repeats that refusal, as the help page on errors of cached mode says.
    pub(crate) cached_repeats_failure: bool,
    /// The bank's questions with their stored answers; "" is no answer. If all are right, a live refresh asks
    /// nothing. Otherwise the refresh follows the person's plan; if that plan has no steps, the refresh ends in
    /// QUESTION_NOT_FOUND.
    pub(crate) stored_answers: &'static [(Challenge, &'static str)],
}

/// The replies to the data calls of an authorized session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataPlan {
    Ready,
    /// A 202 with this code for this many milliseconds.
    PendingFor(&'static str, u64),
    NoTransactions,
}

/// The reaction to a wrong answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnWrongAnswer {
    /// 401 with a new challenge this many times, then INVALID_SECURITY_RESPONSE_NO_RETRY.
    AsksAgain(u32),
    /// 401 with this code and no challenge.
    Ends(&'static str),
}

/// How this person's replies differ from the documented ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quirks {
    pub(crate) casing: Casing,
    /// `HttpStatusCode` is the name from .NET's enumeration.
    pub(crate) status_names: bool,
    /// SecurityChallenges have the form of the OpenAPI schema.
    pub(crate) challenge_maps: bool,
    /// Each round has a new RequestId.
    pub(crate) new_request_ids: bool,
    /// A second live session is refused while one is open.
    pub(crate) one_session: bool,
    /// The code of the first live session never comes: no answer in it is right.
    pub(crate) first_code_lost: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Casing {
    Pascal,
    Camel,
    Lower,
}

pub(crate) const AUTHORIZES: Plan = Plan {
    steps: &[],
    refusal: None,
};

pub(super) const NO_QUIRKS: Quirks = Quirks {
    casing: Casing::Pascal,
    status_names: false,
    challenge_maps: false,
    new_request_ids: false,
    one_session: false,
    first_code_lost: false,
};
pub(super) const NEW_REQUEST_IDS: Quirks = Quirks {
    new_request_ids: true,
    ..NO_QUIRKS
};

pub(super) const DEFAULT_CARD: CardSetup = CardSetup {
    days_since_refresh: 2,
    scheduled: false,
    broken: None,
    cached_repeats_failure: false,
    stored_answers: &[],
};

// Questions that several tables use.
pub(super) const CITY: Challenge = question(
    text(
        "What city were you born in?",
        "Dans quelle ville êtes-vous né?",
    ),
    "Montreal",
);
pub(super) const COUNTRY: Challenge = question(
    text(
        "What is the best country on earth?",
        "Quel est le meilleur pays au monde?",
    ),
    "Canada",
);
pub(super) const SHAPE: Challenge = question(
    text(
        "What shape do people like most?",
        "Quelle forme les gens préfèrent-ils?",
    ),
    "Triangle",
);
pub(super) const PET: Challenge = question(
    text(
        "What is the name of your first pet?",
        "Quel est le nom de votre premier animal?",
    ),
    "Rex",
);

/// A row of a table: somebody who signs in without a question, unless the methods below say more.
pub(super) const fn person(
    group: &'static str,
    username: &'static str,
    title: &'static str,
    story: &'static str,
) -> Person {
    Person {
        username,
        password: "Everyday",
        group,
        title,
        story,
        answers: "",
        live: AUTHORIZES,
        cached: AUTHORIZES,
        data: DataPlan::Ready,
        card: DEFAULT_CARD,
        on_wrong_answer: OnWrongAnswer::AsksAgain(2),
        quirks: NO_QUIRKS,
    }
}

/// The columns of the tables that most people leave empty.
impl Person {
    /// The steps of a live session, and the right answers in words.
    pub(super) const fn asks(mut self, answers: &'static str, steps: &'static [Step]) -> Self {
        self.answers = answers;
        self.live.steps = steps;
        self
    }

    /// The end of a live session.
    pub(super) const fn ends(mut self, refusal: Refusal) -> Self {
        self.live.refusal = Some(refusal);
        self
    }

    /// The steps of a cached session.
    pub(super) const fn cached(mut self, steps: &'static [Step]) -> Self {
        self.cached.steps = steps;
        self
    }

    /// The end of a cached session.
    pub(super) const fn cached_ends(mut self, refusal: Refusal) -> Self {
        self.cached.refusal = Some(refusal);
        self
    }

    pub(super) const fn data(self, data: DataPlan) -> Self {
        Self { data, ..self }
    }

    pub(super) const fn card(self, card: CardSetup) -> Self {
        Self { card, ..self }
    }

    pub(super) const fn on_wrong_answer(self, on_wrong_answer: OnWrongAnswer) -> Self {
        Self {
            on_wrong_answer,
            ..self
        }
    }

    pub(super) const fn quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }
}

impl Person {
    /// The LoginId. It does not depend on the seed.
    pub fn login_id(&self) -> String {
        Seed::named(self.username).guid()
    }

    pub(crate) fn rounds(&self) -> impl Iterator<Item = &'static [Challenge]> {
        self.live.steps.iter().filter_map(|step| match step {
            Step::Asks(rounds) => rounds.first().copied(),
            Step::Pending(..) => None,
        })
    }

    #[cfg(test)]
    pub(crate) fn first_round(&self) -> Option<&'static [Challenge]> {
        self.rounds().next()
    }
}

/// The username: the rest of the row does not change.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.username)
    }
}
