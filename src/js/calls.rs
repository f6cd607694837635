//! Flinks' calls that ask nobody anything: what they take, and each request and judgement as a pair.

use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::flinks::call::{self, Reply, Service};
use crate::http::Response;
use crate::json::{Reader, Value};

use super::input::parse;
use super::output::{object, refuse, to_js};

/// What GetAccountsDetail is asked.
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct AccountsDetailParams {
    /// The RequestId of an authorized session, a GUID.
    request_id: String,
    /// Transit, institution and account numbers.
    #[tsify(optional)]
    with_account_identity: bool,
    /// Who holds the accounts.
    #[tsify(optional)]
    #[serde(rename = "withKYC")]
    with_kyc: bool,
    /// The transactions.
    #[tsify(optional)]
    with_transactions: bool,
    /// The balances.
    #[tsify(optional)]
    with_balance: bool,
    /// Only these accounts.
    #[tsify(optional)]
    accounts_filter: Vec<String>,
    /// How far back the transactions go.
    #[tsify(optional, type = "'Days90' | 'Days365'")]
    days_of_transactions: String,
    /// From this day on: `2026-01-31`.
    #[tsify(optional)]
    date_from: String,
    /// To this day: `2026-01-31`.
    #[tsify(optional)]
    date_to: String,
    /// Of each account, only what came after a transaction that is known.
    #[tsify(optional, type = "{ accountId: string; transactionId: string }[]")]
    refresh_delta: Value,
}

/// What GetStatements is asked.
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct StatementsParams {
    /// The RequestId of an authorized session, a GUID.
    request_id: String,
    /// How many of each account; `MostRecent` by default.
    #[tsify(optional, type = "'MostRecent' | 'Months3' | 'Months12'")]
    number_of_statements: String,
    /// Only these accounts.
    #[tsify(optional)]
    accounts_filter: Vec<String>,
}

/// An answer to be stored.
#[derive(tsify::Tsify)]
#[allow(dead_code)]
pub struct StoredAnswer {
    /// The question, byte for byte as it was listed.
    question: String,
    /// The answer.
    answer: String,
}

/// A card that is to be refreshed every night and is not.
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct IneligibleCard {
    /// Its LoginId.
    login_id: String,
    /// When it was last tried: ISO 8601 in UTC.
    #[tsify(type = "string | null")]
    last_refresh: String,
    /// Where that ended. `AnsweringSecurityChallenge`: nobody was there to answer.
    #[tsify(type = "string | null")]
    state: String,
    /// Flinks' own code, where it gave one.
    #[tsify(type = "string | null")]
    error_code: String,
}

/// A reply to one of Flinks' calls, judged.
#[derive(tsify::Tsify)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[allow(dead_code)]
pub enum CallReply<Result> {
    /// It was done. What a data call brought is in the body, which is not read here.
    Done {
        /// What came of it.
        result: Result,
    },
    /// The data is not ready: ask the Async twin, in ten seconds.
    Pending,
    /// The end.
    Failed {
        /// Why, and what to do next.
        failure: Failure,
    },
    /// Nothing can be told from it.
    Unclear,
}

/// The validated request of a call, or of its Async twin.
#[wasm_bindgen(js_name = flinksCallRequest, unchecked_return_type = "Request")]
pub fn request(name: &str, params: &str, config: &str) -> Result<JsValue, JsValue> {
    let (params, config) = (parse("params", params)?, parse("config", config)?);
    let request = call::request(
        &Reader::new("call", &name.into()),
        Reader::new("params", &params),
        Reader::new("config", &config),
    );
    request.map(to_js).map_err(refuse)
}

/// Judges a reply to a call, or to its Async twin.
#[wasm_bindgen(js_name = flinksCallResponse, unchecked_return_type = "CallReply<unknown>")]
pub fn response(name: &str, status: u16, body: &[u8]) -> Result<JsValue, JsValue> {
    let name = name.into();
    let (service, _) = Service::find(&Reader::new("call", &name)).map_err(refuse)?;
    let response = Response {
        status,
        retry_after: None,
        body,
    };
    Ok(to_js(match service.judge(&response) {
        Reply::Done(result) => object! { "kind": "done", "result": result },
        Reply::Pending => object! { "kind": "pending" },
        Reply::Failed(code, vendor_code) => {
            let failure = Failure {
                vendor_code,
                status: Some(status),
                ..code.into()
            };
            object! { "kind": "failed", "failure": failure }
        }
        Reply::Unclear => object! { "kind": "unclear" },
    }))
}
