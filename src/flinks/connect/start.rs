//! The starts of the three flows, and their restore.

use crate::failure::Refusal;
use crate::flinks::authorize::Authorize;
use crate::flinks::guid::Guid;
use crate::flinks::params::{Params, guid};
use crate::json::{Reader, Value, object};
use crate::vendor::{Started, Vendor};

use super::params::{NOT_FIRST_LINK, NOT_RECONNECT, NOT_RESUME, PARAMS, account_ids};
use super::{Reconnect, ReconnectMethod};

/// Reads the parameters of a reconnect.
pub fn start_reconnect(params: Reader, config: Reader) -> Result<Started, Refusal> {
    guid(&params.get("loginId"))?;
    start(params, config, NOT_RECONNECT)
}

/// Reads the parameters of a session that waits for MFA.
pub fn start_resume(params: Reader, config: Reader) -> Result<Started, Refusal> {
    guid(&params.get("requestId"))?;
    start(params, config, NOT_RESUME)
}

/// Reads the parameters of a first link.
pub fn start_first_link(params: Reader, config: Reader) -> Result<Started, Refusal> {
    start(params, config, NOT_FIRST_LINK)
}

fn start(params: Reader, config: Reader, not_accepted: &[&str]) -> Result<Started, Refusal> {
    for name in not_accepted {
        let field = params.get(name);
        if !field.is_null() {
            return Err(field.invalid("is not a parameter of this flow"));
        }
    }
    Ok((Box::new(Reconnect::read(params, config)?), Value::Null))
}

/// Restores a flow from a snapshot.
pub fn restore(ids: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal> {
    let mut reconnect = Reconnect::read(saved.get("params"), config)?;
    reconnect.authorize.restore(ids, saved)?;
    let method = saved.get("method");
    let accounts = saved.get("accountIds");
    accounts.optional(account_ids)?;
    reconnect.account_ids = accounts.value().clone();
    reconnect.is_token_renewed = saved.get("tokenRenewed").bool()?;
    reconnect.method = ReconnectMethod::from_text(method.text()?)
        .ok_or_else(|| method.invalid("is not a reconnect method"))?;
    if reconnect.method == ReconnectMethod::MidSession {
        ids.get("RequestId").text()?;
    }
    Ok(Box::new(reconnect))
}

impl Reconnect {
    fn read(params: Reader, config: Reader) -> Result<Reconnect, Refusal> {
        params.each(PARAMS)?;
        let value = params.value();
        let others = params.get("parameters");
        for (name, _) in others.value().entries() {
            let is_given = *value.get("resumeSelectedAccounts") != Value::Null;
            if is_given && name.eq_ignore_ascii_case("resumeSelectedAccounts") {
                let field = others.get(name);
                return Err(field.invalid("cannot be combined with resumeSelectedAccounts"));
            }
        }
        let request_id = value.get("requestId").as_text().and_then(Guid::parse);
        let login_id = value.get("loginId").as_text().and_then(Guid::parse);
        let is_login_id_given = login_id.is_some();
        let authorize = Params {
            login_id,
            cached: false,
            is_async: *value.get("async") == Value::Bool(true),
            json: object! { "Language": value.get("language").clone(), "Save": true },
        };
        let method = match (&request_id, is_login_id_given, value.get("maxAge")) {
            (Some(_), ..) => ReconnectMethod::MidSession,
            (None, false, _) => ReconnectMethod::Credentials,
            (None, true, Value::Null) => ReconnectMethod::Live,
            (None, true, _) => ReconnectMethod::Cached,
        };
        let mut authorize = Authorize::new(authorize, config)?;
        authorize.request_id = request_id;
        Ok(Reconnect {
            authorize,
            method,
            is_login_id_given,
            is_token_renewed: false,
            account_ids: Value::Null,
            params: value.clone(),
        })
    }
}
