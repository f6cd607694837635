//! The institutions, and the credentials that a new member needs.

use crate::simulator::json::Json;
use crate::simulator::seed::Seed;

#[derive(Debug)]
pub(crate) struct Institution {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) is_oauth: bool,
    /// Whether three hours must pass between two standard aggregations. MX Bank is exempt (A).
    pub(crate) is_throttled: bool,
    credentials: &'static [(&'static str, &'static str, &'static str)],
}

pub(crate) const MX_BANK: &str = "mxbank";
pub(crate) const MX_BANK_OAUTH: &str = "mx_bank_oauth";
/// Ours, for scenarios that MX Bank does not have.
pub(crate) const SIMULATED_BANK: &str = "simulated_bank";

/// Field name, label and type.
const USERNAME_AND_PASSWORD: &[(&str, &str, &str)] = &[
    ("LOGIN", "Username", "LOGIN"),
    ("PASSWORD", "Password", "PASSWORD"),
];

/// The products that every institution here has (S), but not investments.
const PRODUCTS: [&str; 6] = [
    "account_verification",
    "identity_verification",
    "rewards",
    "statements",
    "transaction_history",
    "transactions",
];

/// Those of these products that no institution here has.
pub(crate) fn failing(products: &[String]) -> Vec<&str> {
    let all = products.iter().map(String::as_str);
    all.filter(|product| !PRODUCTS.contains(product)).collect()
}

static INSTITUTIONS: [Institution; 3] = [
    Institution {
        code: MX_BANK,
        name: "MX Bank",
        is_oauth: false,
        is_throttled: false,
        credentials: USERNAME_AND_PASSWORD,
    },
    Institution {
        code: MX_BANK_OAUTH,
        name: "MX Bank (Oauth)",
        is_oauth: true,
        is_throttled: false,
        credentials: &[],
    },
    Institution {
        code: SIMULATED_BANK,
        name: "Simulated Bank",
        is_oauth: false,
        is_throttled: true,
        credentials: USERNAME_AND_PASSWORD,
    },
];

pub(crate) fn institution(code: &str) -> Option<&'static Institution> {
    INSTITUTIONS
        .iter()
        .find(|institution| institution.code == code)
}

impl Institution {
    pub(crate) fn guid(&self) -> String {
        format!("INS-{}", Seed::named(self.code).guid())
    }

    /// The guid of the credential with this field name.
    fn credential_guid(&self, field_name: &str) -> String {
        let name = format!("{} {field_name}", self.code);
        format!("CRD-{}", Seed::named(&name).guid())
    }

    /// Username and password, if exactly these credentials were given.
    pub(crate) fn sign_in(&self, credentials: &[(String, String)]) -> Option<(String, String)> {
        let mut values = self.credentials.iter().map(|(field_name, ..)| {
            let guid = self.credential_guid(field_name);
            let mut matching = credentials.iter().filter(|(other, _)| *other == guid);
            matching.next().map(|(_, value)| value.clone())
        });
        let (username, password) = (values.next()??, values.next()??);
        (credentials.len() == self.credentials.len()).then_some((username, password))
    }

    pub(crate) fn credentials_json(&self) -> Json {
        let one = |(index, (field_name, label, kind)): (u16, &(&str, &str, &str))| {
            Json::object([
                ("display_order", Json::number(index)),
                ("field_name", Json::text(*field_name)),
                ("field_type", Json::text(*kind)),
                ("guid", Json::Text(self.credential_guid(field_name))),
                ("label", Json::text(*label)),
                ("type", Json::text(*kind)),
            ])
        };
        let all = (1..).zip(self.credentials).map(one).collect();
        let count = u16::try_from(self.credentials.len()).unwrap_or_default();
        let pagination = Json::object([
            ("current_page", Json::number(1)),
            ("per_page", Json::number(25)),
            ("total_entries", Json::number(count)),
            ("total_pages", Json::number(1)),
        ]);
        Json::object([
            ("credentials", Json::Array(all)),
            ("pagination", pagination),
        ])
    }
}
