//! What a bank asks, as a small form that a host can draw without knowing the vendor, and the check of
//! the answers before anything is sent.

use crate::failure::{FieldError, FieldErrorReason, Refusal};
use crate::json::{Reader, Value, decimal};

/// The longest answer that is sent, in bytes. No vendor documents a limit; no bank asks for an essay.
pub const MAX_ANSWER: usize = 4096;

/// All that a bank asks at once. It is answered at once, too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Round {
    /// Counted from 1 within the flow.
    pub number: u32,
    /// The previous answer was refused, and the bank asks again.
    pub refused: bool,
    /// The challenges, in the vendor's order.
    pub challenges: Vec<Challenge>,
    /// When the vendor stops waiting; null where nobody knows.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "RoundExpiry | null"))]
    pub expires: Option<RoundExpiry>,
}

/// When the vendor stops waiting for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct RoundExpiry {
    /// Milliseconds since 1970.
    pub at: u64,
    /// Whether the vendor's documents say so; otherwise it is a guess.
    pub documented: bool,
}

/// One challenge: a prompt and the fields that answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Challenge {
    /// Unique within the flow.
    pub id: String,
    /// What the person does.
    pub kind: ChallengeKind,
    /// The vendor's own type, as it came.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | number | null"))]
    pub vendor_type: Value,
    /// The vendor's words: text, never markup.
    pub prompt: String,
    /// A picture that belongs to the prompt.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "ChallengeImage | null"))]
    pub image: Option<ChallengeImage>,
    /// What there is to fill in.
    pub fields: Vec<Field>,
}

/// What the person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "kebab-case"))]
pub enum ChallengeKind {
    /// Types the answer to a question.
    Question,
    /// Types a one-time code.
    Code,
    /// Picks one option.
    Choice,
    /// Picks one or more options.
    MultiChoice,
    /// Types what a picture shows.
    ImageText,
    /// Picks one of several pictures.
    ImageChoice,
    /// Picks where and how a code is sent.
    Delivery,
    /// Picks a new question and answers it.
    NewQuestion,
    /// Picks one of the accounts.
    Account,
    /// Anything the vendor does not document: shown as free text, and answerable raw.
    Unknown,
}

/// One thing to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Field {
    /// Unique within the flow, so that answers to an old form do not pass for answers to a new one.
    pub name: String,
    /// What kind of control it is.
    #[cfg_attr(target_arch = "wasm32", serde(rename = "type"))]
    pub control: FieldType,
    /// Which part of the challenge it asks for.
    pub part: FieldPart,
    /// Whether the answer is drawn hidden, as a password is.
    pub secret: bool,
    /// What a browser may fill in by itself.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "'one-time-code' | null"))]
    pub autocomplete: Option<&'static str>,
    /// What there is to pick from; empty for text.
    pub options: Vec<FieldOption>,
}

/// A kind of control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "kebab-case"))]
pub enum FieldType {
    /// Free text.
    Text,
    /// One of the options.
    Select,
    /// One or more of the options.
    MultiSelect,
    /// One of the options, which are pictures.
    ImageSelect,
}

/// Which part of its challenge a field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "kebab-case"))]
pub enum FieldPart {
    /// The answer itself.
    Answer,
    /// The question that the person chooses.
    Question,
    /// The phone that the code goes to.
    Phone,
    /// The way the code is sent.
    Channel,
}

/// One of a field's options.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FieldOption {
    /// Ours, and unique within the field; the vendor's own value stays in the flow.
    pub id: String,
    /// Text, never markup.
    pub label: String,
    /// Of a field whose options are pictures.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "ChallengeImage | null"))]
    pub image: Option<ChallengeImage>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ChallengeImage {
    /// A `data:` URI of a PNG, JPEG, GIF or WebP, fit for an `img` element and for nothing else.
    pub src: String,
}

impl Challenge {
    /// A challenge without fields. Its id is made of the numbers of its round and of itself.
    pub fn new(
        round: u32,
        index: usize,
        kind: ChallengeKind,
        vendor_type: Value,
        prompt: &str,
    ) -> Challenge {
        let mut id = decimal(round.into());
        id.push('.');
        id.push_str(&decimal(index as u64 + 1));
        Challenge {
            id,
            kind,
            vendor_type,
            prompt: prompt.to_owned(),
            image: None,
            fields: Vec::new(),
        }
    }

    /// Adds a field.
    pub fn with(
        mut self,
        part: FieldPart,
        control: FieldType,
        options: Vec<FieldOption>,
    ) -> Challenge {
        let mut name = self.id.clone();
        name.push('.');
        name.push_str(part.name());
        self.fields.push(Field {
            name,
            control,
            part,
            secret: control == FieldType::Text && self.kind != ChallengeKind::Code,
            autocomplete: (self.kind == ChallengeKind::Code).then_some("one-time-code"),
            options,
        });
        self
    }

    /// A code has just been sent: what the person types next may be filled in from the message.
    pub fn expect_code(&mut self) {
        for field in &mut self.fields {
            if field.control == FieldType::Text {
                field.secret = false;
                field.autocomplete = Some("one-time-code");
            }
        }
    }
}

impl FieldPart {
    const fn name(self) -> &'static str {
        match self {
            FieldPart::Answer => "answer",
            FieldPart::Question => "question",
            FieldPart::Phone => "phone",
            FieldPart::Channel => "channel",
        }
    }
}

impl FieldOption {
    /// An option with a label; its id is its place.
    pub fn new(index: usize, label: &str) -> FieldOption {
        FieldOption {
            id: decimal(index as u64),
            label: label.to_owned(),
            image: None,
        }
    }
}

