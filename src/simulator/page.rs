//! How the vendors' pages are served, and the assets that they share.

use super::http::Outgoing;

pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A page or asset. Its policy allows loading and framing its own origin, and framing `framed`. The host
/// adds who may frame the page: `frame-ancestors`.
pub(crate) fn page(content_type: &str, text: &str, framed: &str) -> Outgoing {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
         connect-src 'self'; frame-src 'self' {framed}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    Outgoing::new(200, content_type, text)
        .with_header("content-security-policy", &policy)
        .with_header("x-content-type-options", "nosniff")
        .with_header("cache-control", "no-store")
}

/// Content type and text of a shared asset.
pub(crate) fn shared_asset(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "page.css" => Some((STYLE, include_str!("assets/page.css"))),
        "dom.js" => Some((SCRIPT, include_str!("assets/dom.js"))),
        _ => None,
    }
}
