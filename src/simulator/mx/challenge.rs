//! A challenge as the bank holds it, and as MX poses it in one round.

use super::status::Form;
use crate::simulator::json::Json;
use crate::simulator::pictures::pictures;
use crate::simulator::seed::Seed;

/// `type` as a name and as a number. Of PUSH and TOKEN_INPUT no page speaks (D, C).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Type(pub(crate) &'static str, pub(crate) u16);

pub(crate) const TEXT: Type = Type("TEXT", 0);
pub(crate) const OPTIONS: Type = Type("OPTIONS", 2);
pub(crate) const TOKEN: Type = Type("TOKEN", 12);
pub(crate) const IMAGE_DATA: Type = Type("IMAGE_DATA", 13);
pub(crate) const IMAGE_OPTIONS: Type = Type("IMAGE_OPTIONS", 14);

/// What a challenge brings beside its label.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Attachment {
    None,
    Options(&'static [Choice]),
    /// So many, numbered.
    ManyOptions(u16),
    /// Choices with a picture each: a circle, a triangle, a square.
    ImageOptions(&'static [Choice]),
    /// The triangle, in base64 alone.
    BareImage,
    /// The square, as a `data:` URI.
    DataUriImage,
    /// A picture that can hold a script.
    SvgImage,
    /// The square, and more than five megabytes behind it.
    HugeImage,
}

/// One of the options. Labels and values are different strings (A); the specification allows either
/// to be missing, and a guid to be there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    pub(crate) label: &'static str,
    pub(crate) value: Option<&'static str>,
    pub(crate) has_guid: bool,
}

/// With a value and no guid, as in the one live capture that was published (C).
pub(crate) const fn choice(label: &'static str, value: &'static str) -> Choice {
    Choice {
        label,
        value: Some(value),
        has_guid: false,
    }
}

/// What the bank wants to hear.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RightAnswer {
    /// This, in any letter case.
    Typed(&'static str),
    /// The option at this index: by its value, or its guid if it has no value, or else its label.
    Pick(usize),
    /// … by its guid alone.
    PickByGuid(usize),
    /// Whatever stands in the table of MX Bank's words.
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
        let own = |choice: &Choice| OfferedOption {
            label: choice.label.to_owned(),
            value: choice.value.map(str::to_owned),
            has_guid: choice.has_guid,
        };
        match self.attachment {
            Attachment::Options(all) | Attachment::ImageOptions(all) => {
                all.iter().map(own).collect()
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

    /// What a person types, or the label of what a person chooses.
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

#[derive(Debug)]
struct OfferedOption {
    label: String,
    value: Option<String>,
    has_guid: bool,
}

/// A challenge in a round: each round has new guids (A).
#[derive(Debug, Clone)]
pub(crate) struct RoundChallenge {
    pub(crate) challenge: &'static Challenge,
    pub(crate) guid: String,
}

impl RoundChallenge {
    pub(crate) fn new(challenge: &'static Challenge, seed: &mut Seed) -> Self {
        let guid = format!("CRD-{}", seed.guid());
        Self { challenge, guid }
    }

    /// It follows from the challenge's, so that nobody has to keep it.
    fn option_guid(&self, index: usize) -> String {
        format!(
            "CRD-{}",
            Seed::named(&format!("{} {index}", self.guid)).guid()
        )
    }

    /// The `value` that is right.
    pub(crate) fn right_value(&self) -> String {
        let option = |index| self.challenge.options().into_iter().nth(index);
        match self.challenge.right {
            RightAnswer::Pick(index) => option(index).map_or_else(String::new, |option| {
                let guid = option.has_guid.then(|| self.option_guid(index));
                option.value.or(guid).unwrap_or(option.label)
            }),
            RightAnswer::PickByGuid(index) => self.option_guid(index),
            RightAnswer::Typed(_) | RightAnswer::MxBank => self.challenge.answer_in_words(),
        }
    }

    pub(crate) fn to_json(&self, form: Form) -> Json {
        let Type(name, number) = self.challenge.kind;
        let kind = match form {
            Form::Number => Json::number(number),
            Form::Null => Json::Null,
            Form::Name | Form::ByVersion => Json::text(name),
        };
        let text = |text: Option<&str>| text.map_or(Json::Null, Json::text);
        let mut members = vec![
            ("field_name".to_owned(), text(self.challenge.field_name)),
            ("guid".to_owned(), Json::text(&self.guid)),
            ("label".to_owned(), Json::text(self.challenge.label)),
            ("type".to_owned(), kind),
        ];
        let mut with = |name: &str, value| members.push((name.to_owned(), value));
        match self.challenge.attachment {
            Attachment::None => {}
            Attachment::Options(_) | Attachment::ManyOptions(_) => {
                with("options", self.options_json(&[]))
            }
            Attachment::ImageOptions(_) => with("image_options", self.options_json(&data_uris())),
            Attachment::BareImage => {
                let [_, triangle, _] = pictures();
                with("image_data", Json::Text(triangle));
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
        let all = self.challenge.options().into_iter().enumerate();
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

/// Digits of base64: a multiple of four.
const HUGE_IMAGE_DIGITS: usize = 7_000_000;

const SVG: &str = "data:image/svg+xml;base64,\
    PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0iYWxlcnQoMSkiLz4=";

fn data_uris() -> [String; 3] {
    let [circle, triangle, square] = pictures();
    [("png", circle), ("png", triangle), ("gif", square)]
        .map(|(kind, picture)| format!("data:image/{kind};base64,{picture}"))
}
