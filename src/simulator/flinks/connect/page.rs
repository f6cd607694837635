//! Serves the page and its assets.

use super::rules::ConnectRules;
use crate::simulator::http::Outgoing;
use crate::simulator::page::{HTML, SCRIPT, page as served, shared_asset};

/// `{base}` and `{language}` are placeholders.
const PAGE: &str = include_str!("assets/page.html");

/// Name, type, text.
#[rustfmt::skip]
const ASSETS: &[(&str, &str, &str)] = &[
    ("page.js",    SCRIPT, include_str!("assets/page.js")),
    ("ask.js",     SCRIPT, include_str!("assets/ask.js")),
    ("events.js",  SCRIPT, include_str!("assets/events.js")),
    ("words.js",   SCRIPT, include_str!("assets/words.js")),
    ("forge",      HTML,   include_str!("assets/forge.html")),
    ("forge.js",   SCRIPT, include_str!("assets/forge.js")),
    ("bank",       HTML,   include_str!("assets/bank.html")),
];

/// The assets have URLs relative to the page, because a host may serve both under a prefix.
pub(super) fn page(path: &str, french: bool, rules: &ConnectRules) -> Outgoing {
    let depth = path.matches('/').count().saturating_sub(1);
    let html = PAGE
        .replace("{base}", &("../".repeat(depth) + "connect/"))
        .replace("{language}", if french { "fr" } else { "en" });
    secured(HTML, &html, rules)
}

pub(super) fn asset(name: &str, rules: &ConnectRules) -> Option<Outgoing> {
    let page_asset = ASSETS.iter().find(|row| row.0 == name);
    let (content_type, text) = page_asset
        .map(|row| (row.1, row.2))
        .or_else(|| shared_asset(name))?;
    Some(secured(content_type, text, rules))
}

fn secured(content_type: &str, text: &str, rules: &ConnectRules) -> Outgoing {
    let elsewhere = rules.elsewhere.as_deref().unwrap_or_default();
    let origin: String = elsewhere.split_inclusive('/').take(3).collect();
    let origin = origin.replace([';', ',', ' ', '\r', '\n'], "");
    served(content_type, text, &origin)
}
