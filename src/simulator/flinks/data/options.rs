//! The options of the data calls.

use crate::simulator::flinks::fields::{Fields, Invalid, Keys, Shape};
use crate::simulator::http::Incoming;
use crate::simulator::json::Json;

/// Which of the three calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataKind {
    Summary,
    Detail,
    Statements,
}

/// The state of a session's data.
#[derive(Debug, Clone, Default)]
pub(crate) struct DataState {
    /// When the session's first data call started preparing its data.
    pub(super) started_at: Option<u64>,
    /// When a poll last got a 202.
    pub(super) last_pending_at: Option<u64>,
    /// The options of the last call of each kind, for the Async variant.
    pub(super) requested: Vec<(DataKind, Options)>,
}

/// The defaults are ours: no page has them all.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Options {
    pub(crate) identity: bool,
    pub(crate) holder: bool,
    pub(crate) balance: bool,
    pub(crate) transactions: bool,
    /// The accounts to return; all if empty.
    pub(crate) accounts: Vec<String>,
    pub(crate) days: i64,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    /// AccountId and the last known TransactionId.
    pub(crate) delta: Vec<(String, String)>,
    pub(crate) statements: u64,
}

const REQUEST_ID: (&str, Shape) = ("RequestId", Shape::Guid);
const ACCOUNTS: (&str, Shape) = ("AccountsFilter", Shape::Guids);

/// No page lists the options of GetAccountsSummary: here they are the options of GetAccountsDetail that make
/// sense for GetAccountsSummary (D).
const SUMMARY: &Keys = &[
    REQUEST_ID,
    ("WithAccountIdentity", Shape::Bool),
    ("WithKYC", Shape::Bool),
    ("WithBalance", Shape::Bool),
    ACCOUNTS,
];
const DETAIL: &Keys = &[
    REQUEST_ID,
    ("WithAccountIdentity", Shape::Bool),
    ("WithKYC", Shape::Bool),
    ("WithTransactions", Shape::Bool),
    ("WithBalance", Shape::Bool),
    ACCOUNTS,
    ("DaysOfTransactions", Shape::OneOf(&["Days90", "Days365"])),
    ("DateFrom", Shape::Date),
    ("DateTo", Shape::Date),
    ("RefreshDelta", Shape::Objects(DELTA)),
    // The PDF-statement options (A, C). They change nothing here.
    ("WithDetailsAndBankingStatements", Shape::Bool),
    ("NumberOfBankingStatements", Shape::NonEmptyText),
];
const DELTA: &Keys = &[("AccountId", Shape::Guid), ("TransactionId", Shape::Guid)];
const STATEMENTS: &Keys = &[
    REQUEST_ID,
    (
        "NumberOfStatements",
        Shape::OneOf(&["MostRecent", "Months3", "Months12"]),
    ),
    ACCOUNTS,
];

/// The RequestId and the options of a data call.
pub(crate) fn read(request: &Incoming<'_>, kind: DataKind) -> Result<(String, Options), Invalid> {
    let keys = match kind {
        DataKind::Summary => SUMMARY,
        DataKind::Detail => DETAIL,
        DataKind::Statements => STATEMENTS,
    };
    let fields = Fields::read(request, keys)?;
    let Some(request_id) = fields.text("RequestId") else {
        return Err(("RequestId".to_owned(), "is required"));
    };
    let with = |name| fields.get(name) != Some(&Json::Bool(false));
    let lower = |value: &Json| value.as_text().unwrap_or_default().to_ascii_lowercase();
    let member = |item: &Json, name| item.member(name).map(lower).unwrap_or_default();
    let delta = |item: &Json| (member(item, "AccountId"), member(item, "TransactionId"));
    let options = Options {
        identity: with("WithAccountIdentity"),
        holder: with("WithKYC"),
        balance: with("WithBalance"),
        transactions: with("WithTransactions"),
        accounts: fields.array("AccountsFilter").iter().map(lower).collect(),
        days: match fields.text("DaysOfTransactions") {
            Some("Days365") => 365,
            _ => 90,
        },
        from: fields.text("DateFrom").map(str::to_owned),
        to: fields.text("DateTo").map(str::to_owned),
        delta: fields.array("RefreshDelta").iter().map(delta).collect(),
        statements: match fields.text("NumberOfStatements") {
            Some("Months3") => 3,
            Some("Months12") => 12,
            _ => 1,
        },
    };
    Ok((request_id.to_ascii_lowercase(), options))
}
