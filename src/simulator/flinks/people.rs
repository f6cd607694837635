//! The people of the simulated bank. What happens to each is data: a list of steps and an end, for
//! a live session and for a cached one.

mod asked;
mod collected;
mod kept;
mod quirky;
mod refused;
mod toolbox;

use serde::{Serialize, Serializer};

use super::challenge::{Challenge, right_responses};
use super::codes::Refusal;
use crate::simulator::json::Json;
use crate::simulator::seed::Seed;

/// Someone with an account at the simulated bank.
///
/// As JSON `{username, password, loginId, group, title, story, answers, responses}`, where
/// `responses` holds, for each round of a live session in English, the right SecurityResponses as
/// they go over the wire.
#[derive(Debug)]
pub struct Person {
    /// Signs in with it, in any letter case.
    pub username: &'static str,
    /// The same for everybody, as in the public sandbox.
    pub password: &'static str,
    /// `toolbox` (as in the public sandbox), `challenges`, `wrong answers`, `quirks`, `waits`,
    /// `refusals`, `broken cards`, `stored answers` or `data`.
    pub group: &'static str,
    /// A few words for a list to choose from.
    pub title: &'static str,
    /// What happens, in a sentence.
    pub story: &'static str,
    /// The right answers, in words; empty where nothing is asked.
    pub answers: &'static str,
    pub(crate) live: Plan,
    pub(crate) cached: Plan,
    pub(crate) data: Data,
    pub(crate) kept: Kept,
    pub(crate) wrong: Wrong,
    pub(crate) quirks: Quirks,
}

/// What a session meets, in order, and how it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) steps: &'static [Step],
    pub(crate) refusal: Option<Refusal>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// A 203. After a wrong answer comes the next of these rounds, and the last one again and again.
    Asks(&'static [&'static [Challenge]]),
    /// A 202 with this code for so many milliseconds.
    Works(&'static str, u64),
}

/// How a person's card stands before the first request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    /// Days since its last refresh.
    pub(crate) days: i64,
    /// Whether it is to be refreshed every night.
    pub(crate) scheduled: bool,
    /// What a live refresh by LoginId meets until the person signs in again.
    pub(crate) broken: Option<Refusal>,
    /// Whether cached mode repeats that, as the help page on errors of cached mode says it does.
    pub(crate) repeats: bool,
    /// The bank's questions, each with the answer that is stored; an empty one is none. With any, a
    /// live refresh asks nobody while all are right; otherwise it goes as planned, and where nothing
    /// is planned it ends in QUESTION_NOT_FOUND.
    pub(crate) answers: &'static [(Challenge, &'static str)],
}

/// What the data calls of an authorized session meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Data {
    Ready,
    /// A 202 with this code for so many milliseconds.
    Prepared(&'static str, u64),
    NoTransactions,
}

/// What a wrong answer leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// 401 with a fresh challenge so many times, then INVALID_SECURITY_RESPONSE_NO_RETRY.
    AsksAgain(u32),
    /// 401 with this code and no challenge.
    Ends(&'static str),
}

/// Where this person's replies differ from the documented ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quirks {
    pub(crate) casing: Casing,
    /// `HttpStatusCode` as the name of .NET's enumeration.
    pub(crate) status_names: bool,
    /// SecurityChallenges in the form of the OpenAPI schema.
    pub(crate) challenge_maps: bool,
    /// A new RequestId with every round.
    pub(crate) new_request_ids: bool,
    /// A second live session is refused while one is open.
    pub(crate) one_session: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Casing {
    Pascal,
    Camel,
    Lower,
}

pub(crate) const GRANTED: Plan = Plan {
    steps: &[],
    refusal: None,
};

const PLAIN: Quirks = Quirks {
    casing: Casing::Pascal,
    status_names: false,
    challenge_maps: false,
    new_request_ids: false,
    one_session: false,
};

const KEPT: Kept = Kept {
    days: 2,
    scheduled: false,
    broken: None,
    repeats: false,
    answers: &[],
};

/// Somebody about whom there is nothing to tell.
const SOMEBODY: Person = Person {
    username: "",
    password: "Everyday",
    group: "",
    title: "",
    story: "",
    answers: "",
    live: GRANTED,
    cached: GRANTED,
    data: Data::Ready,
    kept: KEPT,
    wrong: Wrong::AsksAgain(2),
    quirks: PLAIN,
};

const fn asks(rounds: &'static [Step]) -> Plan {
    Plan {
        steps: rounds,
        refusal: None,
    }
}

