use std::collections::BTreeSet;

use super::super::people::{InitialState, StatusBody};
use super::super::status::STATUSES;
use super::*;

#[test]
fn names_and_guids_are_unique() {
    let members = Simulator::new(1).members();
    let names: BTreeSet<_> = members.iter().map(|member| member.name).collect();
    let guids: BTreeSet<_> = members.iter().map(|member| member.guid()).collect();
    assert_eq!((names.len(), guids.len()), (members.len(), members.len()));
}

#[test]
fn each_row_has_texts_and_the_answers_to_its_questions() {
    for member in Simulator::new(1).members() {
        let has_texts = !member.group.is_empty() && !member.title.is_empty();
        assert!(has_texts && member.story.ends_with('.'), "{}", member.name);
        let has_questions = member.rounds().next().is_some();
        assert_eq!(has_questions, !member.answers.is_empty(), "{}", member.name);
    }
}

/// For each member, in each version.
#[test]
fn right_answers_lead_each_member_to_the_end_of_the_plan() {
    for member in Simulator::new(1).members() {
        let waits = member.initial_state == InitialState::AtOauthWindow || member.name == "endless";
        let quirks = &member.quirks;
        if waits || quirks.first_code_lost || quirks.status == StatusBody::NoChallenges {
            continue;
        }
        for version in ["v20111101", "v20250224", "v20260601"] {
            let mut bank = Scenario::for_member(member.name).with_header("Accept-Version", version);
            let rounds = member.rounds().count();
            bank.read_status();
            if matches!(member.initial_state, InitialState::Idle) {
                bank.start("aggregate");
                bank.read_status();
            }
            for _ in 0..rounds {
                wait_for_a_round(&mut bank);
                assert_eq!(bank.answer_right().status, 202, "{}", member.name);
            }
            bank.later(700 * SECOND_MS).read_status();
            let end = bank.run_job();
            let sent = end.get("connection_status").to_text();
            let expected = match member.name {
                "status_numbers" => "6".to_owned(),
                "no_credentials" => "null".to_owned(),
                _ => member
                    .plan
                    .end
                    .status
                    .map_or("null".to_owned(), |it| format!("{it:?}")),
            };
            assert_eq!(sent, expected, "{} in {version}", member.name);
        }
    }
}

fn wait_for_a_round(bank: &mut Scenario) {
    for _ in 0..10 {
        if bank.simulator.right_values(&bank.member.clone()).is_some() {
            return;
        }
        bank.read_status();
    }
}

#[test]
fn each_status_has_a_member() {
    let mut shown = BTreeSet::new();
    for member in Simulator::new(1).members() {
        let mut bank = Scenario::for_member(member.name);
        for _ in 0..8 {
            shown.insert(bank.read_status().text("connection_status").to_owned());
            if bank.simulator.counts().jobs == 0 {
                bank.start("aggregate");
            }
            if bank.simulator.right_values(&bank.member.clone()).is_some() {
                shown.insert(bank.read_status().text("connection_status").to_owned());
                bank.answer_right();
            }
        }
    }
    let mut bank = Scenario::for_member("");
    bank.create("mxbank", ["mxuser", "x"]);
    shown.insert(bank.read_status().text("connection_status").to_owned());
    let credentials = bank.credentials("mxbank", ["mxuser", "y"]);
    let body = format!(r#"{{"member":{{"credentials":[{credentials}]}}}}"#);
    shown.insert(
        bank.call("PUT", "", &body)
            .text("connection_status")
            .to_owned(),
    );
    let missing: Vec<_> = STATUSES.iter().filter(|s| !shown.contains(**s)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_same_seed_and_requests_give_the_same_bytes() {
    let run = || {
        let mut bank = Scenario::for_member("mixed");
        (bank.aggregate(), bank.answer_right(), bank.run_job())
    };
    assert_eq!(run(), run());
}

#[test]
fn a_member_serializes_with_its_answers() {
    let bank = Simulator::new(1);
    let members = bank.members();
    let member = members.iter().find(|member| member.name == "code_by_phone");
    let json = serde_json::to_value(member.unwrap()).unwrap();
    assert_eq!(
        json["memberGuid"],
        bank.member_guid("code_by_phone").unwrap()
    );
    assert_eq!(json["userGuid"], bank.user_guid());
    assert_eq!(json["institutionCode"], "simulated_bank");
    assert_eq!(json["responses"][0][0], "Text (•••) •••-4821");
    assert_eq!(json["responses"][1][0], "246810");
}
