//! One member for every kind of challenge, and for every form it takes on the wire.

use super::super::challenge::{
    Carries, Challenge, Choice, IMAGE_DATA, IMAGE_OPTIONS, OPTIONS, Right, TEXT, TOKEN, Type,
    choice,
};
use super::super::status::Form;
use super::{Member, PLAIN, Quirks, SOMEBODY, Step, then_connects};

pub(super) const fn question(label: &'static str, answer: &'static str) -> Challenge {
    Challenge {
        kind: TEXT,
        label,
        field_name: None,
        carries: Carries::Nothing,
        right: Right::Typed(answer),
    }
}

const fn pick(label: &'static str, choices: &'static [Choice], right: usize) -> Challenge {
    Challenge {
        kind: OPTIONS,
        carries: Carries::Choices(choices),
        right: Right::Pick(right),
        ..question(label, "")
    }
}

const CITY: Challenge = question("What city were you born in?", "Chicago");
const CODE: Challenge = Challenge {
    kind: TOKEN,
    ..question("Enter the code we sent you", "246810")
};
const SHAPE: Challenge = Challenge {
    kind: IMAGE_DATA,
    carries: Carries::Bare,
    ..question("Which shape is this?", "triangle")
};
const SQUARE: Challenge = Challenge {
    carries: Carries::DataUri,
    right: Right::Typed("square"),
    ..SHAPE
};
const PHONE: Challenge = pick(
    "Where should we send your code?",
    &[
        choice("Text (•••) •••-4821", "sms:1"),
        choice("Text (•••) •••-0907", "sms:2"),
        choice("Call (•••) •••-4821", "voice:1"),
    ],
    0,
);
const PICTURES: Challenge = Challenge {
    kind: IMAGE_OPTIONS,
    carries: Carries::Pictures(&[
        choice("IMAGE_1", "picture-one"),
        choice("IMAGE_2", "picture-two"),
        choice("IMAGE_3", "picture-three"),
    ]),
    right: Right::Pick(1),
    ..question("Which is your security image?", "")
};
const CARDS: &[Choice] = &[choice("Visa", "0"), choice("Mastercard", "1")];

const fn with_guid(label: &'static str, value: Option<&'static str>) -> Choice {
    Choice {
        label,
        value,
        has_guid: true,
    }
}

const GUIDS: &[Choice] = &[
    with_guid("Old Port", Some("branch-17")),
    with_guid("Plateau", Some("branch-18")),
];
const BRANCH: &str = "Which branch opened your account?";

/// By its name, or in the other form that the quirks say.
const fn asked(
    name: &'static str,
    title: &'static str,
    story: &'static str,
    answers: &'static str,
    steps: &'static [Step],
) -> Member {
    Member {
        name,
        username: name,
        group: "challenges",
        title,
        story,
        answers,
        plan: then_connects(steps),
        ..SOMEBODY
    }
}

const fn typed_as(types: Form, member: Member) -> Member {
    Member {
        quirks: Quirks { types, ..PLAIN },
        ..member
    }
}

