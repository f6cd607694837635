//! One person for every oddity of the wire, and for work that goes on in the background.

use super::super::challenge::{Challenge, Iterables, Right, Type, plain};
use super::toolbox::{CITY, ONE_QUESTION, question};
use super::{Casing, PLAIN, Person, Plan, Quirks, SOMEBODY, Step, asks};

const QUIRKY: Person = Person {
    group: "quirks",
    ..SOMEBODY
};
const WAITING: Person = Person {
    group: "waits",
    ..SOMEBODY
};

/// The same prompt whatever the language.
const fn always(prompt: &'static str, answer: &'static str) -> Challenge {
    question(prompt, prompt, answer)
}

const NUMBERED: Challenge = Challenge {
    kind: Type::Number(7),
    ..always("Type the seventh word", "seven")
};
const NAMELESS: Challenge = Challenge {
    kind: Type::Absent,
    ..always("Type your word", "word")
};
const COLOUR: Challenge = Challenge {
    kind: Type::Name("MultipleChoice"),
    prompt: plain("Which colour is your card?"),
    iterables: Iterables::Texts(&[plain("Red"), plain("Blue")]),
    right: Right::Pick(1),
};

pub(super) const PEOPLE: &[Person] = &[
    Person {
        username: "masked_prompt",
        title: "A prompt with bullets",
        story: "The prompt holds a masked phone with the character U+2022.",
        answers: "123456",
        live: asks(&[Step::Asks(&[&[always(
            "Enter the code sent to (•••) •••-4821",
            "123456",
        )]])]),
        ..QUIRKY
    },
    Person {
        username: "byte_for_byte",
        title: "Untidy prompts",
        story: "Spaces at both ends, a no-break space, letters with combining accents, quotes.",
        answers: "Rex, blue",
        live: asks(&[Step::Asks(&[&[
            always("  Votre pre\u{301}nom\u{a0}: ", "Rex"),
            always("The \"colour\" you \\ like\tmost ", "blue"),
        ]])]),
        ..QUIRKY
    },
    Person {
        username: "no_question_mark",
        title: "No question mark",
        story: "The prompt is not a question and ends in nothing.",
        answers: "Tremblay",
        live: asks(&[Step::Asks(&[&[always("Mother's maiden name", "Tremblay")]])]),
        ..QUIRKY
    },
    Person {
        username: "proto_prompt",
        title: "A prompt named __proto__",
        story: "The prompts are names that JavaScript objects have of their own.",
        answers: "one, two",
        live: asks(&[Step::Asks(&[&[
            always("__proto__", "one"),
            always("constructor", "two"),
        ]])]),
        ..QUIRKY
    },
    Person {
        username: "en_francais",
        title: "A bank that speaks French",
        story: "The prompts are French whatever the Language.",
        answers: "Montréal, hiver",
        live: asks(&[Step::Asks(&[&[
            always("Où êtes-vous né\u{a0}?", "Montréal"),
            always("Quelle est votre saison préférée\u{a0}?", "hiver"),
        ]])]),
        ..QUIRKY
    },
    Person {
        username: "challenge_maps",
        title: "Challenges as maps",
        story: "SecurityChallenges as the OpenAPI schema has them: prompt to array of options.",
        answers: "Montreal, Blue",
        live: asks(&[Step::Asks(&[&[CITY, COLOUR]])]),
        quirks: Quirks {
            challenge_maps: true,
            ..PLAIN
        },
        ..QUIRKY
    },
    Person {
        username: "odd_types",
        title: "Types that are no names",
        story: "One challenge with a number for its Type, one with none.",
        answers: "seven, word",
        live: asks(&[Step::Asks(&[&[NUMBERED, NAMELESS]])]),
        ..QUIRKY
    },
    Person {
        username: "camel_case",
        title: "Keys in camelCase",
        story: "Every key of a reply begins with a small letter.",
        answers: "Montreal",
        live: asks(ONE_QUESTION),
        quirks: Quirks {
            casing: Casing::Camel,
            ..PLAIN
        },
        ..QUIRKY
    },
    Person {
        username: "lower_case",
        title: "Keys in lower case",
        story: "Every key of a reply is written small.",
        answers: "Montreal",
        live: asks(ONE_QUESTION),
        quirks: Quirks {
            casing: Casing::Lower,
            ..PLAIN
        },
        ..QUIRKY
    },
    Person {
        username: "status_names",
        title: "Status as a name",
        story: "HttpStatusCode is NonAuthoritativeInformation and not 203.",
        answers: "Montreal",
        live: asks(ONE_QUESTION),
        quirks: Quirks {
            status_names: true,
            ..PLAIN
        },
        ..QUIRKY
    },
    Person {
        username: "changing_ids",
        title: "A RequestId for each round",
        story: "Two questions in a row; the RequestId changes in between and at the end.",
        answers: "Montreal; Tremblay",
        live: asks(&[
            Step::Asks(&[&[CITY]]),
            Step::Asks(&[&[always("Mother's maiden name", "Tremblay")]]),
        ]),
        quirks: Quirks {
            new_request_ids: true,
            ..PLAIN
        },
        ..QUIRKY
    },
    Person {
        username: "steady_id",
        title: "One RequestId for all rounds",
        story: "Two questions in a row under the same RequestId.",
        answers: "Montreal; Tremblay",
        live: asks(&[
            Step::Asks(&[&[CITY]]),
            Step::Asks(&[&[always("Mother's maiden name", "Tremblay")]]),
        ]),
        ..QUIRKY
    },
    Person {
        username: "one_session",
        title: "One session at a time",
        story: "A second live session beside an open one ends in 401 CONCURRENT_SESSION.",
        answers: "Montreal",
        live: asks(ONE_QUESTION),
        quirks: Quirks {
            one_session: true,
            ..PLAIN
        },
        ..QUIRKY
    },
    Person {
        username: "slow_pending",
        title: "Pending",
        story: "202 OPERATION_PENDING for 15 seconds, live and cached, then authorized.",
        live: asks(&[Step::Works("OPERATION_PENDING", 15_000)]),
        cached: asks(&[Step::Works("OPERATION_PENDING", 15_000)]),
        ..WAITING
    },
    Person {
        username: "slow_dispatched",
        title: "Dispatched, then a question",
        story: "202 OPERATION_DISPATCHED for 25 seconds, then one question.",
        answers: "Montreal",
        live: asks(&[
            Step::Works("OPERATION_DISPATCHED", 25_000),
            Step::Asks(&[&[CITY]]),
        ]),
        ..WAITING
    },
    Person {
        username: "slow_after_answer",
        title: "Pending after the answer",
        story: "One question, then 202 OPERATION_PENDING for 25 seconds.",
        answers: "Montreal",
        live: asks(&[
            Step::Asks(&[&[CITY]]),
            Step::Works("OPERATION_PENDING", 25_000),
        ]),
        ..WAITING
    },
    Person {
        username: "slow_for_ever",
        title: "Never ready",
        story: "202 OPERATION_PENDING for a whole day.",
        live: Plan {
            steps: &[Step::Works("OPERATION_PENDING", 86_400_000)],
            ..super::GRANTED
        },
        ..WAITING
    },
];
