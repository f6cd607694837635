//! What a browser gets: the page, its parts, and what it may do.

use super::ConnectRules;
use crate::simulator::http::Outgoing;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// `{base}` and `{language}` are filled in.
const PAGE: &str = include_str!("assets/page.html");

/// Name, type, text.
#[rustfmt::skip]
const ASSETS: &[(&str, &str, &str)] = &[
    ("page.css",   STYLE,  include_str!("assets/page.css")),
    ("page.js",    SCRIPT, include_str!("assets/page.js")),
    ("ask.js",     SCRIPT, include_str!("assets/ask.js")),
    ("dom.js",     SCRIPT, include_str!("assets/dom.js")),
    ("events.js",  SCRIPT, include_str!("assets/events.js")),
    ("words.js",   SCRIPT, include_str!("assets/words.js")),
    ("forge",      HTML,   include_str!("assets/forge.html")),
    ("forge.js",   SCRIPT, include_str!("assets/forge.js")),
    ("bank",       HTML,   include_str!("assets/bank.html")),
];

/// Its parts stand beside the path that a host put before it, so they are named from where it lies.
pub(super) fn page(path: &str, french: bool, rules: &ConnectRules) -> Outgoing {
    let depth = path.matches('/').count().saturating_sub(1);
    let html = PAGE
        .replace("{base}", &("../".repeat(depth) + "connect/"))
        .replace("{language}", if french { "fr" } else { "en" });
    secured(HTML, html, rules)
}

pub(super) fn asset(name: &str, rules: &ConnectRules) -> Option<Outgoing> {
    let (_, content_type, text) = ASSETS.iter().find(|row| row.0 == name)?;
    Some(secured(content_type, (*text).to_owned(), rules))
}

/// Who may frame it is for the host to add: `frame-ancestors`.
fn secured(content_type: &str, text: String, rules: &ConnectRules) -> Outgoing {
    let elsewhere = rules.elsewhere.as_deref().unwrap_or_default();
    let origin: String = elsewhere.split_inclusive('/').take(3).collect();
    let origin = origin.replace([';', ',', ' ', '\r', '\n'], "");
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
         connect-src 'self'; frame-src 'self' {origin}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    Outgoing::new(200, content_type, text)
        .with_header("content-security-policy", &policy)
        .with_header("x-content-type-options", "nosniff")
        .with_header("cache-control", "no-store")
}