impl ChallengeImage {
    /// A picture of base64 text, bare or as a `data:` URI.
    pub fn of(text: &str) -> Option<ChallengeImage> {
        // Base64 has no comma. What stands before it is not believed, the first bytes are.
        let comma = text.bytes().position(|byte| byte == b',');
        ChallengeImage::of_base64(
            comma
                .and_then(|comma| text.get(comma + 1..))
                .unwrap_or(text),
        )
    }

    /// A picture of base64 text, or `None` if it is no PNG, JPEG, GIF or WebP by its first bytes. An
    /// SVG could carry a script, so what is not known is not shown.
    pub fn of_base64(base64: &str) -> Option<ChallengeImage> {
        const SIGNATURES: [(&str, &str); 4] = [
            ("iVBORw0KGgo", "data:image/png;base64,"),
            ("/9j/", "data:image/jpeg;base64,"),
            ("R0lGOD", "data:image/gif;base64,"),
            ("UklGR", "data:image/webp;base64,"),
        ];
        let is_base64 =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let (_, prefix) = SIGNATURES
            .iter()
            .find(|(signature, _)| base64.starts_with(signature))?;
        base64.bytes().all(is_base64).then(|| ChallengeImage {
            src: [prefix, base64].concat(),
        })
    }
}

/// The answers to one field that passed the check.
enum Given<'a> {
    Text(&'a str),
    Picks(Vec<usize>),
}

/// Answers that fit their round: one to each field of each challenge.
pub struct Answers<'a>(Vec<Vec<(FieldPart, Given<'a>)>>);

impl<'a> Answers<'a> {
    /// Checks `given`, an object of field names and strings or lists of strings, against a round. All
    /// that is wrong is named at once, and the round stays open.
    pub fn check(challenges: &[Challenge], given: &'a Value) -> Result<Answers<'a>, Refusal> {
        let reader = Reader::new("answers", given);
        if !matches!(given, Value::Object(_)) {
            return Err(reader.invalid("must be an object of field names and answers"));
        }
        let fields = || challenges.iter().flat_map(|challenge| &challenge.fields);
        let mut errors = Vec::new();
        for (name, _) in given.entries() {
            if !fields().any(|field| field.name == *name) {
                errors.push(error(name, FieldErrorReason::UnknownField));
            }
        }
        let mut all = Vec::new();
        for challenge in challenges {
            let mut parts = Vec::new();
            for field in &challenge.fields {
                match field.check(&strings(reader.get(&field.name))?) {
                    Ok(given) => parts.push((field.part, given)),
                    Err(reason) => errors.push(error(&field.name, reason)),
                }
            }
            all.push(parts);
        }
        if errors.is_empty() {
            Ok(Answers(all))
        } else {
            Err(Refusal::answer(errors))
        }
    }

    fn given(&self, challenge: usize, part: FieldPart) -> Option<&Given<'a>> {
        let parts = self.0.get(challenge)?;
        parts
            .iter()
            .find(|(is, _)| *is == part)
            .map(|(_, given)| given)
    }

    /// The text typed in a part of a challenge.
    pub fn text(&self, challenge: usize, part: FieldPart) -> Option<&'a str> {
        match self.given(challenge, part)? {
            Given::Text(text) => Some(text),
            Given::Picks(_) => None,
        }
    }

    /// The places of the options picked in a part of a challenge.
    pub fn picks(&self, challenge: usize, part: FieldPart) -> &[usize] {
        match self.given(challenge, part) {
            Some(Given::Picks(picks)) => picks,
            _ => &[],
        }
    }
}

impl Field {
    fn check<'a>(&self, given: &[&'a str]) -> Result<Given<'a>, FieldErrorReason> {
        if given.is_empty() || given.iter().any(|answer| answer.trim().is_empty()) {
            return Err(FieldErrorReason::Missing);
        }
        match (self.control, given) {
            (FieldType::Text, [text]) if text.len() > MAX_ANSWER => Err(FieldErrorReason::TooLong),
            (FieldType::Text, [text]) => Ok(Given::Text(text)),
            (FieldType::Select | FieldType::ImageSelect, [_]) | (FieldType::MultiSelect, _) => {
                self.picks(given).map(Given::Picks)
            }
            _ => Err(FieldErrorReason::TooMany),
        }
    }

    /// The places of the options of these ids, in the options' order.
    fn picks(&self, given: &[&str]) -> Result<Vec<usize>, FieldErrorReason> {
        let picked = |option: &FieldOption| given.contains(&option.id.as_str());
        let picks: Vec<usize> = (0..)
            .zip(&self.options)
            .filter(|(_, option)| picked(option))
            .map(|(place, _)| place)
            .collect();
        let known = |id: &&str| self.options.iter().any(|option| option.id == **id);
        match picks.len() {
            count if count == given.len() => Ok(picks),
            _ if given.iter().all(known) => Err(FieldErrorReason::TooMany),
            _ => Err(FieldErrorReason::NotAnOption),
        }
    }
}

/// The refusal of one field.
pub fn error(name: &str, reason: FieldErrorReason) -> FieldError {
    FieldError {
        name: name.to_owned(),
        reason,
    }
}

fn strings<'v>(reader: Reader<'v, '_>) -> Result<Vec<&'v str>, Refusal> {
    let items = match reader.value() {
        Value::Null => return Ok(Vec::new()),
        Value::List(items) => items.as_slice(),
        one => core::slice::from_ref(one),
    };
    let wrong = || reader.invalid("must be a string or a list of strings");
    items
        .iter()
        .map(|item| item.as_text().ok_or_else(wrong))
        .collect()
}
