//! A planted panic, which no input of the corpus reaches and a short run must find.

use bank_mfa::json::Value;

use crate::program::{Line, lines};

/// Panics if a challenge is followed by a refusal with one certain code.
pub fn fall(input: &[u8]) {
    let mut was_asked = false;
    for line in lines(input) {
        let Line::Reply { status, body, .. } = line else {
            continue;
        };
        let body = Value::parse(body).unwrap_or_default();
        if status == 203 && !body.get("SecurityChallenges").items().is_empty() {
            was_asked = true;
        }
        let code = body.get("FlinksCode").as_text();
        assert!(
            !(was_asked && status == 401 && code == Some("DISABLED_LOGIN")),
            "the planted panic"
        );
    }
}
