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
    credentials: &'static [Credential],
}

/// A credential as the specification shows it. It shows no options: these have the form of a challenge's options (D).
#[derive(Debug)]
struct Credential {
    field_name: &'static str,
    label: &'static str,
    field_type: &'static str,
    display_order: u16,
    /// Label and value of each option.
    options: &'static [(&'static str, &'static str)],
}

const fn credential(
    display_order: u16,
    field_name: &'static str,
    label: &'static str,
    field_type: &'static str,
) -> Credential {
    Credential {
        field_name,
        label,
        field_type,
        display_order,
        options: &[],
    }
}

pub(crate) const MX_BANK: &str = "mxbank";
pub(crate) const MX_BANK_OAUTH: &str = "mx_bank_oauth";
/// Ours, for scenarios that MX Bank does not have.
pub(crate) const SIMULATED_BANK: &str = "simulated_bank";
/// Ours: it asks for more than a username and a password, and lists them in another order than it wants them shown.
pub(crate) const SIMULATED_UNION: &str = "simulated_union";

static USERNAME_AND_PASSWORD: [Credential; 2] = [
    credential(1, "LOGIN", "Username", "LOGIN"),
    credential(2, "PASSWORD", "Password", "PASSWORD"),
];

static WITH_A_BRANCH: [Credential; 3] = [
    credential(3, "PASSWORD", "Personal access code", "PASSWORD"),
    credential(1, "LOGIN", "Member number", "TEXT"),
    Credential {
        options: &[("North", "N"), ("South", "S")],
        ..credential(2, "BRANCH", "Branch", "OPTIONS")
    },
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

static INSTITUTIONS: [Institution; 4] = [
    Institution {
        code: MX_BANK,
        name: "MX Bank",
        is_oauth: false,
        is_throttled: false,
        credentials: &USERNAME_AND_PASSWORD,
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
        credentials: &USERNAME_AND_PASSWORD,
    },
    Institution {
        code: SIMULATED_UNION,
        name: "Simulated Credit Union",
        is_oauth: false,
        is_throttled: true,
        credentials: &WITH_A_BRANCH,
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

    /// Username and password, if exactly these credentials were given, each with a value that it can have.
    pub(crate) fn sign_in(&self, credentials: &[(String, String)]) -> Option<(String, String)> {
        let given = |wanted: &Credential| {
            let guid = self.credential_guid(wanted.field_name);
            let value = credentials.iter().find(|(other, _)| *other == guid);
            let value = value.map(|(_, value)| value.as_str())?;
            let is_option = wanted.options.iter().any(|(_, option)| *option == value);
            (wanted.options.is_empty() || is_option).then(|| value.to_owned())
        };
        let named = |name| {
            let mut all = self.credentials.iter();
            given(all.find(|wanted| wanted.field_name == name)?)
        };
        let are_all_given = self
            .credentials
            .iter()
            .all(|wanted| given(wanted).is_some());
        let (username, password) = (named("LOGIN")?, named("PASSWORD")?);
        (are_all_given && credentials.len() == self.credentials.len())
            .then_some((username, password))
    }

    pub(crate) fn credentials_json(&self) -> Json {
        let option = |(label, value): &(&str, &str)| {
            Json::object([("label", Json::text(*label)), ("value", Json::text(*value))])
        };
        let one = |wanted: &Credential| {
            let json = Json::object([
                ("display_order", Json::number(wanted.display_order)),
                ("field_name", Json::text(wanted.field_name)),
                ("field_type", Json::text(wanted.field_type)),
                ("guid", Json::Text(self.credential_guid(wanted.field_name))),
                ("label", Json::text(wanted.label)),
                ("type", Json::text(wanted.field_type)),
            ]);
            let options: Vec<Json> = wanted.options.iter().map(option).collect();
            match (json, options.is_empty()) {
                (Json::Object(mut entries), false) => {
                    entries.push(("options".to_owned(), Json::Array(options)));
                    Json::Object(entries)
                }
                (json, _) => json,
            }
        };
        let all = self.credentials.iter().map(one).collect();
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
