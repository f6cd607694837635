//! One person for each type of challenge, and for each effect of a wrong answer.

use super::super::challenge::{Challenge, Iterables, RightAnswer, Text, Type, question, same, text};
use super::super::codes::Refusal;
use super::person::{CITY, NEW_REQUEST_IDS, NO_QUIRKS, OnWrongAnswer, PET, Person, Quirks, Step, person};
use super::toolbox::ONE_QUESTION;
use Step::Asks;

const CHALLENGES: &str = "challenges";
const WRONG: &str = "wrong answers";
const UNANSWERABLE: &str = "unanswerable";

const SCHOOL: Challenge = question(text("Which school did you go to?", "Quelle école avez-vous fréquentée?"), "Lakeside");
const CODE: Challenge = question(text("Enter the code we just sent you", "Entrez le code que nous venons d'envoyer"), "123456");
const ONE_TIME: Challenge = Challenge {
    kind: Type::Name("OneTimeVerification"),
    ..question(text("Enter your one-time code", "Entrez votre code à usage unique"), "123456")
};
const DATE: Challenge = Challenge {
    kind: Type::Name("Date"),
    ..question(text("What is your date of birth?", "Quelle est votre date de naissance?"), "1990-01-31")
};
const DIGIT: Text = text("Enter a digit of your PIN", "Entrez un chiffre de votre NIP");
const DIGIT_4: Challenge = question(DIGIT, "4");
const DIGIT_7: Challenge = question(DIGIT, "7");
/// Flinks has published neither the `Type` nor the form of an answer (since October 2025): both are ours.
const PUSH: Challenge = Challenge {
    kind: Type::Name("TrustedDevicePush"),
    right: RightAnswer::Approval,
    ..question(text("Approve the sign-in on your phone", "Approuvez la connexion sur votre téléphone"), "")
};
const BRANCH: Challenge = Challenge {
    kind: Type::Name("MultipleChoice"),
    prompt: text("Which branch opened your account?", "Quelle succursale a ouvert votre compte?"),
    iterables: Iterables::Texts(&[text("Old Port", "Vieux-Port"), same("Plateau"), text("None of these", "Aucune de celles-ci")]),
    right: RightAnswer::Pick(1),
};
const ACCOUNTS: Challenge = Challenge {
    kind: Type::Name("MultipleChoiceMultipleAnswers"),
    prompt: text("Which accounts do you hold with us?", "Quels comptes détenez-vous chez nous?"),
    iterables: Iterables::Texts(&[text("Chequing", "Chèques"), text("Savings", "Épargne"), text("Mortgage", "Hypothèque")]),
    right: RightAnswer::Picks(&[0, 1]),
};
const IMAGE: Challenge = Challenge {
    kind: Type::Name("ImageSelection"),
    prompt: text("Choose your security image", "Choisissez votre image de sécurité"),
    iterables: Iterables::Pictures,
    right: RightAnswer::Pick(1),
};
/// The bank then asks for the code as a plain question.
const PHONE: Challenge = Challenge {
    kind: Type::Name("TextOrCall"),
    prompt: text("Where should we send your code?", "Où devons-nous envoyer votre code?"),
    iterables: Iterables::Texts(&[same("(•••) •••-4821"), same("(•••) •••-0907")]),
    right: RightAnswer::Phone,
};
const NEW_QUESTION: Challenge = Challenge {
    kind: Type::Name("QuestionAndAnswer"),
    prompt: text("Choose a question", "Choisissez une question"),
    iterables: Iterables::Texts(&[
        text("What is your favourite book?", "Quel est votre livre préféré?"),
        text("Who was your childhood hero?", "Qui était le héros de votre enfance?"),
        text("Where did you first meet?", "Où vous êtes-vous rencontrés?"),
    ]),
    right: RightAnswer::NewQuestion,
};

