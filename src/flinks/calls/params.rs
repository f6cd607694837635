//! Checks and conversions for the parameters of several services.

use crate::failure::Refusal;
use crate::flinks::guid::Guid;
use crate::json::{Check, Reader, Value, decimal};

use super::service::ServiceRequest;

/// Reads the parameters of a service that has none.
pub fn no_params(params: &Reader) -> Result<ServiceRequest, Refusal> {
    params.only(&[])?;
    Ok(ServiceRequest::default())
}

/// Reads `loginId`, the only parameter.
pub fn login_id(params: &Reader) -> Result<ServiceRequest, Refusal> {
    params.only(&["loginId"])?;
    Ok(ServiceRequest {
        id: Some(Guid::read(params.get("loginId"))?),
        body: None,
    })
}

/// Checks a non-empty array and each of its items.
pub fn items(field: &Reader, check: Check) -> Result<(), Refusal> {
    let items = field.value().items();
    if items.is_empty() {
        return Err(field.invalid("must be a non-empty array"));
    }
    (0..)
        .zip(items)
        .try_for_each(|(index, item)| check(&field.item(&decimal(index), item)))
}

/// Renames `requestId` to `RequestId` and so on, at every depth, and leaves out null values.
pub fn in_pascal_case(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(in_pascal_case).collect()),
        Value::Object(entries) => {
            let present = entries.iter().filter(|(_, value)| *value != Value::Null);
            let renamed = present.map(|(name, value)| {
                let mut name = name.clone();
                if let Some(first) = name.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
                (name, in_pascal_case(value))
            });
            Value::Object(renamed.collect())
        }
        plain => plain.clone(),
    }
}
