//! Replays the corpus of the fuzz targets without instrumentation, and writes the seeds of a new corpus.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
// This test uses a part of the fuzz targets and of the scenarios each.
#![allow(dead_code)]

#[path = "src/allocation.rs"]
mod allocation;
#[path = "src/flows.rs"]
mod flows;
#[path = "src/program.rs"]
mod program;
#[path = "../scenario/mod.rs"]
mod scenario;
#[path = "src/targets.rs"]
mod targets;
#[path = "src/texts.rs"]
mod texts;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bank_mfa::flow::{Event, Step};
use bank_mfa::json::Value;
use bank_mfa::simulator::Simulator;
use scenario::{
    Scenario, Setup, aggregate, aggregate_in_widget, create_and_ask, live, live_async, reconnect,
    with_member,
};
use targets::TARGETS;

// One test: the allocator counts the bytes of the whole process.
#[test]
fn no_input_of_the_corpus_breaks_a_promise() {
    for (name, target) in TARGETS.iter() {
        let inputs = fs::read_dir(Path::new("tests/fuzz/corpus").join(name)).unwrap();
        let mut count = 0;
        for input in inputs {
            target.run(&fs::read(input.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count > 5, "{count} inputs of {name}");
    }
}

/// Writes a program for each person and member: what the simulated vendors reply. `make fuzz` runs it.
#[test]
#[ignore = "writes to the folder of FUZZ_SEEDS"]
fn seeds() {
    let folder = std::env::var("FUZZ_SEEDS").unwrap();
    let bank = Simulator::new(1);
    let mut snapshots = BTreeSet::new();
    let mut write = |target: &str, name: &str, setup: Setup| {
        let program = record(setup, &mut snapshots);
        save(&folder, target, name, &program);
    };
    for person in bank.people() {
        let name = person.username;
        write("authorize", name, live(name));
        write("authorize-async", name, live_async(name));
        write("reconnect", name, reconnect(name, ""));
        write(
            "reconnect-form",
            name,
            reconnect(name, r#","presentation":"form""#),
        );
    }
    for member in bank.members() {
        write("member", member.name, aggregate(member.name));
        write("widget", member.name, aggregate_in_widget(member.name));
        write(
            "oauth",
            member.name,
            with_member(member.name, r#","isOauth":true"#),
        );
    }
    write("create", "simulated_bank", create_and_ask("simulated_bank"));
    write(
        "create",
        "simulated_union",
        create_and_ask("simulated_union"),
    );
    let claim = r#"back {"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","state":"5bd3e1a6"}"#;
    let authorized = r#"> 200 - {"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10","Login":{"LastRefresh":"2026-09-20T00:17:00"}}"#;
    save(
        &folder,
        "first-link",
        "claim",
        &format!("{claim}\n{authorized}"),
    );
    let accounts = r#"> 202 - {"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10","FlinksCode":"OPERATION_PENDING"}
wait
> 200 - {"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10","Institution":"c4nary","Accounts":[{"Id":"a1","Balance":{"Current":1.5},"Transactions":[{"Date":"2026/01/01","Debit":2}]}]}"#;
    save(&folder, "data", "accounts", accounts);
    save(
        &folder,
        "questions",
        "list",
        r#"> 200 - {"Questions":["City?"]}"#,
    );
    for (index, snapshot) in snapshots.iter().enumerate() {
        save(&folder, "snapshot", &index.to_string(), snapshot);
    }
    for (name, text) in STARTS {
        save(&folder, "start", name, text);
    }
}

const STARTS: &[(&str, &str)] = &[
    (
        "flinks",
        "flinks\n{\"username\":\"c4nary\",\"password\":\"c4nary\",\"institution\":\"FlinksCapital\",\"language\":\"fr\",\"save\":true,\"tag\":\"t\",\"signIn\":\"never\"}\n{\"instance\":\"toolbox\",\"customerId\":\"43387ca6-0391-4c82-857d-70d95f087ecb\",\"baseUrl\":\"https://proxy.example/flinks\"}",
    ),
    (
        "reconnect",
        "flinks-reconnect\n{\"loginId\":\"5e115eac-1209-4f19-641c-08d6d484e2fe\",\"state\":\"c4nary\",\"maxAge\":1,\"institutionId\":14,\"webview\":true,\"language\":\"en\"}\n{\"instance\":\"toolbox\",\"customerId\":\"43387ca6-0391-4c82-857d-70d95f087ecb\",\"redirectUrl\":\"myapp://connected\",\"deepLinks\":[\"myapp://connected\"]}",
    ),
    (
        "resume",
        "flinks-resume\n{\"requestId\":\"9022abc2-8a2e-4b06-a06e-c3e5449c4d10\",\"state\":\"c4nary\",\"resumeSelectedAccounts\":[\"a1\"]}\n{\"instance\":\"toolbox\",\"customerId\":\"43387ca6-0391-4c82-857d-70d95f087ecb\"}",
    ),
    (
        "connect",
        "flinks-connect\n{\"state\":\"5bd3e1a6\"}\n{\"instance\":\"toolbox\",\"customerId\":\"43387ca6-0391-4c82-857d-70d95f087ecb\",\"connectUrl\":\"http://localhost:8080\"}",
    ),
    (
        "call",
        "flinks-call\n{\"call\":\"AnswerMFAQuestions\",\"loginId\":\"5e115eac-1209-4f19-641c-08d6d484e2fe\",\"questions\":[{\"question\":\"City?\",\"answer\":\"c4nary\"}]}\n{\"instance\":\"toolbox\",\"customerId\":\"43387ca6-0391-4c82-857d-70d95f087ecb\"}",
    ),
    (
        "mx",
        "mx\n{\"userGuid\":\"USR-1\",\"institutionCode\":\"mxbank\",\"dataRequest\":{\"products\":[\"transactions\"]},\"credentials\":[{\"guid\":\"CRD-1\",\"value\":\"c4nary\"}]}\n{\"environment\":\"integration\",\"version\":\"v20111101\"}",
    ),
    (
        "oauth",
        "mx\n{\"userGuid\":\"USR-1\",\"memberGuid\":\"MBR-1\",\"isOauth\":true,\"clientRedirectUrl\":\"https://app.example/back?c4nary\",\"referralSource\":\"APP\",\"uiMessageWebviewUrlScheme\":\"myapp\",\"enableApp2app\":true,\"skipAggregation\":false}\n{\"environment\":\"production\",\"baseUrl\":\"http://[::1]:8080\"}",
    ),
];

fn save(folder: &str, target: &str, name: &str, text: &str) {
    let folder = Path::new(folder).join(target);
    fs::create_dir_all(&folder).unwrap();
    // Larger inputs are slow to mutate.
    if text.len() < 4_000 {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// The events of a flow to its end, with right answers, as a program. Collects its snapshots, too.
fn record(setup: Setup, snapshots: &mut BTreeSet<String>) -> String {
    let mut scenario = setup.start_only();
    let mut lines: Vec<String> = Vec::new();
    let mut answers = Value::Null;
    while lines.len() < 24 {
        if snapshots.len() < 400 {
            let text = scenario.flow.snapshot();
            snapshots.insert(
                text.split(r#","sum":"#)
                    .next()
                    .unwrap_or_default()
                    .to_owned()
                    + "}",
            );
        }
        match scenario.step.clone() {
            Step::Send {
                serial, request, ..
            } => {
                let reply = scenario.send(&request);
                lines.push(format!(
                    "> {} - {}",
                    reply.status,
                    String::from_utf8_lossy(&reply.body)
                ));
                scenario.deliver(serial, &reply);
            }
            Step::Wait { until, .. } | Step::Redirect { until, .. } => {
                lines.push("wait".to_owned());
                scenario.now = until;
                scenario.advance(Event::Waited);
            }
            Step::Challenge { .. } => {
                answers = right_answers(&scenario).unwrap_or_else(Value::object);
                lines.push(format!("raw {}", answers.print()));
                if scenario.submit_raw(&answers).is_err() {
                    break;
                }
            }
            Step::Resubmit { .. } => {
                lines.push(format!("raw {}", answers.print()));
                scenario.run_on();
            }
            _ => break,
        }
    }
    lines.join("\n")
}

fn right_answers(scenario: &Scenario) -> Option<Value> {
    let snapshot = Value::parse(scenario.flow.snapshot().as_bytes()).ok()?;
    let ids = snapshot.get("vendorIds");
    if let Some(request_id) = ids.get("RequestId").as_text() {
        return Value::parse(scenario.bank.right_answers_json(request_id)?.as_bytes()).ok();
    }
    let mut raw = Value::object();
    for (guid, value) in scenario
        .bank
        .right_values(ids.get("member_guid").as_text()?)?
    {
        raw.set(&guid, value.as_str().into());
    }
    Some(raw)
}
