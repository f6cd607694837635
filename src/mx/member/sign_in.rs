//! Signing in, in a window: when the flow offers it, and what a status means while the person is there. The window is the
//! bank's site, or MX's widget if the host chose it; in the widget the person also answers the bank's questions.
//!
//! ```text
//!              ┌── an ending that only signing in mends, PENDING, or isOauth ──┐
//!   NotOffered │                                                               ▼
//!       ▲      └───────────────────────────────────────────────────────────  Offered ◄─┐ back with an error: a
//!       │  the member works, or the bank asks                                  │  └────┘ new window
//!       └──────────────────────────────────────────────────────────  Left  ◄───┘ back
//! ```
//!
//! A status that has not changed since the window was opened says nothing: it does not end the flow while the person is
//! in the window, and once they are back, only if a second poll confirms it. If a status has changed into an ending that
//! signing in mends, the flow offers a new window with an error, as if the person had come back with one.

use super::Member;
use crate::failure::{ErrorCode, Refusal};
use crate::json::{Reader, Value, object};
use crate::mx::params::member_guid;
use crate::mx::reply::Reply;
use crate::mx::status::error_code;
use crate::redirect_error::{RedirectError, RedirectErrorCode as Code};
use crate::text_enum::text_enum;
use crate::vendor::{Stage, Verdict};

/// How many endings of one flow may lead to a window. Our choice: a member could end again and again.
const MAX_OFFERS: u64 = 3;

/// The reasons on the landing page (oauth-in-browsers, oauth-in-mobile-apps).
#[rustfmt::skip]
const REASONS: &[(&str, Code)] = &[
    ("CANCELLED",      Code::Cancelled),
    ("DENIED",         Code::Denied),
    ("IMPEDED",        Code::BankActionRequired),
    ("PROVIDER_ERROR", Code::BankError),
    ("SERVER_ERROR",   Code::VendorError),
];

/// The pages list several reasons that begin like this. That each of them means an expired session is a guess.
const SESSION_REASON: &str = "SESSION_";

text_enum! {
    /// Whether the person is in the window.
    #[derive(Default)]
    BankWindow {
        /// No window is needed.
        #[default]
        NotOffered "not-offered"
        /// The window is offered, and the person may be in it.
        Offered "offered"
        /// The person is back.
        Left "left"
    }
}

/// What the flow knows of signing in.
#[derive(Clone, Default)]
pub struct SignIn {
    pub window: BankWindow,
    /// The status when the window was opened, or an empty text if it is not known.
    status: String,
    /// Whether the person came back with an error that no status has shown yet.
    expects_error: bool,
    /// How many endings have led to a window.
    offers: u64,
    /// Whether the member uses OAuth, or null if that is not known.
    is_oauth: Value,
}

impl SignIn {
    /// The state of a new flow.
    pub fn new(params: &Value, starts_in_window: bool) -> SignIn {
        SignIn {
            window: match starts_in_window {
                true => BankWindow::Offered,
                false => BankWindow::NotOffered,
            },
            is_oauth: params.get("isOauth").clone(),
            ..SignIn::default()
        }
    }

    /// The state for a snapshot.
    pub fn save(&self) -> Value {
        object! {
            "window": self.window,
            "status": self.status.as_str(),
            "expectsError": self.expects_error,
            "offers": self.offers,
            "isOauth": self.is_oauth.clone(),
        }
    }

    /// Reads what [`SignIn::save`] wrote.
    pub fn read(saved: Reader) -> Result<SignIn, Refusal> {
        let (window, status) = (saved.get("window"), saved.get("status"));
        let known = BankWindow::from_text(window.text()?);
        let status = status.value().as_text();
        Ok(SignIn {
            window: known.ok_or_else(|| window.invalid("is not recognised"))?,
            status: status.unwrap_or_default().to_owned(),
            expects_error: saved
                .get("expectsError")
                .optional_bool()?
                .unwrap_or_default(),
            offers: saved.get("offers").uint()?,
            is_oauth: saved.get("isOauth").optional_bool()?.into(),
        })
    }

    /// Keeps whether the member uses OAuth. Some bodies do not say it.
    pub fn read_is_oauth(&mut self, member: &Value) {
        let is_oauth = member.get("is_oauth");
        if let Value::Bool(_) = is_oauth {
            self.is_oauth = is_oauth.clone();
        }
    }

    /// Whether the member certainly uses OAuth, so that it has no credentials.
    pub fn uses_oauth(&self) -> bool {
        self.is_oauth == Value::Bool(true)
    }