const TABLES: [&[Person]; 6] = [
    toolbox::PEOPLE,
    asked::PEOPLE,
    quirky::PEOPLE,
    refused::PEOPLE,
    kept::PEOPLE,
    collected::PEOPLE,
];

/// Everybody, in the order of the tables.
pub(crate) fn everybody() -> impl Iterator<Item = &'static Person> {
    TABLES.into_iter().flatten()
}

pub(crate) fn find(username: &str) -> Option<&'static Person> {
    everybody().find(|person| person.username.eq_ignore_ascii_case(username))
}

pub(crate) fn find_by_login_id(login_id: &str) -> Option<&'static Person> {
    everybody().find(|person| person.login_id() == login_id)
}

impl Person {
    /// The LoginId: the same whatever the seed.
    pub fn login_id(&self) -> String {
        Seed::named(self.username).guid()
    }

    pub(crate) fn rounds(&self) -> impl Iterator<Item = &'static [Challenge]> {
        self.live.steps.iter().filter_map(|step| match step {
            Step::Asks(rounds) => rounds.first().copied(),
            Step::Works(..) => None,
        })
    }

    #[cfg(test)]
    pub(crate) fn first_round(&self) -> Option<&'static [Challenge]> {
        self.rounds().next()
    }
}

/// A person as JSON.
#[derive(Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
struct Profile {
    /// Signs in with it, in any letter case.
    username: &'static str,
    /// The same for everybody, as in the public sandbox.
    password: &'static str,
    /// The LoginId, whatever the seed.
    login_id: String,
    /// `toolbox` (as in the public sandbox), `challenges`, `wrong answers`, `quirks`, `waits`,
    /// `refusals`, `broken cards`, `stored answers` or `data`.
    group: &'static str,
    /// A few words for a list to choose from.
    title: &'static str,
    /// What happens, in a sentence.
    story: &'static str,
    /// The right answers, in words; empty where nothing is asked.
    answers: &'static str,
    /// For each round of a live session in English, the right SecurityResponses.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, string[]>[]"))]
    responses: Vec<Json>,
}

impl Serialize for Person {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let responses = |round| {
            let all = right_responses(round, false).into_iter();
            Json::Object(
                all.map(|(key, answers)| (key, Json::texts(answers)))
                    .collect(),
            )
        };
        Profile {
            username: self.username,
            password: self.password,
            login_id: self.login_id(),
            group: self.group,
            title: self.title,
            story: self.story,
            answers: self.answers,
            responses: self.rounds().map(responses).collect(),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::codes::CODES;
    use super::super::judge::{Judgement, judge};
    use super::*;

    #[test]
    fn nobody_shares_a_name_or_a_login_id() {
        let names: BTreeSet<_> = everybody()
            .map(|person| person.username.to_lowercase())
            .collect();
        let ids: BTreeSet<_> = everybody().map(Person::login_id).collect();
        assert_eq!(
            (names.len(), ids.len()),
            (everybody().count(), everybody().count())
        );
    }

    #[test]
    fn everybodys_right_answers_are_right_in_both_languages() {
        for person in everybody() {
            for step in person.live.steps {
                let Step::Asks(rounds) = step else { continue };
                for round in *rounds {
                    for french in [false, true] {
                        let judgement = judge(round, french, &right_responses(round, french));
                        assert_eq!(judgement, Judgement::Right, "{}", person.username);
                    }
                }
            }
        }
    }

    #[test]
    fn everybody_is_told_about_and_says_what_to_answer() {
        for person in everybody() {
            assert!(
                !person.group.is_empty() && !person.title.is_empty(),
                "{}",
                person.username
            );
            assert!(person.story.ends_with('.'), "{}", person.username);
            assert_eq!(
                person.rounds().next().is_none(),
                person.answers.is_empty(),
                "{}",
                person.username
            );
        }
    }

    #[test]
    fn there_is_somebody_for_every_code_and_no_code_without_a_row() {
        let refusal = |person: &'static Person| person.live.refusal.map(|refusal| refusal.code);
        let work = |person: &'static Person| {
            person.live.steps.iter().find_map(|step| match step {
                Step::Works(code, _) => Some(*code),
                Step::Asks(_) => None,
            })
        };
        let shown: BTreeSet<_> = everybody()
            .flat_map(|person| refusal(person).into_iter().chain(work(person)))
            .collect();
        let known: BTreeSet<_> = CODES.iter().map(|row| row.0).collect();
        let unknown: Vec<_> = shown.difference(&known).collect();
        assert_eq!(unknown, [&"SOMETHING_NEW"]);
        assert!(known.is_subset(&shown), "{:?}", known.difference(&shown));
    }
}
