//! One member for each type of challenge, and for each form that it takes in a reply.

use super::super::challenge::{
    Attachment, CODE, Challenge, Choice, IMAGE_DATA, IMAGE_OPTIONS, OPTIONS, RightAnswer, Type, choice, question,
};
use super::super::status::Form;
use super::member::{Member, NO_QUIRKS, Quirks, Step, member};
use Step::{Asks, Runs};

const GROUP: &str = "challenges";
const UNANSWERABLE: &str = "unanswerable";

const fn pick(label: &'static str, choices: &'static [Choice], right: usize) -> Challenge {
    Challenge {
        kind: OPTIONS,
        attachment: Attachment::Options(choices),
        right: RightAnswer::Pick(right),
        ..question(label, "")
    }
}

const fn bare_choice(label: &'static str) -> Choice {
    Choice { label, value: None, has_guid: false }
}

const fn with_guid(choice: Choice) -> Choice {
    Choice { has_guid: true, ..choice }
}

const fn types(types: Form) -> Quirks {
    Quirks { types, ..NO_QUIRKS }
}

const CITY: Challenge = question("What city were you born in?", "Chicago");
const DIGIT: &str = "Enter a digit of your PIN";
const SHAPE: Challenge = Challenge {
    kind: IMAGE_DATA,
    attachment: Attachment::BareImage,
    ..question("Which shape is this?", "triangle")
};
const SQUARE: Challenge = Challenge {
    attachment: Attachment::DataUriImage,
    right: RightAnswer::Typed("square"),
    ..SHAPE
};
const PHONE: Challenge = pick("Where should we send your code?", &[
    choice("Text (•••) •••-4821", "sms:1"),
    choice("Text (•••) •••-0907", "sms:2"),
    choice("Call (•••) •••-4821", "voice:1"),
], 0);
const PICTURES: Challenge = Challenge {
    kind: IMAGE_OPTIONS,
    attachment: Attachment::ImageOptions(&[
        choice("IMAGE_1", "picture-one"),
        choice("IMAGE_2", "picture-two"),
        choice("IMAGE_3", "picture-three"),
    ]),
    right: RightAnswer::Pick(1),
    ..question("Which is your security image?", "")
};
const WHICH_CARD: &str = "Which card do you hold?";
const CARDS: &[Choice] = &[choice("Visa", "0"), choice("Mastercard", "1")];
const WHICH_BRANCH: &str = "Which branch opened your account?";
const BRANCHES: &[Choice] = &[with_guid(choice("Old Port", "branch-17")), with_guid(choice("Plateau", "branch-18"))];

