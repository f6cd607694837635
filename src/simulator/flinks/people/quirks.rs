//! One person for each oddity of Flinks' replies, and for each kind of background work.

use super::super::challenge::{Challenge, Iterables, RightAnswer, Type, question, same};
use super::person::{CITY, Casing, NEW_REQUEST_IDS, NO_QUIRKS, Person, Quirks, Step, person};
use super::toolbox::ONE_QUESTION;
use Step::{Asks, Pending};

const QUIRKS: &str = "quirks";
const WAITS: &str = "waits";

/// A question with the same prompt in both languages.
const fn ask(prompt: &'static str, answer: &'static str) -> Challenge {
    question(same(prompt), answer)
}

const TWO_QUESTIONS: &[Step] = &[Asks(&[&[CITY]]), Asks(&[&[ask("Mother's maiden name", "Tremblay")]])];
const COLOUR: Challenge = Challenge {
    kind: Type::Name("MultipleChoice"),
    prompt: same("Which colour is your card?"),
    iterables: Iterables::Texts(&[same("Red"), same("Blue")]),
    right: RightAnswer::Pick(1),
};

pub(super) const PEOPLE: &[Person] = &[
    person(QUIRKS, "masked_prompt", "A prompt with bullets", "The prompt contains a masked phone with the character U+2022.")
        .asks("123456", &[Asks(&[&[ask("Enter the code sent to (•••) •••-4821", "123456")]])]),
    person(QUIRKS, "byte_for_byte", "Untidy prompts", "Spaces at both ends, a no-break space, letters with combining accents, quotes.")
        .asks("Rex, blue", &[Asks(&[&[ask("  Votre pre\u{301}nom\u{a0}: ", "Rex"), ask("The \"colour\" you \\ like\tmost ", "blue")]])]),
    person(QUIRKS, "no_question_mark", "No question mark", "The prompt is not a question and has no question mark.")
        .asks("Tremblay", &[Asks(&[&[ask("Mother's maiden name", "Tremblay")]])]),
    person(QUIRKS, "proto_prompt", "A prompt named __proto__", "The prompts are names of properties that every JavaScript object has.")
        .asks("one, two", &[Asks(&[&[ask("__proto__", "one"), ask("constructor", "two")]])]),
    person(QUIRKS, "en_francais", "A bank that speaks French", "The prompts are French in every Language.")
        .asks("Montréal, hiver", &[Asks(&[&[ask("Où êtes-vous né\u{a0}?", "Montréal"), ask("Quelle est votre saison préférée\u{a0}?", "hiver")]])]),
    person(QUIRKS, "challenge_maps", "Challenges as maps", "SecurityChallenges as the OpenAPI schema has them: prompt to array of options.")
        .asks("Montreal, Blue", &[Asks(&[&[CITY, COLOUR]])])
        .quirks(Quirks { challenge_maps: true, ..NO_QUIRKS }),
    person(QUIRKS, "odd_types", "Types that are not names", "One challenge with a number for its Type, one with none.")
        .asks("seven, word", &[Asks(&[&[
            Challenge { kind: Type::Number(7), ..ask("Type the seventh word", "seven") },
            Challenge { kind: Type::Absent, ..ask("Type your word", "word") },
        ]])]),
    person(QUIRKS, "camel_case", "Keys in camelCase", "Every key of a reply starts with a lower-case letter.")
        .asks("Montreal", ONE_QUESTION)
        .quirks(Quirks { casing: Casing::Camel, ..NO_QUIRKS }),
    person(QUIRKS, "lower_case", "Keys in lower case", "Every key of a reply is in lower case.")
        .asks("Montreal", ONE_QUESTION)
        .quirks(Quirks { casing: Casing::Lower, ..NO_QUIRKS }),
    person(QUIRKS, "status_names", "Status as a name", "HttpStatusCode is NonAuthoritativeInformation instead of 203.")
        .asks("Montreal", ONE_QUESTION)
        .quirks(Quirks { status_names: true, ..NO_QUIRKS }),
    person(QUIRKS, "changing_ids", "A RequestId for each round", "Two questions in a row; the RequestId changes in between and at the end.")
        .asks("Montreal; Tremblay", TWO_QUESTIONS)
        .quirks(NEW_REQUEST_IDS),
    person(QUIRKS, "steady_id", "One RequestId for all rounds", "Two questions in a row under the same RequestId.")
        .asks("Montreal; Tremblay", TWO_QUESTIONS),
    person(QUIRKS, "one_session", "One session at a time", "A second live session while one is open ends in 401 CONCURRENT_SESSION.")
        .asks("Montreal", ONE_QUESTION)
        .quirks(Quirks { one_session: true, ..NO_QUIRKS }),
    person(WAITS, "slow_pending", "Pending", "202 OPERATION_PENDING for 15 seconds, live and cached, then authorized.")
        .asks("", &[Pending("OPERATION_PENDING", 15_000)])
        .cached(&[Pending("OPERATION_PENDING", 15_000)]),
    person(WAITS, "slow_dispatched", "Dispatched, then a question", "202 OPERATION_DISPATCHED for 25 seconds, then one question.")
        .asks("Montreal", &[Pending("OPERATION_DISPATCHED", 25_000), Asks(&[&[CITY]])]),
    person(WAITS, "slow_after_answer", "Pending after the answer", "One question, then 202 OPERATION_PENDING for 25 seconds.")
        .asks("Montreal", &[Asks(&[&[CITY]]), Pending("OPERATION_PENDING", 25_000)]),
    person(WAITS, "slow_for_ever", "Never ready", "202 OPERATION_PENDING for a whole day.")
        .asks("", &[Pending("OPERATION_PENDING", 86_400_000)]),
];
