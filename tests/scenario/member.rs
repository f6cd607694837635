//! What the tests of MX's members share.

use bank_mfa::flow::{Event, Step};
use bank_mfa::json::Value;
use bank_mfa::simulator::{Arrival, Outgoing};

use super::{Scenario, aggregate};

pub fn json(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

pub fn vendor_ids(scenario: &Scenario) -> Value {
    json(&scenario.flow.snapshot()).get("vendorIds").clone()
}

/// Answers each round with the values that the simulator expects.
pub fn answer_right(scenario: &mut Scenario) {
    while let Step::Challenge { .. } = scenario.step {
        let guid = vendor_ids(scenario)
            .get("member_guid")
            .as_text()
            .unwrap()
            .to_owned();
        let right = json(&scenario.bank.right_values_json(&guid).unwrap());
        let mut raw = Value::object();
        for answer in right.get("member").get("challenges").items() {
            raw.set(
                answer.get("guid").as_text().unwrap(),
                answer.get("value").clone(),
            );
        }
        scenario.submit_raw(&raw).unwrap();
        scenario.run_on();
    }
}

/// Credentials for the simulated bank, by guid.
pub fn signing_in(username: &str, password: &str) -> String {
    let mut scenario = aggregate("text").run();
    let guids = scenario.credential_guids("simulated_bank");
    format!(
        r#"[{{"guid":"{}","value":"{username}"}},{{"guid":"{}","value":"{password}"}}]"#,
        guids[0], guids[1]
    )
}

/// A reply of MX with this body.
pub fn reply(status: u16, body: &str) -> Outgoing {
    Outgoing {
        status,
        headers: Vec::new(),
        body: body.into(),
        arrival: Arrival::Arrives,
    }
}

/// What the landing page with this member's guid claims.
pub fn landing(guid: &str) -> Value {
    json(&format!(r#"{{"member_guid":["{guid}"]}}"#))
}

/// The address of the open window.
pub fn window(scenario: &Scenario) -> String {
    match &scenario.step {
        Step::Redirect { url, .. } => url.clone(),
        step => panic!("no window, but {step:?}"),
    }
}

/// Polls once from the window. The flow stays there or ends.
pub fn poll_from_window(scenario: &mut Scenario) {
    let Step::Redirect { until, .. } = scenario.step else {
        panic!("no window, but {:?}", scenario.step)
    };
    scenario.now = until;
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    while let Step::Send { .. } = scenario.step {
        scenario.send_one();
    }
    let step = &scenario.step;
    assert!(
        !matches!(step, Step::Wait { .. }),
        "the flow left the window"
    );
}

/// What a driver passes on from a landing URL.
pub fn claim(location: &str) -> Value {
    let (_, query) = location.split_once('?').unwrap();
    let values = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let matching = pairs.filter(|(key, _)| key.trim_start_matches("amp;") == name);
        let values: Vec<String> = matching.map(|(_, value)| format!("\"{value}\"")).collect();
        format!("\"{name}\":[{}]", values.join(","))
    };
    let names = ["member_guid", "status", "error_reason"];
    json(&format!("{{{}}}", names.map(values).join(",")))
}
