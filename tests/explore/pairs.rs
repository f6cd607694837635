//! The pairs of a flow and a bank: a table of each kind of start, with people who show what a bank can do.

use crate::scenario::member;
use crate::scenario::{
    Setup, aggregate, aggregate_in_widget, cached, continue_member, create, create_and_ask,
    first_link, live, live_async, reconnect, resume, sign_in, signing_in, update, with_member,
};
use crate::world::World;

/// How a flow starts.
#[derive(Clone, Copy, Debug)]
pub enum Start {
    Live,
    LiveAsync,
    Cached,
    SigningIn,
    SignIn,
    Reconnect,
    ReconnectByForm,
    Resume,
    FirstLink,
    Aggregate,
    Continue,
    Widget,
    Update,
    Create,
    CreateAndAsk,
    CreateOauth,
    Oauth,
}

use Start::*;

/// A flow and a person or member.
pub struct Pair(pub Start, pub &'static str);

pub const PAIRS: &[Pair] = &[
    Pair(Live, "Greatday"),
    Pair(Live, "changing_ids"),
    Pair(Live, "wrong_ends"),
    Pair(Live, "one_session"),
    Pair(Live, "code_never_comes"),
    Pair(Live, "slow_after_answer"),
    Pair(Live, "slow_for_ever"),
    Pair(Live, "test_disabled_account"),
    Pair(LiveAsync, "Greatday"),
    Pair(LiveAsync, "changing_ids"),
    Pair(LiveAsync, "slow_dispatched"),
    Pair(Cached, "Greatday"),
    Pair(Cached, "slow_pending"),
    Pair(Cached, "code_too_many_requests_429"),
    Pair(SigningIn, "Greatday"),
    Pair(SignIn, "Greatday"),
    Pair(Reconnect, "Greatday"),
    Pair(Reconnect, "broken_login"),
    Pair(ReconnectByForm, "Greatday"),
    Pair(Resume, "Greatday"),
    Pair(FirstLink, "greatday_nomfa"),
    Pair(Aggregate, "text"),
    Pair(Aggregate, "three_rounds"),
    Pair(Aggregate, "wrong_again"),
    Pair(Aggregate, "wrong_at_once"),
    Pair(Aggregate, "code_never_comes"),
    Pair(Aggregate, "approved_in_app"),
    Pair(Aggregate, "answered_elsewhere"),
    Pair(Aggregate, "expires_soon"),
    Pair(Aggregate, "stale_denied"),
    Pair(Aggregate, "challenges_apart"),
    Pair(Aggregate, "busy"),
    Pair(Aggregate, "denied"),
    Pair(Continue, "already_challenged"),
    Pair(Continue, "already_running"),
    Pair(Widget, "text"),
    Pair(Widget, "denied"),
    Pair(Update, "text"),
    Pair(Create, "text"),
    Pair(CreateAndAsk, "text"),
    Pair(CreateOauth, "oauth"),
    Pair(Oauth, "oauth_revoked"),
    Pair(Oauth, "oauth_challenged"),
    Pair(Oauth, "oauth_migrated"),
];

impl Pair {
    pub fn name(&self) -> String {
        format!("{:?} {}", self.0, self.1)
    }

    /// The state in which the flow has just started.
    pub fn start(&self) -> World {
        let name = self.1;
        let setup: Setup = match self.0 {
            Live => live(name),
            LiveAsync => live_async(name),
            Cached => cached(name),
            SigningIn => signing_in(name, "Everyday"),
            SignIn => sign_in(""),
            Reconnect => reconnect(name, ""),
            ReconnectByForm => reconnect(name, r#","presentation":"form""#),
            Resume => resume(name, ""),
            FirstLink => first_link(""),
            Aggregate => aggregate(name),
            Continue => continue_member(name),
            Widget => aggregate_in_widget(name),
            Update => update(name, &member::signing_in(name, "Everyday")),
            Create => {
                let credentials = member::signing_in(name, "Everyday");
                create("simulated_bank", &format!(r#""credentials":{credentials}"#))
            }
            CreateAndAsk => create_and_ask("simulated_bank"),
            CreateOauth => create("mx_bank_oauth", r#""isOauth":true"#),
            Oauth => with_member(name, r#","isOauth":true"#),
        };
        World::new(setup.start_only(), name)
    }
}
