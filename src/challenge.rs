//! The challenges of a bank as a small form, which a host can draw without knowing the vendor.

use crate::json::{Value, decimal};
use crate::text_enum::text_enum;

mod answers;

pub use answers::{Answers, MAX_ANSWER_BYTES, check_raw, error};

/// The maximum number of challenges in a round. A guess: no vendor documents a limit, and known rounds have fewer than
/// ten. A larger round cannot be answered.
pub const MAX_CHALLENGES: usize = 100;

/// The maximum number of options in a round, those of all its challenges. A guess, as before.
pub const MAX_OPTIONS: usize = 5_000;

/// Whether a round has no more challenges and options than a person can be asked. `options` has their number for each
/// challenge.
pub fn fits_a_person(options: &mut dyn ExactSizeIterator<Item = usize>) -> bool {
    options.len() <= MAX_CHALLENGES && options.sum::<usize>() <= MAX_OPTIONS
}

/// The challenges that a bank asks at once. One submission answers all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Round {
    /// The number of the round in this flow, from 1.
    pub number: u32,
    /// Whether the bank refused the previous answer and asks again.
    pub refused: bool,
    /// The challenges, in the vendor's order.
    pub challenges: Vec<Challenge>,
    /// When the vendor stops waiting for answers. Null if that is unknown.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "RoundExpiry | null"))]
    pub expires: Option<RoundExpiry>,
    /// Whether a new session can replace this round, and when it begins. Null if that is not possible.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "NewSession | null"))]
    pub new_session: Option<NewSession>,
}

/// When the vendor stops waiting for answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct RoundExpiry {
    /// The time, in ms since 1970.
    pub at: u64,
    /// Whether the vendor documents it. If not, it is a guess.
    pub documented: bool,
}

/// A new session of the same connection, for a person who got no code or got it too late. Neither Flinks nor MX
/// documents a call that sends a code again, or one that ends a session. So the flow leaves the round, waits until
/// the old session has ended, and starts a new one. The bank then asks all its questions again, and it may count
/// the sessions of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct NewSession {
    /// When the new session begins, in ms since 1970. Null if the vendor does not say when the old one ends: the
    /// flow then polls until it has ended.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
    pub at: Option<u64>,
    /// Whether the vendor documents that time.
    pub documented: bool,
}

/// One challenge: a prompt, and the fields that answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Challenge {
    /// An id that is unique in the flow, such as `1.1`.
    pub id: String,
    /// The task of the person.
    pub kind: ChallengeKind,
    /// The vendor's type, unchanged: `QuestionAndAnswer` at Flinks, `0` or `TEXT` at MX.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | number | null"))]
    pub vendor_type: Value,
    /// The vendor's prompt. It is text: never insert it as HTML.
    pub prompt: String,
    /// An image that belongs to the prompt.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "ChallengeImage | null"))]
    pub image: Option<ChallengeImage>,
    /// The fields to fill in.
    pub fields: Vec<Field>,
}

text_enum! {
    /// The task of the person.
    ChallengeKind {
        /// Types the answer to a question.
        Question "question"
        /// Types a one-time code.
        Code "code"
        /// Picks one option.
        Choice "choice"
        /// Picks one or more options.
        MultiChoice "multi-choice"
        /// Types what an image shows.
        ImageText "image-text"
        /// Picks one of several images.
        ImageChoice "image-choice"
        /// Picks the phone and the channel for a one-time code.
        Delivery "delivery"
        /// Picks a new question and answers it.
        NewQuestion "new-question"
        /// Picks one of the accounts.
        Account "account"
        /// Types one of the credentials for the bank, or picks one if it has options.
        Credentials "credentials"
        /// The type is undocumented. The field is free text and may stay empty, and the host can submit raw answers.
        Unknown "unknown"
    }
}

/// One field of a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Field {
    /// A name that is unique in the flow, such as `1.1.answer`. An answer to an old form is therefore refused in
    /// a new form.
    pub name: String,
    /// The form control that fits the field.
    #[cfg_attr(target_arch = "wasm32", serde(rename = "type"))]
    pub control: FieldType,
    /// The part of the challenge that the field asks for.
    pub part: FieldPart,
    /// Whether the field may stay empty. True if the type is unknown: there may be nothing to type.
    pub optional: bool,
    /// Whether to hide the answer, as a password field does.
    pub secret: bool,
    /// The value for the control's `autocomplete` attribute.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(type = "'one-time-code' | 'username' | 'current-password' | null")
    )]
    pub autocomplete: Option<&'static str>,
    /// The options to pick from. Empty if the type is `text`.
    pub options: Vec<FieldOption>,
}