    /// Whether the member certainly uses OAuth, and the bank's own site mends this ending.
    fn is_for_bank(&self, code: ErrorCode) -> bool {
        self.uses_oauth() && self.mends(code)
    }

    /// Whether signing in at the bank mends this ending. Without `is_oauth`, error 2004 means OAuth (a guess). MX's page
    /// lists the statuses that a new window mends; IMPORTED is not among them, so that one is a guess.
    fn mends(&self, code: ErrorCode) -> bool {
        match code {
            ErrorCode::ReauthorizationRequired => self.is_oauth != Value::Bool(false),
            ErrorCode::CredentialsRefused
            | ErrorCode::TooManyAttempts
            | ErrorCode::SessionExpired => self.uses_oauth(),
            _ => false,
        }
    }
}

impl Member {
    pub(super) fn may_ask_to_sign_in(&self) -> bool {
        self.requests.text("signIn") != "never"
    }

    /// Whether a window mends this ending. MX's pages say that the widget opens at the error or the credentials, as the
    /// member needs; that it does so for each of these endings is a guess.
    fn is_mended(&self, code: ErrorCode) -> bool {
        let in_widget = match code {
            ErrorCode::CredentialsRefused
            | ErrorCode::TooManyAttempts
            | ErrorCode::SessionExpired
            | ErrorCode::ReauthorizationRequired
            | ErrorCode::AnswerRefused
            | ErrorCode::BankActionRequired => self.answers_in_widget(),
            _ => false,
        };
        self.may_ask_to_sign_in() && (in_widget || self.sign_in.mends(code))
    }

    /// Interprets a status by the window that is open, or that mends it. `None` means that the window changes nothing.
    pub(super) fn judge_in_window(
        &mut self,
        stage: Stage,
        reply: &Reply,
        member: &Value,
        is_confirmed: bool,
    ) -> Option<Verdict> {
        self.sign_in.read_is_oauth(member);
        let status = fingerprint(member);
        let is_running = *member.get("is_being_aggregated") == Value::Bool(true);
        if self.sign_in.window == BankWindow::Offered {
            // An error that the landing page has shown is no news.
            let is_expected = self.sign_in.expects_error && matches!(reply, Reply::Ended { .. });
            if is_expected || self.sign_in.status.is_empty() {
                self.sign_in.status.clone_from(&status);
            }
            self.sign_in.expects_error &= !is_expected;
        }
        let is_old = !is_running && self.sign_in.status == status;
        let is_mended = match reply {
            Reply::Ended { code, .. } => self.is_mended(*code),
            _ => false,
        };
        let asks = matches!(reply, Reply::Challenged { .. } | Reply::ChallengesMissing);
        match (self.sign_in.window, reply) {
            (_, Reply::Refused(_) | Reply::Unclear) => None,
            // The widget shows the progress and the next round.
            (BankWindow::Offered, Reply::Working | Reply::Idle) if self.opens_widget => {
                Some(Verdict::Redirect)
            }
            (BankWindow::Offered, _) if asks && self.opens_widget => Some(Verdict::Redirect),
            (_, _) if asks && self.answers_in_widget() => Some(self.offer(status, true)),
            (BankWindow::NotOffered, Reply::Redirect) if !self.may_ask_to_sign_in() => {
                Some(match is_confirmed {
                    true => {
                        let pending = Some("PENDING".to_owned());
                        Verdict::failed(ErrorCode::ReauthorizationRequired, pending, None)
                    }
                    false => self.confirm(stage),
                })
            }
            (BankWindow::NotOffered, Reply::Redirect) => Some(self.offer(status, false)),
            (BankWindow::Offered, Reply::Redirect) => Some(Verdict::Redirect),
            (
                BankWindow::Offered,
                Reply::Ended { .. } | Reply::Connected { .. } | Reply::Working | Reply::Idle,
            ) if is_old => Some(Verdict::Redirect),
            // The widget shows the error itself.
            (BankWindow::Offered, Reply::Ended { .. }) if is_mended && self.opens_widget => {
                Some(Verdict::Redirect)
            }
            (BankWindow::NotOffered | BankWindow::Offered, Reply::Ended { code, certain, .. })
                if is_mended && self.sign_in.offers < MAX_OFFERS =>
            {
                if !certain && !is_confirmed {
                    return Some(self.confirm(stage));
                }
                self.sign_in.offers += 1;
                let was_offered = self.sign_in.window == BankWindow::Offered;
                let in_widget = self.answers_in_widget() && !self.sign_in.is_for_bank(*code);
                let verdict = self.offer(status, in_widget);
                Some(match was_offered {
                    true => Verdict::RedirectFailed(RedirectError {
                        code: ending_code(*code),
                        vendor_reason: None,
                    }),
                    false => verdict,
                })
            }
            (BankWindow::Left, Reply::Ended { .. } | Reply::Connected { .. } | Reply::Redirect)
                if is_old && !is_confirmed =>
            {
                Some(self.confirm(stage))
            }
            (BankWindow::Left, Reply::Redirect) => Some(self.offer(status, false)),
            (BankWindow::NotOffered, _) | (_, Reply::Ended { .. } | Reply::Connected { .. }) => {
                None
            }
            (_, _) => {
                self.sign_in.window = BankWindow::NotOffered;
                None
            }
        }
    }

