//! Authorize tokens: each opens one session, and all calls of that session carry it.

use std::collections::BTreeMap;

use super::rules::Rules;
use crate::simulator::counts::Rule;

#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens(BTreeMap<String, Token>);

#[derive(Debug, Clone)]
struct Token {
    minted: u64,
    used: bool,
}

impl Tokens {
    pub(crate) fn mint(&mut self, token: String, now: u64) {
        self.0.insert(
            token,
            Token {
                minted: now,
                used: false,
            },
        );
    }

    /// Marks the token of a call that opens a session as used. No other session can be opened with the token.
    pub(crate) fn use_up(
        &mut self,
        key: &AuthKey<'_>,
        now: u64,
        rules: &Rules,
    ) -> Result<(), Rule> {
        let token = self.usable_token(key, now, rules)?;
        if let Some(minted) = token.and_then(|token| self.0.get_mut(token)) {
            minted.used = true;
        }
        Ok(())
    }

    /// The token, if it can open a session now. `None` if the call has no token and needs none.
    pub(crate) fn usable_token<'a>(
        &self,
        key: &AuthKey<'a>,
        now: u64,
        rules: &Rules,
    ) -> Result<Option<&'a str>, Rule> {
        let token = self.minted_token(key, rules)?;
        match token.and_then(|token| self.0.get(token)) {
            Some(token) if token.used => Err(Rule::TokenUsed),
            Some(token) if now.saturating_sub(token.minted) >= rules.token_ttl_ms() => {
                Err(Rule::TokenExpired)
            }
            _ => Ok(token),
        }
    }

    /// Checks that a call in a session has the token that opened the session.
    pub(crate) fn check(
        &self,
        key: &AuthKey<'_>,
        session: Option<&str>,
        now: u64,
        rules: &Rules,
    ) -> Result<(), Rule> {
        let token = self.minted_token(key, rules)?;
        if token != session {
            return Err(Rule::TokenOfAnotherSession);
        }
        let minted = token
            .and_then(|token| self.0.get(token))
            .map(|token| token.minted);
        let old = minted.is_some_and(|minted| now.saturating_sub(minted) >= rules.token_ttl_ms());
        if old && rules.token_expires_in_session {
            Err(Rule::TokenExpired)
        } else {
            Ok(())
        }
    }

    /// The token, if it was minted. `None` if the call has no token and needs none.
    pub(crate) fn minted_token<'a>(
        &self,
        key: &AuthKey<'a>,
        rules: &Rules,
    ) -> Result<Option<&'a str>, Rule> {
        match key.token {
            None if rules.tokens_required => Err(Rule::TokenMissing),
            None => Ok(None),
            Some(token) if token == key.secret => Err(Rule::SecretKeyAsToken),
            Some(token) if !self.0.contains_key(token) => Err(Rule::TokenUnknown),
            Some(token) => Ok(Some(token)),
        }
    }
}

/// The `flinks-auth-key` of a call, and the secret key, which is not a token.
pub(crate) struct AuthKey<'a> {
    pub(crate) token: Option<&'a str>,
    pub(crate) secret: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: u64 = 60_000;

    fn key(token: &str) -> AuthKey<'_> {
        AuthKey {
            token: Some(token),
            secret: "secret",
        }
    }

    fn minted() -> Tokens {
        let mut tokens = Tokens::default();
        tokens.mint("a".into(), 0);
        tokens.mint("b".into(), 0);
        tokens
    }

    #[test]
    fn a_token_opens_one_session() {
        let (mut tokens, rules) = (minted(), Rules::default());
        assert_eq!(tokens.use_up(&key("a"), 0, &rules), Ok(()));
        assert_eq!(tokens.use_up(&key("a"), 0, &rules), Err(Rule::TokenUsed));
        assert_eq!(tokens.use_up(&key("b"), 0, &rules), Ok(()));
    }

    #[test]
    fn an_unused_token_is_valid_for_fifteen_to_thirty_minutes() {
        for (minutes, valid_minutes) in [(15, 15), (20, 20), (30, 30), (5, 15), (90, 30)] {
            let rules = Rules {
                token_minutes: minutes,
                ..Rules::default()
            };
            let at = |now| minted().use_up(&key("a"), now, &rules);
            assert_eq!(at(valid_minutes * MINUTE_MS - 1), Ok(()));
            assert_eq!(at(valid_minutes * MINUTE_MS), Err(Rule::TokenExpired));
        }
    }

    #[test]
    fn a_token_stays_valid_in_its_session_unless_the_rules_say_otherwise() {
        let check = |token_expires_in_session| {
            let rules = Rules {
                token_expires_in_session,
                ..Rules::default()
            };
            minted().check(&key("a"), Some("a"), 15 * MINUTE_MS, &rules)
        };
        assert_eq!(check(false), Ok(()));
        assert_eq!(check(true), Err(Rule::TokenExpired));
    }

    #[test]
    fn an_answer_must_have_the_token_of_its_session() {
        let rules = Rules::default();
        let check = |token, session| minted().check(&key(token), session, 0, &rules);
        assert_eq!(check("a", Some("a")), Ok(()));
        assert_eq!(check("b", Some("a")), Err(Rule::TokenOfAnotherSession));
        assert_eq!(check("a", None), Err(Rule::TokenOfAnotherSession));
    }

    #[test]
    fn a_token_that_was_not_minted_is_refused() {
        let rules = Rules::default();
        let none = AuthKey {
            token: None,
            secret: "secret",
        };
        assert_eq!(
            minted().use_up(&key("c"), 0, &rules),
            Err(Rule::TokenUnknown)
        );
        assert_eq!(
            minted().use_up(&key("secret"), 0, &rules),
            Err(Rule::SecretKeyAsToken)
        );
        assert_eq!(minted().use_up(&none, 0, &rules), Err(Rule::TokenMissing));
        let not_required = Rules {
            tokens_required: false,
            ..rules
        };
        assert_eq!(minted().use_up(&none, 0, &not_required), Ok(()));
        assert_eq!(minted().check(&none, None, 0, &not_required), Ok(()));
    }
}
