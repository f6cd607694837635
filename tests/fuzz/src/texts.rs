//! The targets that are one text: a snapshot, and the parameters of a flow.

use bank_mfa::VENDORS;
use bank_mfa::flow::{Event, Flow};
use bank_mfa::json::{Reader, Value};

use crate::allocation::bounded;
use crate::flows::{CANARY, Run, check_refusal, has_canary_name, json};

const FLINKS_CONFIG: &str = r#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb","authorizeAsync":true,"redirectUrl":"https://app.example/back"}"#;
const MX_CONFIG: &str = r#"{"environment":"integration"}"#;

/// A snapshot, first as it is and then with the right checksum. What is restored goes on.
pub fn snapshot(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let config = json(if text.contains("flinks") {
        FLINKS_CONFIG
    } else {
        MX_CONFIG
    });
    let restore = |text: &str| bounded(text.len(), || Flow::restore(text, VENDORS, &config));
    if let Err(refusal) = restore(text) {
        check_refusal(&refusal, text.contains(CANARY));
    }
    let Ok(mut envelope) = Value::parse(input) else {
        return;
    };
    envelope.take_last("sum");
    let sum = checksum(envelope.print().as_bytes());
    envelope.set("sum", Value::number(sum.into()));
    let edited = envelope.print();
    let flow = match restore(&edited) {
        Ok(flow) => flow,
        Err(refusal) => return check_refusal(&refusal, has_canary_name(&envelope)),
    };
    let mut run = Run::edited(flow, config, edited.len());
    run.take(Event::Restored);
    for _ in 0..4 {
        run.take(Event::Waited);
        run.lose();
    }
    run.take(Event::WindowOpened);
    run.lose();
    run.take(Event::Returned(&Value::Null));
    run.take(Event::Cancelled);
}

/// Three lines: the vendor's name, the parameters, and the configuration. A flow that starts is stored and restored.
pub fn start(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let name = line();
    let (Ok(params), Ok(config)) = (Value::parse(line()), Value::parse(line())) else {
        return;
    };
    let Some(entry) = VENDORS.iter().find(|entry| entry.name.as_bytes() == name) else {
        return;
    };
    let begin = entry.start;
    let started = bounded(input.len(), || {
        begin(Reader::new("params", &params), Reader::new("host", &config))
    });
    match started {
        Err(refusal) => check_refusal(
            &refusal,
            has_canary_name(&params) || has_canary_name(&config),
        ),
        Ok((vendor, credentials)) => {
            let mut run = Run::new(Flow::new("flow", vendor), config, input.len());
            // The host stores no single call: one that is never repeated cannot be restored.
            if run.take(Event::Started(&credentials)) && entry.name != "flinks-call" {
                run.restore();
                run.take(Event::Restored);
            }
            run.lose();
            run.take(Event::Cancelled);
        }
    }
}

/// FNV-1a, 32 bits.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
