//! One person for every kind of challenge, and for what wrong answers lead to.

use super::super::challenge::{Challenge, Iterables, Right, Text, Type, plain};
use super::toolbox::{CITY, ONE_QUESTION, question};
use super::{PLAIN, Person, Plan, Quirks, Refusal, SOMEBODY, Step, Wrong, asks};

const ASKED: Person = Person {
    group: "challenges",
    ..SOMEBODY
};
const WRONG: Person = Person {
    group: "wrong answers",
    ..SOMEBODY
};

const PET: Challenge = question(
    "What is the name of your first pet?",
    "Quel est le nom de votre premier animal?",
    "Rex",
);
const SCHOOL: Challenge = question(
    "Which school did you go to?",
    "Quelle école avez-vous fréquentée?",
    "Lakeside",
);
const CODE: Challenge = question(
    "Enter the code we just sent you",
    "Entrez le code que nous venons d'envoyer",
    "123456",
);

const BRANCH: Challenge = Challenge {
    kind: Type::Name("MultipleChoice"),
    prompt: Text {
        en: "Which branch opened your account?",
        fr: "Quelle succursale a ouvert votre compte?",
    },
    iterables: Iterables::Texts(&[
        Text {
            en: "Old Port",
            fr: "Vieux-Port",
        },
        plain("Plateau"),
        Text {
            en: "None of these",
            fr: "Aucune de celles-ci",
        },
    ]),
    right: Right::Pick(1),
};
const ACCOUNTS: Challenge = Challenge {
    kind: Type::Name("MultipleChoiceMultipleAnswers"),
    prompt: Text {
        en: "Which accounts do you hold with us?",
        fr: "Quels comptes détenez-vous chez nous?",
    },
    iterables: Iterables::Texts(&[
        Text {
            en: "Chequing",
            fr: "Chèques",
        },
        Text {
            en: "Savings",
            fr: "Épargne",
        },
        Text {
            en: "Mortgage",
            fr: "Hypothèque",
        },
    ]),
    right: Right::Picks(&[0, 1]),
};
const IMAGE: Challenge = Challenge {
    kind: Type::Name("ImageSelection"),
    prompt: Text {
        en: "Choose your security image",
        fr: "Choisissez votre image de sécurité",
    },
    iterables: Iterables::Pictures,
    right: Right::Pick(1),
};
/// The second round of a one-time code asks for it as a plain question.
const PHONE: Challenge = Challenge {
    kind: Type::Name("TextOrCall"),
    prompt: Text {
        en: "Where should we send your code?",
        fr: "Où devons-nous envoyer votre code?",
    },
    iterables: Iterables::Texts(&[plain("(•••) •••-4821"), plain("(•••) •••-0907")]),
    right: Right::Phone,
};
const NEW_QUESTION: Challenge = Challenge {
    kind: Type::Name("QuestionAndAnswer"),
    prompt: Text {
        en: "Choose a question",
        fr: "Choisissez une question",
    },
    iterables: Iterables::Texts(&[
        Text {
            en: "What is your favourite book?",
            fr: "Quel est votre livre préféré?",
        },
        Text {
            en: "Who was your childhood hero?",
            fr: "Qui était le héros de votre enfance?",
        },
        Text {
            en: "Where did you first meet?",
            fr: "Où vous êtes-vous rencontrés?",
        },
    ]),
    right: Right::NewQuestion,
};
/// `Type` and answer are ours: Flinks has published neither (since October 2025).
const PUSH: Challenge = Challenge {
    kind: Type::Name("TrustedDevicePush"),
    prompt: Text {
        en: "Approve the sign-in on your phone",
        fr: "Approuvez la connexion sur votre téléphone",
    },
    iterables: Iterables::None,
    right: Right::Anything,
};
const ONE_TIME: Challenge = Challenge {
    kind: Type::Name("OneTimeVerification"),
    prompt: Text {
        en: "Enter your one-time code",
        fr: "Entrez votre code à usage unique",
    },
    ..CODE
};
const DATE: Challenge = Challenge {
    kind: Type::Name("Date"),
    prompt: Text {
        en: "What is your date of birth?",
        fr: "Quelle est votre date de naissance?",
    },
    iterables: Iterables::None,
    right: Right::Typed("1990-01-31"),
};
const DIGIT_4: Challenge = question(
    "Enter a digit of your PIN",
    "Entrez un chiffre de votre NIP",
    "4",
);
const DIGIT_7: Challenge = Challenge {
    right: Right::Typed("7"),
    ..DIGIT_4
};