pub(super) const MEMBERS: &[Member] = &[
    member(GROUP, "no_questions", "No questions", "Connects without a question."),
    member(GROUP, "text", "TEXT", "Asks one question.")
        .asks("Chicago", &[Asks(&[CITY])]),
    member(GROUP, "code_by_phone", "OPTIONS, then TOKEN", "Asks which phone to send a code to, and then for the code.")
        .asks("Text (•••) •••-4821; then 246810", &[Asks(&[PHONE]), Asks(&[CODE])]),
    member(GROUP, "code_alias", "TOKEN_INPUT", "Asks for a code under the name that some integrators have seen.")
        .asks("246810", &[Asks(&[Challenge { kind: Type("TOKEN_INPUT", 12), ..CODE }])]),
    member(GROUP, "image_bare", "IMAGE_DATA, bare", "Shows an image in base64 without data:.")
        .asks("triangle", &[Asks(&[SHAPE])]),
    member(GROUP, "image_in_lines", "IMAGE_DATA in lines", "Shows an image in base64 with line breaks.")
        .asks("triangle", &[Asks(&[Challenge { attachment: Attachment::ImageInLines, ..SHAPE }])]),
    member(GROUP, "image_data_uri", "IMAGE_DATA, data: URI", "Shows an image as a data: URI.")
        .asks("square", &[Asks(&[SQUARE])]),
    member(GROUP, "image_options", "IMAGE_OPTIONS", "Shows three images to choose from.")
        .asks("IMAGE_2, the triangle", &[Asks(&[PICTURES])]),
    member(GROUP, "options_with_guids", "OPTIONS with guids", "The options have guids and values; the answer is a value.")
        .asks("Plateau", &[Asks(&[pick(WHICH_BRANCH, BRANCHES, 1)])]),
    member(GROUP, "options_by_guid", "OPTIONS by guid", "The options have guids and values; the answer is a guid.")
        .asks("Plateau, by its guid", &[Asks(&[Challenge { right: RightAnswer::PickByGuid(1), ..pick(WHICH_BRANCH, BRANCHES, 1) }])]),
    member(GROUP, "options_without_values", "OPTIONS without values", "The options have guids and labels only.")
        .asks("Plateau, by its guid", &[Asks(&[pick(WHICH_BRANCH, &[with_guid(bare_choice("Old Port")), with_guid(bare_choice("Plateau"))], 1)])]),
    member(GROUP, "options_of_labels", "OPTIONS with labels only", "The options have labels only.")
        .asks("Plateau, by its label", &[Asks(&[pick(WHICH_BRANCH, &[bare_choice("Old Port"), bare_choice("Plateau")], 1)])]),
    member(GROUP, "two_options", "Two OPTIONS at once", "Asks two questions with the same label and the same options in one round.")
        .asks("Visa; Mastercard", &[Asks(&[pick(WHICH_CARD, CARDS, 0), pick(WHICH_CARD, CARDS, 1)])]),
    member(GROUP, "equal_labels", "Equal labels", "Asks two questions with the same label in one round.")
        .asks("4; 7", &[Asks(&[question(DIGIT, "4"), question(DIGIT, "7")])]),
    member(GROUP, "mixed", "A mixed round", "Asks a question, a code, a choice and two images in one round.")
        .asks("Chicago; 246810; Text (•••) •••-4821; triangle; IMAGE_2", &[Asks(&[CITY, CODE, PHONE, SHAPE, PICTURES])]),
    member(GROUP, "types_in_numbers", "Types as numbers", "A mixed round with its types as numbers, in every version.")
        .asks("Chicago; 246810; Text (•••) •••-4821; square; IMAGE_2", &[Asks(&[CITY, CODE, PHONE, SQUARE, PICTURES])])
        .quirks(types(Form::Number)),
    member(GROUP, "types_in_names", "Types as names", "A mixed round with its types as names, in every version.")
        .asks("Chicago; 246810; Text (•••) •••-4821; square; IMAGE_2", &[Asks(&[CITY, CODE, PHONE, SQUARE, PICTURES])])
        .quirks(types(Form::Name)),
    member(GROUP, "types_of_null", "Types are null", "A mixed round whose types are null.")
        .asks("Chicago; Text (•••) •••-4821; square; IMAGE_2", &[Asks(&[CITY, PHONE, SQUARE, PICTURES])])
        .quirks(types(Form::Null)),
    // MX's widget knows this challenge by the name of another field (W): `field_name` is a guess (D).
    member(GROUP, "account", "Single account select", "Asks which account to connect.")
        .asks("Savings ····0907", &[Asks(&[Challenge {
            field_name: Some("single_account_select"),
            ..pick("Select the account to connect", &[
                with_guid(choice("Checking ····4821", "ACT-1")),
                with_guid(choice("Savings ····0907", "ACT-2")),
            ], 1)
        }])]),
    member(GROUP, "three_rounds", "Three rounds", "Asks three times in a row.")
        .asks("Chicago; then 246810; then triangle", &[Asks(&[CITY]), Runs("RESUMED", 4_000), Asks(&[CODE]), Asks(&[SHAPE])]),
    member(GROUP, "unknown_type", "An unknown type", "Asks to approve the sign-in on a phone, with an undocumented type.")
        .asks("approved", &[Asks(&[Challenge {
            kind: Type("PUSH_APPROVAL", 99),
            field_name: Some("push"),
            ..question("Approve the sign-in on your phone", "approved")
        }])]),
    member(GROUP, "push_approval", "Nothing to type", "Asks to approve the sign-in on a phone, with an undocumented type and nothing to type.")
        .asks("nothing", &[Asks(&[Challenge {
            kind: Type("PUSH_APPROVAL", 99),
            field_name: Some("push"),
            ..question("Approve the sign-in on your phone", "")
        }])]),
    member(GROUP, "markup", "Markup in a label", "Asks with a label that is dangerous as HTML.")
        .asks("cod", &[Asks(&[question("<img src=x onerror=alert(1)>Fish &amp; <b>chips</b>?", "cod")])]),
    member(GROUP, "many_options", "Three thousand options", "Asks to choose among three thousand branches.")
        .asks("Branch 2718", &[Asks(&[Challenge { attachment: Attachment::ManyOptions(3_000), ..pick(WHICH_BRANCH, &[], 2_717) }])]),
    member(GROUP, "huge_image", "An image of five megabytes", "Shows an image that is far too large.")
        .asks("square", &[Asks(&[Challenge { attachment: Attachment::HugeImage, ..SQUARE }])]),
    member(UNANSWERABLE, "account_without_options", "No account to select", "Asks which account to connect, and lists none.")
        .asks("anything", &[Asks(&[Challenge { field_name: Some("single_account_select"), kind: OPTIONS, ..question("Select the account to connect", "anything") }])]),
    member(UNANSWERABLE, "svg_image", "An SVG image", "Shows an image whose media type can contain a script.")
        .asks("nothing", &[Asks(&[Challenge { attachment: Attachment::SvgImage, right: RightAnswer::Typed("nothing"), ..SHAPE }])]),
];
