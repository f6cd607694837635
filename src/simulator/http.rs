//! What arrives and what leaves, as plain values.

use serde::Serialize;

use super::json::Json;

/// A request as a host received it.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// `POST`, `GET` …
    pub method: &'a str,
    /// The path, with its query if there is one.
    pub path: &'a str,
    /// Names in any letter case.
    pub headers: &'a [(String, String)],
    /// The raw bytes.
    pub body: &'a [u8],
}

impl<'a> Incoming<'a> {
    /// The first header of this name, in any letter case.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        let named = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(named)
            .map(|(_, value)| value.as_str())
    }
}

/// What the host does with a reply. The simulator has no clock and no network: it only says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Arrival {
    /// Send it.
    Arrives,
    /// Break the connection: the caller sees a network error.
    Lost,
    /// Never answer: the caller runs into its own timeout.
    Hangs,
}

/// A reply, and whether it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The HTTP status.
    pub status: u16,
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    /// The raw bytes.
    pub body: Vec<u8>,
    /// Status, headers and body are for the log only unless this is [`Arrival::Arrives`].
    pub arrival: Arrival,
}

impl Outgoing {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![header("content-type", content_type)];
        Self {
            status,
            headers,
            body: body.into(),
            arrival: Arrival::Arrives,
        }
    }

    /// No body, and nothing said about one.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            headers: Vec::new(),
            ..Self::new(status, "", "")
        }
    }

    pub(crate) fn json(status: u16, body: &Json) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_text())
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(header(name, value));
        self
    }
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
