//! A challenge as the bank stores it, and as a part of one round.

use super::status::Form;
use crate::simulator::json::Json;
use crate::simulator::pictures::pictures;
use crate::simulator::seed::Seed;

/// `type` as a name and as a number. No page has PUSH_APPROVAL (D) or TOKEN_INPUT (C).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Type(pub(crate) &'static str, pub(crate) u16);

pub(crate) const TEXT: Type = Type("TEXT", 0);
pub(crate) const OPTIONS: Type = Type("OPTIONS", 2);
pub(crate) const TOKEN: Type = Type("TOKEN", 12);
pub(crate) const IMAGE_DATA: Type = Type("IMAGE_DATA", 13);
pub(crate) const IMAGE_OPTIONS: Type = Type("IMAGE_OPTIONS", 14);

/// The content of a challenge besides its label.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Attachment {
    None,
    Options(&'static [Choice]),
    /// Numbered options: how many.
    ManyOptions(u16),
    /// Options with an image each: a circle, a triangle, a square.
    ImageOptions(&'static [Choice]),
    /// The triangle, in base64 without `data:`.
    BareImage,
    /// The same in lines, as MIME writes base64. That MX sends such lines is a guess.
    ImageInLines,
    /// The square, as a `data:` URI.
    DataUriImage,
    /// An image that can contain a script.
    SvgImage,
    /// The square, padded to more than five megabytes.
    HugeImage,
}

/// An option. Label and value are different strings (A). The specification allows an option without a label,
/// without a value, or with a guid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    pub(crate) label: &'static str,
    pub(crate) value: Option<&'static str>,
    pub(crate) has_guid: bool,
}

/// An option with a value and without a guid, as in the only published live capture (C).
pub(crate) const fn choice(label: &'static str, value: &'static str) -> Choice {
    Choice {
        label,
        value: Some(value),
        has_guid: false,
    }
}

