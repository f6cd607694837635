//! The start of a flow: a new member, and the job that its creation may not have started.

use super::{Member, failed};
use crate::failure::ErrorCode;
use crate::http::Response;
use crate::json::Value;
use crate::mx::reply::{is_success, refusal};
use crate::mx::requests::StartMode;
use crate::mx::status::error_object;
use crate::vendor::{Stage, Verdict};

/// How many replies of 404 in a row a new member may give. A third party's copy of MX's page says to read again
/// after some 500 ms; the flow waits for its next poll.
const MAX_NOT_FOUND: u64 = 5;

/// The length of a member's guid: `MBR-84ca0882-ad6c-4f10-817f-c8c0de7424fa`.
const GUID_LENGTH: usize = 40;

impl Member {
    /// Whether a new member may not be visible yet. It is asked for again, a few times.
    pub(super) fn is_not_visible_yet(&mut self, response: &Response, polls: u64) -> bool {
        let waits = response.status == 404 && self.requests.creates() && polls < MAX_NOT_FOUND;
        self.unconfirmed_polls = if waits { polls + 1 } else { 0 };
        waits
    }

    /// Interprets the reply to the start.
    pub(super) fn judge_start(&mut self, response: &Response, mode: StartMode) -> Verdict {
        let polls = self.unconfirmed_polls;
        let poll = Verdict::Wait(Stage::Poll, response.retry_after);
        match (refusal(response), mode) {
            // A 409 to a new member means that the member exists; to a job, that another job runs.
            (Some((ErrorCode::ConcurrentSession, _)), StartMode::Create) => {
                Verdict::Exists(named_member(response))
            }
            // The creation started a job after all.
            (Some((ErrorCode::ConcurrentSession, _)), StartMode::Job)
                if self.requests.creates() =>
            {
                poll
            }
            (Some(_), StartMode::Job) if self.is_not_visible_yet(response, polls) => {
                Verdict::Wait(Stage::Start, None)
            }
            (Some(refused), _) => failed(refused, response),
            (None, _) if !is_success(response.status) => Verdict::Unclear,
            (None, _) => {
                self.unconfirmed_polls = 0;
                let body = response.json();
                self.read_member_guid(&body);
                self.sign_in.read_is_oauth(body.get("member"));
                match self.requests.member_guid {
                    None => Verdict::Unclear,
                    Some(_) if mode == StartMode::Create => self.judge_creation(response),
                    Some(_) => poll,
                }
            }
        }
    }

    /// Interprets what MX did besides creating the member: 200 says that no job was started, 201 that a product failed
    /// (create-member). The job of an OAuth member starts when the person has signed in.
    fn judge_creation(&mut self, response: &Response) -> Verdict {
        let body = response.json();
        let member = body.get("member");
        let (is_oauth, running) = (
            self.requests.params.get("isOauth"),
            member.get("is_being_aggregated"),
        );
        let starts = [is_oauth, running].contains(&&Value::Bool(true));
        match response.status {
            200 if !starts => {
                self.requests.start_mode = StartMode::Job;
                return Verdict::Go(Stage::Start);
            }
            201 => self.failed_products = failed_products(member, self.requests.products()),
            _ => {}
        }
        Verdict::Wait(Stage::Poll, response.retry_after)
    }
}

/// The member that a reply of 409 names. No page says in which key, so any is accepted (a guess); two different
/// members are none.
fn named_member(response: &Response) -> Option<String> {
    let is_guid = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let mut guids = response
        .body
        .windows(GUID_LENGTH)
        .filter(|window| window.starts_with(b"MBR-"));
    let guid = guids.next()?;
    let is_only = guids.all(|other| other == guid) && guid.iter().skip(4).all(is_guid);
    let text = core::str::from_utf8(guid).ok().filter(|_| is_only);
    text.map(str::to_owned)
}

/// The requested products that the error of a new member names, as a value or a key. No page shows that error, so
/// its form is a guess.
fn failed_products(member: &Value, requested: &[Value]) -> Value {
    let error = error_object(member.get("error"));
    let mut failed = Vec::new();
    for product in requested {
        if names(&error, product) {
            failed.push(product.clone());
        }
    }
    Value::List(failed)
}

fn names(value: &Value, product: &Value) -> bool {
    let mut entries = value.entries().iter();
    value == product
        || value.items().iter().any(|item| names(item, product))
        || entries.any(|(key, value)| product.as_text() == Some(key) || names(value, product))
}
