//! Flinks' data and card calls, which never ask the person anything.

use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::flinks::calls::{self, service::Reply};
use crate::json::{Reader, Value, object};

use super::{failure, reply};
use crate::js::input::parse;
use crate::js::output::{refuse, to_js};

/// The parameters of GetAccountsSummary.
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct AccountsSummaryParams {
    /// The RequestId of an authorized session, a GUID.
    request_id: String,
    /// Whether to include transit, institution and account numbers. Flinks does not document it for this call.
    #[tsify(optional)]
    with_account_identity: bool,
    /// Whether to include balances. Flinks does not document it for this call.
    #[tsify(optional)]
    with_balance: bool,
    /// Further options by Flinks' own names, such as `{ WithKYC: true }`. They are sent as they are.
    #[tsify(optional, type = "Record<string, unknown>")]
    options: Value,
}

/// The parameters of GetAccountsDetail.
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct AccountsDetailParams {
    /// The RequestId of an authorized session, a GUID.
    request_id: String,
    /// Whether to include transit, institution and account numbers.
    #[tsify(optional)]
    with_account_identity: bool,
    /// Whether to include the account holders.
    #[tsify(optional)]
    #[serde(rename = "withKYC")]
    with_kyc: bool,
    /// Whether to include transactions.
    #[tsify(optional)]
    with_transactions: bool,
    /// Whether to include balances.
    #[tsify(optional)]
    with_balance: bool,
    /// The ids of the accounts to include. By default, all.
    #[tsify(optional)]
    accounts_filter: Vec<String>,
    /// How many days of transactions to include.
    #[tsify(optional, type = "'Days90' | 'Days365'")]
    days_of_transactions: String,
    /// The first day of transactions, such as `2026-01-31`.
    #[tsify(optional)]
    date_from: String,
    /// The last day of transactions, such as `2026-01-31`.
    #[tsify(optional)]
    date_to: String,
    /// For each account, the last known transaction: only newer ones are included.
    #[tsify(optional, type = "{ accountId: string; transactionId: string }[]")]
    refresh_delta: Value,
    /// Whether to include statements as PDF.
    #[tsify(optional)]
    with_details_and_banking_statements: bool,
    /// How many of these statements to include, such as `MostRecent`. No page lists the values.
    #[tsify(optional)]
    number_of_banking_statements: String,
    /// Further options by Flinks' own names, such as `{ WithSomethingNew: true }`. They are sent as they are.
    #[tsify(optional, type = "Record<string, unknown>")]
    options: Value,
}

/// The parameters of GetStatements.
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct StatementsParams {
    /// The RequestId of an authorized session, a GUID.
    request_id: String,
    /// How many statements of each account to include. By default, `MostRecent`.
    #[tsify(optional, type = "'MostRecent' | 'Months3' | 'Months12'")]
    number_of_statements: String,
    /// The ids of the accounts to include. By default, all.
    #[tsify(optional)]
    accounts_filter: Vec<String>,
    /// Further options by Flinks' own names. They are sent as they are.
    #[tsify(optional, type = "Record<string, unknown>")]
    options: Value,
}

/// An answer that Flinks stores.
#[derive(tsify::Tsify)]
#[allow(dead_code)]
pub struct StoredAnswer {
    /// The question, unchanged from the list of questions.
    question: String,
    /// The answer.
    answer: String,
}

/// A card that is scheduled for a nightly refresh but is not refreshed.
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct IneligibleCard {
    /// The LoginId, a GUID.
    login_id: String,
    /// The time of the last attempt: ISO 8601 in UTC, such as `2026-01-31T04:00:00Z`.
    #[tsify(type = "string | null")]
    last_refresh: String,
    /// The state in which the attempt ended. `AnsweringSecurityChallenge`: the bank asked for MFA.
    #[tsify(type = "string | null")]
    state: String,
    /// The FlinksCode, such as `INVALID_LOGIN`.
    #[tsify(type = "string | null")]
    error_code: String,
}

/// The meaning of a reply to a Flinks call.
#[derive(tsify::Tsify)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[allow(dead_code)]
pub enum CallReply<Result> {
    /// The call succeeded. The data of a data call is in the body, which is not read here.
    Done {
        /// The result.
        result: Result,
    },
    /// The data is not ready. Poll with the call's Async request, not before 10,000 ms have passed.
    Pending,
    /// The call has failed.
    Failed {
        /// Why, and what to do next. Its `retryAt` is null.
        failure: Failure,
    },
    /// The reply says nothing usable.
    Unclear,
}

/// Makes the request of a call or of its Async variant.
#[wasm_bindgen(js_name = flinksCallRequest, unchecked_return_type = "Request")]
pub fn request(name: &str, params: &str, config: &str) -> Result<JsValue, JsValue> {
    let (params, config) = (parse("params", params)?, parse("config", config)?);
    let request = calls::request(
        &Reader::new("call", &name.into()),
        Reader::new("params", &params),
        Reader::new("config", &config),
    );
    request.map(to_js).map_err(refuse)
}

/// Interprets a reply to a call or to its Async variant.
#[wasm_bindgen(js_name = flinksCallResponse, unchecked_return_type = "CallReply<unknown>")]
pub fn response(name: &str, status: u16, body: &[u8]) -> Result<JsValue, JsValue> {
    let name = name.into();
    let (service, _) = calls::find(&Reader::new("call", &name)).map_err(refuse)?;
    Ok(to_js(match service.judge(&reply(status, body)) {
        Reply::Done(result) => object! { "kind": "done", "result": result },
        Reply::Pending => object! { "kind": "pending" },
        Reply::Failed(code, vendor_code) => {
            object! { "kind": "failed", "failure": failure(code, vendor_code, status) }
        }
        Reply::Unclear => object! { "kind": "unclear" },
    }))
}