/// The right answer to a challenge.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RightAnswer {
    /// This text, in any letter case. If it is empty, the person approves on a phone, and any text is right.
    Typed(&'static str),
    /// The option at this index. The answer is its value, or else its guid, or else its label.
    Pick(usize),
    /// The option at this index. The answer is its guid, even if it has a value.
    PickByGuid(usize),
    /// A word from MX Bank's password table.
    MxBank,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Challenge {
    pub(crate) kind: Type,
    pub(crate) label: &'static str,
    pub(crate) field_name: Option<&'static str>,
    pub(crate) attachment: Attachment,
    pub(crate) right: RightAnswer,
}

pub(crate) const fn question(label: &'static str, answer: &'static str) -> Challenge {
    Challenge {
        kind: TEXT,
        label,
        field_name: None,
        attachment: Attachment::None,
        right: RightAnswer::Typed(answer),
    }
}

pub(crate) const CODE: Challenge = Challenge {
    kind: TOKEN,
    ..question("Enter the code we sent you", "246810")
};

impl Challenge {
    fn options(&self) -> Vec<OfferedOption> {
        let offered = |choice: &Choice| OfferedOption {
            label: choice.label.to_owned(),
            value: choice.value.map(str::to_owned),
            has_guid: choice.has_guid,
        };
        match self.attachment {
            Attachment::Options(all) | Attachment::ImageOptions(all) => {
                all.iter().map(offered).collect()
            }
            Attachment::ManyOptions(count) => (1..=count)
                .map(|number| OfferedOption {
                    label: format!("Branch {number}"),
                    value: Some(format!("branch-{number}")),
                    has_guid: true,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The text that a person types, or the label that a person chooses.
    pub(crate) fn answer_in_words(&self) -> String {
        match self.right {
            RightAnswer::Typed(answer) => answer.to_owned(),
            RightAnswer::MxBank => "correct".to_owned(),
            RightAnswer::Pick(index) | RightAnswer::PickByGuid(index) => {
                let option = self.options().into_iter().nth(index);
                option.map(|option| option.label).unwrap_or_default()
            }
        }
    }
}

#[derive(Debug, Clone)]
struct OfferedOption {
    label: String,
    value: Option<String>,
    has_guid: bool,
}

/// A challenge in a round, with the guid that it has in this round only (A).
#[derive(Debug, Clone)]
pub(crate) struct RoundChallenge {
    pub(crate) definition: &'static Challenge,
    pub(crate) guid: String,
}

impl RoundChallenge {
    pub(crate) fn new(definition: &'static Challenge, seed: &mut Seed) -> Self {
        let guid = format!("CRD-{}", seed.guid());
        Self { definition, guid }
    }

    /// Derived from the challenge's guid, so that it need not be stored.
    fn option_guid(&self, index: usize) -> String {
        format!(
            "CRD-{}",
            Seed::named(&format!("{} {index}", self.guid)).guid()
        )
    }

    /// The right `value`.
    pub(crate) fn right_value(&self) -> String {
        let option = |index| self.definition.options().into_iter().nth(index);
        match self.definition.right {
            RightAnswer::Pick(index) => option(index).map_or_else(String::new, |option| {
                let guid = option.has_guid.then(|| self.option_guid(index));
                option.value.or(guid).unwrap_or(option.label)
            }),
            RightAnswer::PickByGuid(index) => self.option_guid(index),
            RightAnswer::Typed(_) | RightAnswer::MxBank => self.definition.answer_in_words(),
        }
    }

    pub(crate) fn to_json(&self, form: Form) -> Json {
        let Type(name, number) = self.definition.kind;
        let kind = match form {
            Form::Number => Json::number(number),
            Form::Null => Json::Null,
            Form::Name | Form::ByVersion => Json::text(name),
        };
        let text = |text: Option<&str>| text.map_or(Json::Null, Json::text);
        let mut members = vec![
            ("field_name".to_owned(), text(self.definition.field_name)),
            ("guid".to_owned(), Json::text(&self.guid)),
            ("label".to_owned(), Json::text(self.definition.label)),
            ("type".to_owned(), kind),
        ];
        let mut with = |name: &str, value| members.push((name.to_owned(), value));
        match self.definition.attachment {
            Attachment::None => {}
            Attachment::Options(_) | Attachment::ManyOptions(_) => {
                with("options", self.options_json(&[]))
            }
            Attachment::ImageOptions(_) => with("image_options", self.options_json(&data_uris())),
            Attachment::BareImage => {
                let [_, triangle, _] = pictures();
                with("image_data", Json::Text(triangle));
            }
            Attachment::ImageInLines => {
                let [_, triangle, _] = pictures();
                let in_lines = |(at, character)| match at % 76 {
                    75 => vec![character, '\r', '\n'],
                    _ => vec![character],
                };
                let text = triangle.chars().enumerate().flat_map(in_lines).collect();
                with("image_data", Json::Text(text));
            }
            Attachment::DataUriImage => {
                let [_, _, square] = data_uris();
                with("image_data", Json::Text(square));
            }
            Attachment::SvgImage => with("image_data", Json::text(SVG)),
            Attachment::HugeImage => {
                let [_, _, square] = pictures();
                let square = square.trim_end_matches('=');
                let padding = "A".repeat(HUGE_IMAGE_DIGITS.saturating_sub(square.len()));
                let uri = format!("data:image/gif;base64,{square}{padding}");
                with("image_data", Json::Text(uri));
            }
        }
        Json::Object(members)
    }

    fn options_json(&self, pictures: &[String]) -> Json {
        let all = self.definition.options().into_iter().enumerate();
        let one = |(index, option): (usize, OfferedOption)| {
            let mut members = Vec::new();
            let mut with = |name: &str, value| members.push((name.to_owned(), Json::Text(value)));
            if let Some(picture) = pictures.get(index) {
                with("data_uri", picture.clone());
            }
            if option.has_guid {
                with("guid", self.option_guid(index));
            }
            with("label", option.label);
            if let Some(value) = option.value {
                with("value", value);
            }
            Json::Object(members)
        };
        Json::Array(all.map(one).collect())
    }
}

/// A multiple of four.
const HUGE_IMAGE_DIGITS: usize = 7_000_000;

const SVG: &str = "data:image/svg+xml;base64,\
    PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0iYWxlcnQoMSkiLz4=";

fn data_uris() -> [String; 3] {
    let [circle, triangle, square] = pictures();
    [("png", circle), ("png", triangle), ("gif", square)]
        .map(|(kind, picture)| format!("data:image/{kind};base64,{picture}"))
}