text_enum! {
    /// The form control that fits a field.
    FieldType {
        /// Free text.
        Text "text"
        /// One of the options.
        Select "select"
        /// One or more of the options.
        MultiSelect "multi-select"
        /// One of the options, which are images.
        ImageSelect "image-select"
    }
}

text_enum! {
    /// The part of a challenge that a field asks for.
    FieldPart {
        /// The answer.
        Answer "answer"
        /// The question that the person picks.
        Question "question"
        /// The phone that receives the code.
        Phone "phone"
        /// The channel that sends the code: text message or call.
        Channel "channel"
    }
}

/// One of a field's options.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FieldOption {
    /// The answer that picks this option, such as `0`. It is unique in the field; the vendor's value
    /// stays in the flow.
    pub id: String,
    /// The vendor's label. It is text: never insert it as HTML.
    pub label: String,
    /// The image, if the field's type is `image-select`.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "ChallengeImage | null"))]
    pub image: Option<ChallengeImage>,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ChallengeImage {
    /// A `data:` URI of a PNG, JPEG, GIF or WebP. Use it only as the `src` of an `img` element.
    pub src: String,
}

impl Challenge {
    /// A challenge without fields. Its id is the round and the position in the round, such as `1.2`.
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

    /// The challenge with one more field.
    pub fn with(
        mut self,
        part: FieldPart,
        control: FieldType,
        options: Vec<FieldOption>,
    ) -> Challenge {
        let mut name = self.id.clone();
        name.push('.');
        name.push_str(part.text());
        self.fields.push(Field {
            name,
            control,
            part,
            optional: self.kind == ChallengeKind::Unknown,
            secret: control == FieldType::Text && self.kind != ChallengeKind::Code,
            autocomplete: (self.kind == ChallengeKind::Code).then_some("one-time-code"),
            options,
        });
        self
    }

    /// Whether a person can fill in the fields: a choice has options, and pictures can be seen.
    pub fn is_answerable(&self) -> bool {
        let is_shown = self.image.is_some() || self.kind != ChallengeKind::ImageText;
        let can_fill = |field: &Field| match field.control {
            FieldType::Text => is_shown,
            FieldType::Select | FieldType::MultiSelect => !field.options.is_empty(),
            FieldType::ImageSelect => field.options.iter().any(|option| option.image.is_some()),
        };
        self.fields.iter().all(can_fill)
    }

    /// Sets whether the text fields are hidden, and the value for their `autocomplete` attribute.
    pub fn expect(&mut self, secret: bool, autocomplete: Option<&'static str>) {
        for field in &mut self.fields {
            if field.control == FieldType::Text {
                field.secret = secret;
                field.autocomplete = autocomplete;
            }
        }
    }
}

impl FieldOption {
    /// An option with a label. Its id is its index.
    pub fn new(index: usize, label: &str) -> FieldOption {
        FieldOption {
            id: decimal(index as u64),
            label: label.to_owned(),
            image: None,
        }
    }
}

impl ChallengeImage {
    /// Reads an image from base64 or from a `data:` URI.
    pub fn of(text: &str) -> Option<ChallengeImage> {
        // Base64 has no comma, so a comma ends the prefix of a `data:` URI. The prefix is ignored.
        let comma = text.bytes().position(|byte| byte == b',');
        ChallengeImage::of_base64(
            comma
                .and_then(|comma| text.get(comma + 1..))
                .unwrap_or(text),
        )
    }

    /// Reads an image from base64. `None` if its first bytes are not those of a PNG, JPEG, GIF or WebP. An SVG
    /// is refused because it can contain a script. Spaces and line breaks are skipped: MIME writes base64 in
    /// lines.
    pub fn of_base64(base64: &str) -> Option<ChallengeImage> {
        const SIGNATURES: [(&str, &str); 4] = [
            ("iVBORw0KGgo", "data:image/png;base64,"),
            ("/9j/", "data:image/jpeg;base64,"),
            ("R0lGOD", "data:image/gif;base64,"),
            ("UklGR", "data:image/webp;base64,"),
        ];
        let base64 = base64.trim_ascii_start();
        let (_, prefix) = SIGNATURES
            .iter()
            .find(|(signature, _)| base64.starts_with(signature))?;
        // The whole size at once: a growing text would take three times the memory.
        let mut src = String::with_capacity(prefix.len() + base64.len());
        src.push_str(prefix);
        for byte in base64.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => {
                    src.push(byte.into());
                }
                b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => return None,
            }
        }
        Some(ChallengeImage { src })
    }
}
