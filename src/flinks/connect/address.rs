//! The address of Connect and its query.

use crate::flinks::config::{AUTHORIZE_TOKEN, FlinksConfig};
use crate::flinks::guid::Guid;
use crate::http::{Header, add_query};
use crate::json::Value;
use crate::vendor::{ConnectPurpose, Frame};

/// Connect at the sign-in, or, with a RequestId, mid-session. `state` is the host's random value.
pub fn frame(
    config: &FlinksConfig,
    params: &Value,
    state: Option<&str>,
    request_id: Option<&Guid>,
    has_token: bool,
) -> Frame {
    let mut url = config.connect_base();
    let v2 = *params.get("v2") != Value::Bool(false);
    url.push_str(if v2 { "/v2/" } else { "/" });
    let mut frame = Frame::default();
    if request_id.is_some() {
        frame.purpose = ConnectPurpose::Mfa;
    } else if let Value::Number(id) = params.get("institutionId") {
        url.push_str("Credential/");
        url.push_str(id);
    }
    if has_token {
        frame.query.push(Header::Secret {
            name: "authorizeToken",
            slot: AUTHORIZE_TOKEN,
        });
    }
    add_query(&mut url, "requestId", request_id.map(Guid::text));
    if request_id.is_some() {
        let mut account_ids = String::new();
        for id in params.get("resumeSelectedAccounts").items() {
            if !account_ids.is_empty() {
                account_ids.push(',');
            }
            account_ids.push_str(id.as_text().unwrap_or_default());
        }
        let account_ids = Some(account_ids.as_str()).filter(|ids| !ids.is_empty());
        add_query(&mut url, "resumeSelectedAccounts", account_ids);
    }
    for name in ["oauthWindowRedirect", "webview"] {
        if let value @ Value::Bool(_) = params.get(name) {
            add_query(&mut url, name, Some(&value.print()));
        }
    }
    if let Some(redirect_url) = &config.redirect_url {
        let mut redirect_url = redirect_url.clone();
        add_query(&mut redirect_url, "state", state.or(Some("")));
        add_query(&mut url, "redirectUrl", Some(&redirect_url));
    }
    add_query(&mut url, "language", params.get("language").as_text());
    add_query(&mut url, "tag", params.get("tag").as_text().or(state));
    for (name, value) in params.get("parameters").entries() {
        let value = match value {
            Value::Text(text) => text.clone(),
            value => value.print(),
        };
        add_query(&mut url, name, Some(&value));
    }
    Frame { url, ..frame }
}