#[rustfmt::skip]
pub(super) const MEMBERS: &[Member] = &[
    asked("no_questions", "No questions", "Connects without a question.", "", &[]),
    asked("text", "TEXT", "Asks one question.", "Chicago", &[Step::Asks(&[CITY])]),
    asked(
        "code_by_phone",
        "OPTIONS, then TOKEN",
        "Asks which phone to send a code to, and then for the code.",
        "Text (•••) •••-4821; then 246810",
        &[Step::Asks(&[PHONE]), Step::Asks(&[CODE])],
    ),
    asked(
        "code_alias",
        "TOKEN_INPUT",
        "Asks for a code under the name that some integrators have seen.",
        "246810",
        &[Step::Asks(&[Challenge { kind: Type("TOKEN_INPUT", 12), ..CODE }])],
    ),
    asked("image_bare", "IMAGE_DATA, bare", "Shows an image in base64 alone.", "triangle", &[Step::Asks(&[SHAPE])]),
    asked("image_data_uri", "IMAGE_DATA, data: URI", "Shows an image as a data: URI.", "square", &[Step::Asks(&[SQUARE])]),
    asked("image_options", "IMAGE_OPTIONS", "Shows three images to choose from.", "IMAGE_2, the triangle", &[Step::Asks(&[PICTURES])]),
    asked(
        "options_with_guids",
        "OPTIONS with guids",
        "The options have guids, and their values answer.",
        "Plateau",
        &[Step::Asks(&[pick(BRANCH, GUIDS, 1)])],
    ),
    asked(
        "options_by_guid",
        "OPTIONS by guid",
        "The options have values, and yet only their guids answer.",
        "Plateau, by its guid",
        &[Step::Asks(&[Challenge { right: Right::PickByGuid(1), ..pick(BRANCH, GUIDS, 1) }])],
    ),
    asked(
        "options_without_values",
        "OPTIONS without values",
        "The options have guids and labels alone.",
        "Plateau, by its guid",
        &[Step::Asks(&[pick(BRANCH, &[with_guid("Old Port", None), with_guid("Plateau", None)], 1)])],
    ),
    asked(
        "options_of_labels",
        "OPTIONS of labels",
        "The options have nothing but labels.",
        "Plateau, by its label",
        &[Step::Asks(&[pick(BRANCH, &[
            Choice { label: "Old Port", value: None, has_guid: false },
            Choice { label: "Plateau", value: None, has_guid: false },
        ], 1)])],
    ),
    asked(
        "two_options",
        "Two OPTIONS at once",
        "Asks two questions with the same label and the same options in one round.",
        "Visa; Mastercard",
        &[Step::Asks(&[pick("Which card do you hold?", CARDS, 0), pick("Which card do you hold?", CARDS, 1)])],
    ),
    asked(
        "equal_labels",
        "Equal labels",
        "Asks two questions with the same label in one round.",
        "4; 7",
        &[Step::Asks(&[question("Enter a digit of your PIN", "4"), question("Enter a digit of your PIN", "7")])],
    ),
    asked(
        "mixed",
        "A mixed round",
        "Asks a question, a code, a choice and two images in one round.",
        "Chicago; 246810; Text (•••) •••-4821; triangle; IMAGE_2",
        &[Step::Asks(&[CITY, CODE, PHONE, SHAPE, PICTURES])],
    ),
    typed_as(Form::Number, asked(
        "types_in_numbers",
        "Types as numbers",
        "A mixed round with its types as numbers, whatever the version.",
        "Chicago; 246810; Text (•••) •••-4821; square; IMAGE_2",
        &[Step::Asks(&[CITY, CODE, PHONE, SQUARE, PICTURES])],
    )),
    typed_as(Form::Name, asked(
        "types_in_names",
        "Types as names",
        "A mixed round with its types as names, whatever the version.",
        "Chicago; 246810; Text (•••) •••-4821; square; IMAGE_2",
        &[Step::Asks(&[CITY, CODE, PHONE, SQUARE, PICTURES])],
    )),
    typed_as(Form::Null, asked(
        "types_of_null",
        "Types of null",
        "A mixed round whose types are null.",
        "Chicago; Text (•••) •••-4821; square; IMAGE_2",
        &[Step::Asks(&[CITY, PHONE, SQUARE, PICTURES])],
    )),
    asked(
        "account",
        "Single account select",
        "Asks which account to connect.",
        "Savings ····0907",
        // The name is what MX's widget goes by, of another field (W, D).
        &[Step::Asks(&[Challenge {
            field_name: Some("single_account_select"),
            ..pick(
                "Select the account to connect",
                &[with_guid("Checking ····4821", Some("ACT-1")), with_guid("Savings ····0907", Some("ACT-2"))],
                1,
            )
        }])],
    ),
    asked(
        "three_rounds",
        "Three rounds",
        "Asks three times in a row.",
        "Chicago; then 246810; then triangle",
        &[Step::Asks(&[CITY]), Step::Runs("RESUMED", 4_000), Step::Asks(&[CODE]), Step::Asks(&[SHAPE])],
    ),
    asked(
        "unknown_type",
        "A type that nobody knows",
        "Asks to approve the sign-in on a phone, under a type of its own.",
        "approved",
        &[Step::Asks(&[Challenge {
            kind: Type("PUSH_APPROVAL", 99),
            field_name: Some("push"),
            ..question("Approve the sign-in on your phone", "approved")
        }])],
    ),
    asked(
        "markup",
        "Markup in a label",
        "Asks with a label that would do harm as HTML.",
        "cod",
        &[Step::Asks(&[question("<img src=x onerror=alert(1)>Fish &amp; <b>chips</b>?", "cod")])],
    ),
    asked(
        "many_options",
        "Three thousand options",
        "Asks to choose among three thousand branches.",
        "Branch 2718",
        &[Step::Asks(&[Challenge { carries: Carries::Many(3_000), ..pick(BRANCH, &[], 2_717) }])],
    ),
    asked(
        "huge_image",
        "An image of five megabytes",
        "Shows an image that is far too large.",
        "square",
        &[Step::Asks(&[Challenge { carries: Carries::Huge, ..SQUARE }])],
    ),
    asked(
        "svg_image",
        "An SVG image",
        "Shows an image of a media type that can hold a script.",
        "nothing",
        &[Step::Asks(&[Challenge { carries: Carries::Svg, right: Right::Typed("nothing"), ..SHAPE }])],
    ),
];
