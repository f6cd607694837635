//! Requests and replies as plain values.

use serde::Serialize;

use super::json::Json;

/// A request as the host received it.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// `POST`, `GET` …
    pub method: &'a str,
    /// The path, with its query if any.
    pub path: &'a str,
    /// Names can have any letter case.
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

/// What the host must do with a reply. The simulator has no clock and no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Arrival {
    /// Send it.
    Arrives,
    /// Break the connection: the caller sees a network error.
    Lost,
    /// Never reply: the caller needs a timeout.
    Hangs,
}

/// A reply, and what the host does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The HTTP status.
    pub status: u16,
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    /// The raw bytes.
    pub body: Vec<u8>,
    /// Unless this is [`Arrival::Arrives`], status, headers and body are only for a log.
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

    /// No body and no content type.
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
