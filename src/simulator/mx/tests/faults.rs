use super::*;
use crate::simulator::{Fault, FaultKind, On};

impl Scenario {
    fn but(mut self, on: On, fault: Fault) -> Self {
        self.bank.fault(fault.on(on));
        self
    }

    /// Whatever becomes of the reply.
    fn arrival(&mut self, method: &str, tail: &str, body: &str) -> Arrival {
        let (user, member) = (self.bank.user_guid(), self.member.clone());
        let path = format!("/users/{user}/members/{member}{tail}");
        let request = Incoming {
            method,
            path: &path,
            headers: &self.headers,
            body: body.as_bytes(),
        };
        self.bank.handle(self.now, &request).arrival
    }
}

#[test]
fn a_resume_whose_reply_is_lost_was_heard_and_a_lost_request_was_not() {
    for (kind, stands) in [
        (FaultKind::LostReply, "RESUMED"),
        (FaultKind::LostRequest, "CHALLENGED"),
    ] {
        let mut bank = Scenario::of("text").but(On::Answer, Fault::new(kind));
        bank.aggregate();
        let body = bank.bank.right_values_json(&bank.member.clone()).unwrap();
        assert_eq!(bank.arrival("PUT", "/resume", &body), Arrival::Lost);
        assert_eq!(bank.look().stands(), (stands, true));
        assert_eq!(bank.bank.counts().answers, 1);
    }
}

#[test]
fn each_kind_of_call_has_its_own_faults() {
    for (on, method, tail) in [
        (On::Start, "POST", "/aggregate"),
        (On::Start, "PUT", ""),
        (On::Poll, "GET", "/status"),
        (On::Challenges, "GET", "/challenges"),
        (On::Window, "GET", "/oauth_window_uri"),
        (On::Answer, "PUT", "/resume"),
    ] {
        let mut bank = Scenario::of("oauth").but(on, Fault::new(FaultKind::Hang));
        assert_eq!(bank.arrival("GET", "", ""), Arrival::Arrives);
        assert_eq!(bank.arrival(method, tail, "{}"), Arrival::Hangs, "{tail}");
    }
    let mut bank = Scenario::of("").but(On::Credentials, Fault::new(FaultKind::Html));
    let got = bank.send("GET", "/institutions/mxbank/credentials", "");
    assert_eq!(got.header("content-type"), "text/html");
}

#[test]
fn a_refusal_is_worded_as_mx_words_it() {
    let fault = Fault::new(FaultKind::Status).status(429);
    let mut bank = Scenario::of("text").but(On::Poll, fault);
    let got = bank.look();
    assert_eq!(got.status, 429);
    assert_eq!(
        got.body.to_text(),
        r#"{"error":{"message":"Something went wrong"}}"#
    );
}

#[test]
fn a_status_can_lack_its_member() {
    for (kind, body) in [
        (FaultKind::NoMember, "{}"),
        (FaultKind::NullMember, r#"{"member":null}"#),
        (FaultKind::NoContent, "null"),
    ] {
        let mut bank = Scenario::of("text").but(On::Poll, Fault::new(kind));
        assert_eq!(bank.look().body.to_text(), body);
    }
}
