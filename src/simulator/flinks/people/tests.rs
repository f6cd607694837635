use std::collections::BTreeSet;

use super::*;
use crate::simulator::flinks::challenge::right_responses;
use crate::simulator::flinks::codes::CODES;
use crate::simulator::flinks::judge::{Judgement, judge};

#[test]
fn usernames_and_login_ids_are_unique() {
    let names: BTreeSet<_> = all_people()
        .map(|person| person.username.to_lowercase())
        .collect();
    let ids: BTreeSet<_> = all_people().map(Person::login_id).collect();
    assert_eq!(
        (names.len(), ids.len()),
        (all_people().count(), all_people().count())
    );
}

#[test]
fn right_answers_are_right_in_both_languages() {
    for person in all_people() {
        for step in person.live.steps {
            let Step::Asks(rounds) = step else { continue };
            for round in *rounds {
                for french in [false, true] {
                    let judgement = judge(round, french, &right_responses(round, french));
                    assert_eq!(judgement, Judgement::Right, "{}", person.username);
                }
            }
        }
    }
}

#[test]
fn each_row_has_texts_and_the_answers_to_its_questions() {
    for person in all_people() {
        assert!(
            !person.group.is_empty() && !person.title.is_empty(),
            "{}",
            person.username
        );
        assert!(person.story.ends_with('.'), "{}", person.username);
        assert_eq!(
            person.rounds().next().is_none(),
            person.answers.is_empty(),
            "{}",
            person.username
        );
    }
}

#[test]
fn each_code_has_a_person_and_each_person_a_known_code() {
    let refusal = |person: &'static Person| person.live.refusal.map(|refusal| refusal.code);
    let work = |person: &'static Person| {
        person.live.steps.iter().find_map(|step| match step {
            Step::Pending(code, _) => Some(*code),
            Step::Asks(_) => None,
        })
    };
    let shown: BTreeSet<_> = all_people()
        .flat_map(|person| refusal(person).into_iter().chain(work(person)))
        .collect();
    let known: BTreeSet<_> = CODES.iter().map(|row| row.0).collect();
    let unknown: Vec<_> = shown.difference(&known).collect();
    assert_eq!(unknown, [&"SOMETHING_NEW"]);
    assert!(known.is_subset(&shown), "{:?}", known.difference(&shown));
}
