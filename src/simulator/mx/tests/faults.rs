use super::*;
use crate::simulator::{Fault, FaultKind, Target};

impl Scenario {
    fn with_fault(mut self, on: Target, fault: Fault) -> Self {
        self.simulator.fault(fault.on(on));
        self
    }

    /// Sends a request, and returns whether the reply arrives.
    fn arrival(&mut self, method: &str, tail: &str, body: &str) -> Arrival {
        let (user, member) = (self.simulator.user_guid(), self.member.clone());
        let path = format!("/users/{user}/members/{member}{tail}");
        let request = Incoming {
            method,
            path: &path,
            headers: &self.headers,
            body: body.as_bytes(),
        };
        self.simulator.handle(self.now, &request).arrival
    }
}

#[test]
fn a_resume_is_judged_if_its_reply_is_lost_and_not_if_its_request_is_lost() {
    for (kind, stands) in [
        (FaultKind::LostReply, "RESUMED"),
        (FaultKind::LostRequest, "CHALLENGED"),
    ] {
        let mut bank = Scenario::for_member("text").with_fault(Target::Answer, Fault::new(kind));
        bank.aggregate();
        let body = bank
            .simulator
            .right_values_json(&bank.member.clone())
            .unwrap();
        assert_eq!(bank.arrival("PUT", "/resume", &body), Arrival::Lost);
        assert_eq!(bank.read_status().status_and_running(), (stands, true));
        assert_eq!(bank.simulator.counts().answers, 1);
    }
}

#[test]
fn each_kind_of_call_has_its_own_faults() {
    for (on, method, tail) in [
        (Target::Start, "POST", "/aggregate"),
        (Target::Start, "PUT", ""),
        (Target::Poll, "GET", "/status"),
        (Target::Challenges, "GET", "/challenges"),
        (Target::Window, "GET", "/oauth_window_uri"),
        (Target::Answer, "PUT", "/resume"),
    ] {
        let mut bank = Scenario::for_member("oauth").with_fault(on, Fault::new(FaultKind::Hang));
        assert_eq!(bank.arrival("GET", "", ""), Arrival::Arrives);
        assert_eq!(bank.arrival(method, tail, "{}"), Arrival::Hangs, "{tail}");
    }
    let mut bank =
        Scenario::for_member("").with_fault(Target::Credentials, Fault::new(FaultKind::Html));
    let reply = bank.send("GET", "/institutions/mxbank/credentials", "");
    assert_eq!(reply.header("content-type"), "text/html");
}

#[test]
fn a_status_fault_has_an_mx_error_body() {
    let fault = Fault::new(FaultKind::Status).status(429);
    let mut bank = Scenario::for_member("text").with_fault(Target::Poll, fault);
    let reply = bank.read_status();
    assert_eq!(reply.status, 429);
    assert_eq!(
        reply.body.to_text(),
        r#"{"error":{"message":"Something went wrong"}}"#
    );
}

#[test]
fn the_status_can_be_without_its_member() {
    for (kind, body) in [
        (FaultKind::NoMember, "{}"),
        (FaultKind::NullMember, r#"{"member":null}"#),
        (FaultKind::NoContent, "null"),
    ] {
        let mut bank = Scenario::for_member("text").with_fault(Target::Poll, Fault::new(kind));
        assert_eq!(bank.read_status().body.to_text(), body);
    }
}