pub(super) const PEOPLE: &[Person] = &[
    Person {
        username: "three_questions",
        title: "Three questions at once",
        story: "The bank asks three questions in one round.",
        answers: "Montreal, Rex, Lakeside",
        live: asks(&[Step::Asks(&[&[CITY, PET, SCHOOL]])]),
        ..ASKED
    },
    Person {
        username: "multiple_choice",
        title: "Choose one",
        story: "The bank offers three branches; one is right.",
        answers: "Plateau",
        live: asks(&[Step::Asks(&[&[BRANCH]])]),
        ..ASKED
    },
    Person {
        username: "multiple_answers",
        title: "Choose several",
        story: "The bank offers three accounts; two are right.",
        answers: "Chequing and Savings",
        live: asks(&[Step::Asks(&[&[ACCOUNTS]])]),
        ..ASKED
    },
    Person {
        username: "image_selection",
        title: "Choose a picture",
        story: "The bank shows a circle, a triangle and a square, two as PNG and one as GIF.",
        answers: "the triangle",
        live: asks(&[Step::Asks(&[&[IMAGE]])]),
        ..ASKED
    },
    Person {
        username: "text_or_call",
        title: "A code to your phone",
        story: "The bank asks where to send a code and how, then for the code.",
        answers: "any phone, Text or Call; then 123456",
        live: asks(&[Step::Asks(&[&[PHONE]]), Step::Asks(&[&[CODE]])]),
        quirks: Quirks {
            new_request_ids: true,
            ..PLAIN
        },
        ..ASKED
    },
    Person {
        username: "new_questions",
        title: "Choose new questions",
        story: "The bank wants two new questions, chosen from one list, with their answers.",
        answers: "any two different questions, any answers",
        live: asks(&[Step::Asks(&[&[NEW_QUESTION, NEW_QUESTION]])]),
        ..ASKED
    },
    Person {
        username: "device_push",
        title: "Approve on a trusted device",
        story: "The bank sends a push to a phone; the type of this challenge is not documented.",
        answers: "anything, under the prompt",
        live: asks(&[Step::Asks(&[&[PUSH]])]),
        ..ASKED
    },
    Person {
        username: "one_time_verification",
        title: "A one-time code",
        story: "The bank asks for a code, as the type OneTimeVerification.",
        answers: "123456",
        live: asks(&[Step::Asks(&[&[ONE_TIME]])]),
        ..ASKED
    },
    Person {
        username: "date_of_birth",
        title: "A date",
        story: "The bank asks for a date, as the type Date.",
        answers: "1990-01-31",
        live: asks(&[Step::Asks(&[&[DATE]])]),
        ..ASKED
    },
    Person {
        username: "mixed_types",
        title: "Four kinds at once",
        story: "One round with a question, a choice, a multiple choice and a picture.",
        answers: "Montreal, Plateau, Chequing and Savings, the triangle",
        live: asks(&[Step::Asks(&[&[CITY, BRANCH, ACCOUNTS, IMAGE]])]),
        ..ASKED
    },
    Person {
        username: "equal_prompts",
        title: "The same prompt twice",
        story: "Two challenges of one round bear the same prompt; their answers share its array.",
        answers: "4, then 7",
        live: asks(&[Step::Asks(&[&[DIGIT_4, DIGIT_7]])]),
        ..ASKED
    },
    Person {
        username: "many_rounds",
        title: "Four rounds",
        story: "A question, a choice, a phone and a code, each with a new RequestId.",
        answers: "Montreal; Plateau; any phone; 123456",
        live: asks(&[
            Step::Asks(&[&[CITY]]),
            Step::Asks(&[&[BRANCH]]),
            Step::Asks(&[&[PHONE]]),
            Step::Asks(&[&[CODE]]),
        ]),
        quirks: Quirks {
            new_request_ids: true,
            ..PLAIN
        },
        ..ASKED
    },
    Person {
        username: "three_after_wrong",
        title: "Wrong, then three questions",
        story: "One question; after a wrong answer three at once, as RBC does.",
        answers: "Montreal; after a wrong answer Montreal, Rex, Lakeside",
        live: asks(&[Step::Asks(&[&[CITY], &[CITY, PET, SCHOOL]])]),
        ..WRONG
    },
    Person {
        username: "wrong_ends",
        title: "Wrong, and out",
        story: "A wrong answer ends in 401 INVALID_SECURITY_RESPONSE without a new challenge.",
        answers: "Montreal",
        live: asks(ONE_QUESTION),
        wrong: Wrong::Ends("INVALID_SECURITY_RESPONSE"),
        ..WRONG
    },
    Person {
        username: "wrong_no_retry",
        title: "Wrong, for good",
        story: "A wrong answer ends in 401 INVALID_SECURITY_RESPONSE_NO_RETRY.",
        answers: "Montreal",
        live: asks(ONE_QUESTION),
        wrong: Wrong::Ends("INVALID_SECURITY_RESPONSE_NO_RETRY"),
        ..WRONG
    },
    Person {
        username: "terms_after_mfa",
        title: "Right, and then new terms",
        story: "After the right answer the bank wants its terms accepted: 401 NEW_ACCOUNT.",
        answers: "Montreal",
        live: Plan {
            steps: ONE_QUESTION,
            refusal: Some(Refusal::with_status(401, "NEW_ACCOUNT")),
        },
        ..WRONG
    },
];
