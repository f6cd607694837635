//! A challenge as the bank stores it: the prompt and the right answer.

use crate::simulator::json::Json;
use crate::simulator::pictures::pictures;

use super::request::Responses;

/// English and French.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    pub(crate) en: &'static str,
    pub(crate) fr: &'static str,
}

impl Text {
    pub(crate) fn get(self, french: bool) -> String {
        if french { self.fr } else { self.en }.to_owned()
    }
}

pub(crate) const fn text(en: &'static str, fr: &'static str) -> Text {
    Text { en, fr }
}

/// The same text in both languages.
pub(crate) const fn same(text: &'static str) -> Text {
    Text { en: text, fr: text }
}

/// A challenge's `Type` on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Type {
    Name(&'static str),
    Number(u16),
    Absent,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Iterables {
    None,
    Texts(&'static [Text]),
    Pictures,
}

/// The right answer to a challenge.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RightAnswer {
    /// This text, in any letter case.
    Typed(&'static str),
    /// Any text that is not empty.
    Anything,
    /// Any text, also an empty one or none: the person approves on a phone.
    Approval,
    /// The Iterable at this index.
    Pick(usize),
    /// Exactly the Iterables at these indices, in any order.
    Picks(&'static [usize]),
    /// `Text` or `Call`, with one of the Iterables as the key.
    Phone,
    /// Any text that is not empty, with one of the Iterables as the key that no other challenge uses.
    NewQuestion,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Challenge {
    pub(crate) kind: Type,
    pub(crate) prompt: Text,
    pub(crate) iterables: Iterables,
    pub(crate) right: RightAnswer,
}

/// A QuestionAndAnswer with one right answer.
pub(crate) const fn question(prompt: Text, answer: &'static str) -> Challenge {
    Challenge {
        kind: Type::Name("QuestionAndAnswer"),
        prompt,
        iterables: Iterables::None,
        right: RightAnswer::Typed(answer),
    }
}

impl Challenge {
    pub(crate) fn iterables(&self, french: bool) -> Vec<String> {
        match self.iterables {
            Iterables::None => Vec::new(),
            Iterables::Texts(texts) => texts.iter().map(|text| text.get(french)).collect(),
            Iterables::Pictures => pictures().into(),
        }
    }

    /// The challenge as `{Type, Prompt, Iterables?}`, as in every real sample.
    pub(crate) fn to_json(self, french: bool) -> Json {
        let mut members = Vec::new();
        match self.kind {
            Type::Name(name) => members.push(("Type".to_owned(), Json::text(name))),
            Type::Number(number) => members.push(("Type".to_owned(), Json::number(number))),
            Type::Absent => {}
        }
        members.push(("Prompt".to_owned(), Json::Text(self.prompt.get(french))));
        if !matches!(self.iterables, Iterables::None) {
            members.push(("Iterables".to_owned(), Json::texts(self.iterables(french))));
        }
        Json::Object(members)
    }

    /// The challenge as `{prompt: [options]}`, as in the OpenAPI schema.
    pub(crate) fn to_map(self, french: bool) -> Json {
        Json::Object(vec![(
            self.prompt.get(french),
            Json::texts(self.iterables(french)),
        )])
    }
}

/// The right SecurityResponses for a round, as sent to Flinks.
pub(crate) fn right_responses(round: &[Challenge], french: bool) -> Responses {
    let mut all = Responses::new();
    for challenge in round {
        let iterables = challenge.iterables(french);
        let free = |key: &&String| all.iter().all(|(taken, _)| taken != *key);
        let unused = iterables.iter().find(free).cloned().unwrap_or_default();
        let prompt = challenge.prompt.get(french);
        let (key, answers) = match challenge.right {
            RightAnswer::Typed(answer) => (prompt, vec![answer.to_owned()]),
            RightAnswer::Anything => (prompt, vec!["approved".to_owned()]),
            RightAnswer::Approval => (prompt, vec![String::new()]),
            RightAnswer::Pick(pick) => (prompt, iterables.get(pick).cloned().into_iter().collect()),
            RightAnswer::Picks(picks) => (
                prompt,
                picks
                    .iter()
                    .filter_map(|pick| iterables.get(*pick).cloned())
                    .collect(),
            ),
            RightAnswer::Phone => (unused, vec!["Text".to_owned()]),
            RightAnswer::NewQuestion => (unused, vec!["my answer".to_owned()]),
        };
        match all.iter_mut().find(|(taken, _)| *taken == key) {
            Some((_, earlier)) => earlier.extend(answers),
            None => all.push((key, answers)),
        }
    }
    all
}
