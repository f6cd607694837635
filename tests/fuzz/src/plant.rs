//! A planted panic, which no input of the corpus reaches and a short run must find.

use bank_mfa::json::Value;

use crate::program::{Line, lines};

/// Panics if a 203 has a boolean in place of its challenges, which no vendor documents.
pub fn fall(input: &[u8]) {
    for line in lines(input) {
        if let Line::Reply {
            status: 203, body, ..
        } = line
        {
            let body = Value::parse(body).unwrap_or_default();
            let challenges = body.get("SecurityChallenges");
            assert!(!matches!(challenges, Value::Bool(_)), "the planted panic");
        }
    }
}
