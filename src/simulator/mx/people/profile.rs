//! A member as JSON.

use serde::{Serialize, Serializer};

use super::member::{Member, user_guid};
use crate::simulator::mx::challenge::Challenge;

#[derive(Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
struct MemberProfile {
    /// Unique.
    name: &'static str,
    /// The member guid. It does not depend on the seed.
    member_guid: String,
    /// The guid of the user. It does not depend on the seed.
    user_guid: String,
    /// `mxbank`, `mx_bank_oauth`, `simulated_bank` or `simulated_union`.
    institution_code: &'static str,
    /// At MX Bank always `mxuser`; empty with OAuth.
    username: &'static str,
    /// At MX Bank the scenario. At the simulated banks `Everyday` plays the story, `Renewed` connects without
    /// a question, and any other password ends in DENIED. Empty with OAuth.
    password: &'static str,
    /// `mx bank` (its password table), `challenges`, `wrong answers`, `statuses`, `quirks` or
    /// `oauth`.
    group: &'static str,
    /// A few words, for a list to choose from.
    title: &'static str,
    /// The scenario, in a sentence.
    story: &'static str,
    /// The right answers, in words; empty if there is no question.
    answers: &'static str,
    /// For each challenge of each round, the text to type or the label to choose.
    responses: Vec<Vec<String>>,
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let answers = |round: &[Challenge]| round.iter().map(Challenge::answer_in_words).collect();
        MemberProfile {
            name: self.name,
            member_guid: self.guid(),
            user_guid: user_guid(),
            institution_code: self.institution,
            username: self.username,
            password: self.password,
            group: self.group,
            title: self.title,
            story: self.story,
            answers: self.answers,
            responses: self.rounds().map(answers).collect(),
        }
        .serialize(serializer)
    }
}