    fn confirm(&mut self, stage: Stage) -> Verdict {
        self.unconfirmed_polls = 1;
        Verdict::Wait(stage, None)
    }

    /// Opens a new window: MX's widget, or the bank's site.
    fn offer(&mut self, status: String, in_widget: bool) -> Verdict {
        self.opens_widget = in_widget;
        self.sign_in.window = BankWindow::Offered;
        self.sign_in.status = status;
        self.sign_in.expects_error = false;
        Verdict::Go(Stage::Window)
    }

    /// Whether MX refused a window that the flow offered by itself. The next poll then ends the flow with the failure
    /// that the window would have mended.
    pub(super) fn withdraw_offer(&mut self) -> bool {
        let is_own = (1..=MAX_OFFERS).contains(&self.sign_in.offers);
        if is_own {
            // More than the flow ever offers, so that it neither offers nor withdraws another one.
            self.sign_in.offers = MAX_OFFERS + 1;
            self.sign_in.window = BankWindow::NotOffered;
        }
        is_own
    }

    /// Accepts the landing page: the query entries that MX adds, each with all of its values. The member can have a new
    /// guid after a migration.
    pub(super) fn accept_landing(&mut self, claim: &Value) -> Result<Verdict, Refusal> {
        let landing = Reader::new("landing", claim);
        let [guid, status, reason] =
            ["member_guid", "status", "error_reason"].map(|name| landing.get(name));
        let (new_guid, status, vendor_reason) = (only(&guid)?, only(&status)?, only(&reason)?);
        if let Some(text) = new_guid {
            member_guid(&landing.item("member_guid", text))?;
        }
        let vendor_reason = vendor_reason.and_then(Value::as_text);
        if !vendor_reason.is_none_or(RedirectError::is_reason) {
            return Err(reason.invalid("must be a word of capital letters, such as CANCELLED"));
        }
        if let Some(text) = new_guid.and_then(Value::as_text) {
            self.requests.member_guid = Some(text.to_owned());
        }
        let failed = status.and_then(Value::as_text) == Some("error");
        if self.sign_in.window != BankWindow::NotOffered {
            self.sign_in.window = match failed {
                true => BankWindow::Offered,
                false => BankWindow::Left,
            };
            self.opens_widget &= failed;
        }
        if failed {
            // The landing page may come before the status that says the same.
            self.sign_in.expects_error = true;
            return Ok(Verdict::RedirectFailed(RedirectError {
                code: vendor_reason.map_or(Code::Unknown, reason_code),
                vendor_reason: vendor_reason.map(str::to_owned),
            }));
        }
        Ok(Verdict::Go(Stage::Poll))
    }
}

/// What changes in a status if the person signs in.
fn fingerprint(member: &Value) -> String {
    let mut text = error_code(member.get("error")).unwrap_or_default();
    for name in [
        "connection_status",
        "aggregated_at",
        "successfully_aggregated_at",
    ] {
        text.push(' ');
        text.push_str(&member.get(name).print());
    }
    text
}

/// The only value of a query entry, however often it is repeated.
fn only<'v>(field: &Reader<'v, '_>) -> Result<Option<&'v Value>, Refusal> {
    let values = field.value().items();
    for value in values {
        if Some(value) != values.first() {
            return Err(field.invalid("has two different values"));
        }
    }
    Ok(values.first())
}

/// The code of an ending that came while the person was in the window.
fn ending_code(code: ErrorCode) -> Code {
    match code {
        ErrorCode::CredentialsRefused | ErrorCode::TooManyAttempts => Code::Denied,
        ErrorCode::SessionExpired => Code::SessionExpired,
        _ => Code::Unknown,
    }
}

fn reason_code(reason: &str) -> Code {
    for (name, code) in REASONS {
        if *name == reason {
            return *code;
        }
    }
    match reason.starts_with(SESSION_REASON) {
        true => Code::SessionExpired,
        false => Code::Unknown,
    }
}
