//! The targets, by name: a flow for each documented kind of start, and the texts that a host passes.

use std::sync::LazyLock;

use bank_mfa::json::Value;

use crate::flows::{Start, json};
use crate::texts;

/// What runs an input.
pub enum Target {
    Flow(Start),
    Text(fn(&[u8])),
}

impl Target {
    pub fn run(&self, input: &[u8]) {
        match self {
            Target::Flow(start) => start.run(input),
            Target::Text(run) => run(input),
        }
    }
}

/// The targets with their names. The test of the wasm reads `flows.json`, too.
pub static TARGETS: LazyLock<Vec<(String, Target)>> = LazyLock::new(|| {
    let all = json(include_str!("../flows.json"));
    let flow = |start: &Value| {
        let name = start.get("name").as_text().unwrap_or_default();
        (name.to_owned(), Target::Flow(Start::read(start)))
    };
    let texts = [
        ("snapshot", texts::snapshot as fn(&[u8])),
        ("start", texts::start),
    ];
    let texts = texts.map(|(name, run)| (name.to_owned(), Target::Text(run)));
    all.items().iter().map(flow).chain(texts).collect()
});
