//! Data: GetAccountsSummary, GetAccountsDetail and GetStatements. What is in it stays with the host.

use crate::failure::Refusal;
use crate::http::Response;
use crate::json::{self, Check, Reader, Value};

use super::Guid;
use super::call::{Asked, Reply, in_pascal_case, items};
use super::params::guid;
use super::time::epoch;

/// Its page has no option beside the RequestId.
const SUMMARY: &[(&str, Check)] = &[("requestId", guid)];

const DETAIL: &[(&str, Check)] = &[
    ("requestId", guid),
    ("withAccountIdentity", json::bool),
    ("withKYC", json::bool),
    ("withTransactions", json::bool),
    ("withBalance", json::bool),
    ("accountsFilter", accounts),
    ("daysOfTransactions", days),
    ("dateFrom", date),
    ("dateTo", date),
    ("refreshDelta", delta),
];

const STATEMENTS: &[(&str, Check)] = &[
    ("requestId", guid),
    ("numberOfStatements", number),
    ("accountsFilter", accounts),
];

/// What GetAccountsSummary is asked.
pub fn summary(params: &Reader) -> Result<Asked, Refusal> {
    read(params, SUMMARY)
}

/// What GetAccountsDetail is asked.
pub fn detail(params: &Reader) -> Result<Asked, Refusal> {
    read(params, DETAIL)
}

/// What GetStatements is asked.
pub fn statements(params: &Reader) -> Result<Asked, Refusal> {
    read(params, STATEMENTS)
}

/// Nothing of it is read: the host may keep it, and give `{}` in its place.
pub fn data(_: &Response, body: &Value) -> Reply {
    match body {
        Value::Object(_) => Reply::Done(Value::Null),
        _ => Reply::Unclear,
    }
}

fn read(params: &Reader, checks: &[(&str, Check)]) -> Result<Asked, Refusal> {
    params.each(checks)?;
    Ok(Asked {
        id: Some(Guid::read(params.get("requestId"))?),
        body: Some(in_pascal_case(params.value())),
    })
}

fn days(field: &Reader) -> Result<(), Refusal> {
    match field.text()? {
        "Days90" | "Days365" => Ok(()),
        _ => Err(field.invalid("must be Days90 or Days365")),
    }
}

fn number(field: &Reader) -> Result<(), Refusal> {
    match field.text()? {
        "MostRecent" | "Months3" | "Months12" => Ok(()),
        _ => Err(field.invalid("must be MostRecent, Months3 or Months12")),
    }
}

/// `2026-01-31`. No page says the form of a date: a guess, by the dates of the transactions.
fn date(field: &Reader) -> Result<(), Refusal> {
    match epoch(&[field.text()?, "T00:00:00"].concat()) {
        Some(_) => Ok(()),
        None => Err(field.invalid("must be a date such as 2026-01-31")),
    }
}

fn accounts(field: &Reader) -> Result<(), Refusal> {
    items(field, json::text)
}

/// `[{"AccountId":"…","TransactionId":"…"}]`
fn delta(field: &Reader) -> Result<(), Refusal> {
    items(field, |item| {
        item.only(&["accountId", "transactionId"])?;
        Guid::read(item.get("accountId"))?;
        Guid::read(item.get("transactionId")).map(drop)
    })
}
