//! A person as JSON.

use serde::{Serialize, Serializer};

use super::person::Person;
use crate::simulator::flinks::challenge::right_responses;
use crate::simulator::json::Json;

#[derive(Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
struct Profile {
    /// Letter case does not matter at the sign-in.
    username: &'static str,
    /// The same for every person, as in the public sandbox.
    password: &'static str,
    /// The LoginId. It does not depend on the seed.
    login_id: String,
    /// `toolbox` (as in the public sandbox), `challenges`, `wrong answers`, `quirks`, `waits`,
    /// `refusals`, `broken cards`, `stored answers` or `data`.
    group: &'static str,
    /// A few words, for a list to choose from.
    title: &'static str,
    /// The scenario, in a sentence.
    story: &'static str,
    /// The right answers, in words; empty if there is no question.
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
