//! Data: GetAccountsSummary, GetAccountsDetail and GetStatements. Only the host reads the data.

use crate::failure::Refusal;
use crate::flinks::guid::Guid;
use crate::flinks::params::guid;
use crate::flinks::time::epoch_ms;
use crate::http::Response;
use crate::json::{self, Check, Reader, Value};

use super::params::{in_pascal_case, items};
use super::service::{Reply, ServiceRequest};

/// The parameters of GetAccountsSummary. Its page documents no option; integrators send these two.
pub const SUMMARY: &[(&str, Check)] = &[
    ("requestId", guid),
    ("withAccountIdentity", json::bool),
    ("withBalance", json::bool),
    ("options", options),
];

/// The parameters of GetAccountsDetail.
pub const DETAIL: &[(&str, Check)] = &[
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
    ("withDetailsAndBankingStatements", json::bool),
    // No page lists its values. `MostRecent` was seen.
    ("numberOfBankingStatements", json::text),
    ("options", options),
];

/// The parameters of GetStatements.
pub const STATEMENTS: &[(&str, Check)] = &[
    ("requestId", guid),
    ("numberOfStatements", number),
    ("accountsFilter", accounts),
    ("options", options),
];

/// Any object is a success. The host can keep the body and pass `{}` instead.
pub fn data_result(_: &Response, body: &Value) -> Reply {
    match body {
        Value::Object(_) => Reply::Done(Value::Null),
        _ => Reply::Unclear,
    }
}

/// Reads the parameters of a data call. `options` holds further ones by Flinks' own names, and they are sent
/// as they are.
pub fn data_request(params: &Reader, checks: &[(&str, Check)]) -> Result<ServiceRequest, Refusal> {
    params.each(checks)?;
    let mut body = in_pascal_case(&params.value().without(&["options"]));
    let options = params.get("options");
    for (name, value) in options.value().entries() {
        let is_parameter = |(known, _): &(&str, Check)| known.eq_ignore_ascii_case(name);
        if name.is_empty() || checks.iter().any(is_parameter) {
            return Err(options
                .get(name)
                .invalid("is not a further option of this call"));
        }
        body.set(name, value.clone());
    }
    Ok(ServiceRequest {
        id: Some(Guid::read(params.get("requestId"))?),
        body: Some(body),
    })
}

fn options(field: &Reader) -> Result<(), Refusal> {
    match field.value() {
        Value::Object(_) => Ok(()),
        _ => Err(field.invalid("must be an object")),
    }
}

fn days(field: &Reader) -> Result<(), Refusal> {
    json::one_of(field, &["Days90", "Days365"], "must be Days90 or Days365")
}

fn number(field: &Reader) -> Result<(), Refusal> {
    let expected = "must be MostRecent, Months3 or Months12";
    json::one_of(field, &["MostRecent", "Months3", "Months12"], expected)
}

/// Checks a date such as `2026-01-31`. No page documents the format: a guess from the dates of transactions.
fn date(field: &Reader) -> Result<(), Refusal> {
    match epoch_ms(&String::from_iter([field.text()?, "T00:00:00"])) {
        Some(_) => Ok(()),
        None => Err(field.invalid("must be a date such as 2026-01-31")),
    }
}

fn accounts(field: &Reader) -> Result<(), Refusal> {
    items(field, json::text)
}

/// Checks an array such as `[{"AccountId":"…","TransactionId":"…"}]`.
fn delta(field: &Reader) -> Result<(), Refusal> {
    items(field, |item| {
        item.only(&["accountId", "transactionId"])?;
        Guid::read(item.get("accountId"))?;
        Guid::read(item.get("transactionId")).map(drop)
    })
}