pub(super) const PEOPLE: &[Person] = &[
    person(CHALLENGES, "three_questions", "Three questions at once", "The bank asks three questions in one round.")
        .asks("Montreal, Rex, Lakeside", &[Asks(&[&[CITY, PET, SCHOOL]])]),
    person(CHALLENGES, "multiple_choice", "Choose one", "The bank offers three branches; one is right.")
        .asks("Plateau", &[Asks(&[&[BRANCH]])]),
    person(CHALLENGES, "multiple_answers", "Choose several", "The bank offers three accounts; two are right.")
        .asks("Chequing and Savings", &[Asks(&[&[ACCOUNTS]])]),
    person(CHALLENGES, "image_selection", "Choose a picture", "The bank shows a circle, a triangle and a square, two as PNG and one as GIF.")
        .asks("the triangle", &[Asks(&[&[IMAGE]])]),
    person(CHALLENGES, "text_or_call", "A code to your phone", "The bank asks where to send a code and how, then for the code.")
        .asks("any phone, Text or Call; then 123456", &[Asks(&[&[PHONE]]), Asks(&[&[CODE]])])
        .quirks(NEW_REQUEST_IDS),
    person(CHALLENGES, "new_questions", "Choose new questions", "The bank wants two new questions, chosen from one list, with their answers.")
        .asks("any two different questions, any answers", &[Asks(&[&[NEW_QUESTION, NEW_QUESTION]])]),
    person(CHALLENGES, "device_push", "Approve on a trusted device", "The bank sends a push to a phone; the type of this challenge is not documented.")
        .asks("nothing, or any text", &[Asks(&[&[PUSH]])]),
    person(CHALLENGES, "one_time_verification", "A one-time code", "The bank asks for a code, as the type OneTimeVerification.")
        .asks("123456", &[Asks(&[&[ONE_TIME]])]),
    person(CHALLENGES, "code_never_comes", "The first code never comes", "Only a second session brings the code. It is refused as CONCURRENT_SESSION while the first one is open.")
        .asks("123456, in the second session", &[Asks(&[&[ONE_TIME]])])
        .on_wrong_answer(OnWrongAnswer::Ends("INVALID_SECURITY_RESPONSE"))
        .quirks(Quirks { one_session: true, first_code_lost: true, ..NO_QUIRKS }),
    person(CHALLENGES, "date_of_birth", "A date", "The bank asks for a date, as the type Date.")
        .asks("1990-01-31", &[Asks(&[&[DATE]])]),
    person(CHALLENGES, "mixed_types", "Four kinds at once", "One round with a question, a choice, a multiple choice and a picture.")
        .asks("Montreal, Plateau, Chequing and Savings, the triangle", &[Asks(&[&[CITY, BRANCH, ACCOUNTS, IMAGE]])]),
    person(CHALLENGES, "equal_prompts", "The same prompt twice", "Two challenges of one round have the same prompt; their answers share one array.")
        .asks("4, then 7", &[Asks(&[&[DIGIT_4, DIGIT_7]])]),
    person(CHALLENGES, "many_rounds", "Four rounds", "A question, a choice, a phone and a code, each with a new RequestId.")
        .asks("Montreal; Plateau; any phone; 123456", &[Asks(&[&[CITY]]), Asks(&[&[BRANCH]]), Asks(&[&[PHONE]]), Asks(&[&[CODE]])])
        .quirks(NEW_REQUEST_IDS),
    person(UNANSWERABLE, "choice_without_options", "A choice without options", "The bank asks for one of its branches, and lists none.")
        .asks("anything, under the prompt", &[Asks(&[&[Challenge { iterables: Iterables::None, right: RightAnswer::Anything, ..BRANCH }]])]),
    person(WRONG, "three_after_wrong", "Three questions after a wrong answer", "One question; after a wrong answer three at once, as RBC does.")
        .asks("Montreal; after a wrong answer Montreal, Rex, Lakeside", &[Asks(&[&[CITY], &[CITY, PET, SCHOOL]])]),
    person(WRONG, "wrong_ends", "A wrong answer ends the session", "A wrong answer ends in 401 INVALID_SECURITY_RESPONSE without a new challenge.")
        .asks("Montreal", ONE_QUESTION)
        .on_wrong_answer(OnWrongAnswer::Ends("INVALID_SECURITY_RESPONSE")),
    person(WRONG, "wrong_no_retry", "A wrong answer, no retry", "A wrong answer ends in 401 INVALID_SECURITY_RESPONSE_NO_RETRY.")
        .asks("Montreal", ONE_QUESTION)
        .on_wrong_answer(OnWrongAnswer::Ends("INVALID_SECURITY_RESPONSE_NO_RETRY")),
    person(WRONG, "terms_after_mfa", "New terms after the right answer", "After the right answer the person must accept the terms of the bank: 401 NEW_ACCOUNT.")
        .asks("Montreal", ONE_QUESTION)
        .ends(Refusal::with_status(401, "NEW_ACCOUNT")),
];
