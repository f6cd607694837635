//! Connect: a page in an iframe of another origin, on which a person signs in or answers the bank. Its URL and
//! the messages to its parent are documented. The calls that the page makes are not documented: here they are
//! ours.

mod forgery;
mod page;
pub(super) mod rules;
mod visit;

#[cfg(test)]
mod tests;

pub use rules::{ConnectRules, Misbehaviour};

use std::collections::BTreeMap;

use visit::Visit;

use super::{Flinks, replies};
use crate::simulator::counts::{Counts, Rule};
use crate::simulator::http::{Incoming, Outgoing};
use crate::simulator::json::Json;

#[derive(Debug, Clone, Default)]
pub(crate) struct Connect {
    visits: Vec<Visit>,
    /// The `tag` of the page that last authorized a person, by username.
    tags: BTreeMap<&'static str, String>,
}

impl Connect {
    pub(super) fn tag(&self, username: &str) -> Option<String> {
        self.tags.get(username).cloned()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route<'a> {
    Page,
    Asset(&'a str),
    /// A call that the page makes.
    Call(&'a str),
}

/// Whether a request is for Connect: `/v2/?…`, or without `/v2` as on newer pages, and `/connect/…` for
/// the assets and calls of the page.
pub(crate) fn is_connect(request: &Incoming<'_>) -> bool {
    route(request).is_some()
}

fn route<'a>(request: &Incoming<'a>) -> Option<Route<'a>> {
    let path = request.path.split('?').next().unwrap_or_default();
    match (request.method, path.strip_prefix("/connect/")) {
        ("POST", name) => name.map(Route::Call),
        ("GET", Some(name)) => Some(Route::Asset(name)),
        ("GET", None) => {
            let page_path = path.strip_prefix("/v2").unwrap_or(path);
            let is_page = matches!(page_path, "" | "/") || page_path.starts_with("/Credential/");
            is_page.then_some(Route::Page)
        }
        _ => None,
    }
}

impl Flinks {
    /// Answers a browser, or a call of the page.
    pub(crate) fn connect(
        &mut self,
        now: u64,
        request: &Incoming<'_>,
        counts: &mut Counts,
    ) -> Outgoing {
        self.advance_to(now);
        let (path, query) = request.path.split_once('?').unwrap_or((request.path, ""));
        let french = query.split('&').any(|pair| pair == "language=fr");
        let rules = &self.rules.connect;
        let found = match route(request) {
            Some(Route::Page) => Some(page::page(path, french, rules)),
            Some(Route::Asset(name)) => page::asset(name, rules),
            Some(Route::Call(name)) => self.handle_page_call(now, name, request.body, counts),
            None => None,
        };
        found.unwrap_or_else(|| {
            counts.rule_broken(Rule::Path);
            replies::not_found()
        })
    }

    fn handle_page_call(
        &mut self,
        now: u64,
        name: &str,
        bytes: &[u8],
        counts: &mut Counts,
    ) -> Option<Outgoing> {
        let body = Json::parse(bytes).unwrap_or(Json::Null);
        let view = match name {
            "open" => self.open(now, &body, counts),
            "sign-in" => self.sign_in(now, &body, counts),
            "answer" => self.answer_visit(now, &body),
            "look" => self.refresh(now, &body),
            "leave" => self.leave(&body),
            _ => return None,
        };
        let mut view = view.unwrap_or_else(|error| {
            error
                .rule
                .into_iter()
                .for_each(|rule| counts.rule_broken(rule));
            error.view()
        });
        let forgery = self.forgery(&view, &body);
        view.extend(forgery.map(|forgery| ("forgery".to_owned(), forgery)));
        Some(Outgoing::json(200, &Json::Object(view)))
    }
}
