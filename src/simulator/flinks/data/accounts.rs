//! A person's accounts as documented. They depend on the username and on the day of the last refresh,
//! not on the seed.

use serde_json::Number;

use super::options::{DataKind, Options};
use crate::simulator::flinks::fields::Invalid;
use crate::simulator::flinks::people::{DataPlan, Person};
use crate::simulator::json::Json;
use crate::simulator::seed::Seed;
use crate::simulator::time::timestamp;

const DAY_MS: i64 = 86_400_000;
/// The days between two transactions.
const TRANSACTION_DAYS: i64 = 3;
/// An empty page, as base64.
const PDF: &str = "JVBERi0xLjQKMSAwIG9iago8PC9UeXBlL0NhdGFsb2c+PgplbmRvYmoKdHJhaWxlcgo8PC9Sb290IDEgMCBSPj4KJSVFT0YK";

/// The title and the `Type` of each account.
const KINDS: [(&str, &str); 2] = [
    ("Chequing Account", "Chequing"),
    ("Savings Account", "Savings"),
];
/// The description of each payment, and whether it is a credit.
const PAYMENTS: [(&str, bool); 5] = [
    ("PAYROLL DEPOSIT", true),
    ("GROCERY STORE", false),
    ("HYDRO BILL", false),
    ("COFFEE SHOP", false),
    ("E-TRANSFER RECEIVED", true),
];

/// Refuses options that name unknown accounts.
pub(crate) fn check(person: &Person, options: &Options) -> Result<(), Invalid> {
    let ids: Vec<String> = (0..KINDS.len()).map(|index| id(person, index)).collect();
    let wrong = |key: &str| Err((key.to_owned(), "contains an unknown account"));
    if !options.accounts.iter().all(|known| ids.contains(known)) {
        return wrong("AccountsFilter");
    }
    if !options.delta.iter().all(|(known, _)| ids.contains(known)) {
        return wrong("RefreshDelta");
    }
    Ok(())
}

/// `Accounts`.
pub(crate) fn accounts(
    person: &Person,
    (kind, options): (DataKind, &Options),
    as_of: i64,
) -> Vec<(String, Json)> {
    let account = |index| {
        let mut members = vec![("Id".to_owned(), Json::Text(id(person, index)))];
        if kind == DataKind::Detail {
            let all = match options.transactions {
                true => transactions(person, index, options, as_of),
                false => Vec::new(),
            };
            members.push(("Transactions".to_owned(), Json::Array(all)));
        }
        let identity = ["TransitNumber", "InstitutionNumber", "OverdraftLimit"];
        let mut rest = account_details(person, index, options);
        rest.retain(|(key, _)| kind == DataKind::Detail || !identity.contains(&key.as_str()));
        members.extend(rest);
        Json::Object(members)
    };
    let all = account_indexes(person, options).map(account).collect();
    vec![("Accounts".to_owned(), Json::Array(all))]
}

/// `StatementsByAccount`.
pub(crate) fn statements(person: &Person, options: &Options, as_of: i64) -> Vec<(String, Json)> {
    let statement = |index, month: i64| {
        let day = timestamp(as_of - month * 30 * DAY_MS, 0);
        let name = format!("{} {index} {}", person.username, day.get(..7).unwrap_or(""));
        let unique = Seed::named(&name).guid().replace('-', "").to_uppercase();
        Json::object([
            ("UniqueId", Json::Text(unique)),
            ("FileType", Json::text("PDF")),
            ("Base64Bytes", Json::text(PDF)),
        ])
    };
    let account = |index| {
        let months = (0..).take(options.statements as usize);
        Json::object([
            ("AccountNumber", Json::Text(number(person, index))),
            (
                "Statements",
                Json::Array(months.map(|month| statement(index, month)).collect()),
            ),
        ])
    };
    let all = account_indexes(person, options).map(account).collect();
    vec![("StatementsByAccount".to_owned(), Json::Array(all))]
}

fn account_indexes(person: &Person, options: &Options) -> impl Iterator<Item = usize> {
    let kind = move |index: &usize| {
        options.accounts.is_empty() || options.accounts.contains(&id(person, *index))
    };
    (0..KINDS.len()).filter(kind)
}

fn seed(person: &Person, index: usize) -> Seed {
    Seed::named(&format!("{} account {index}", person.username))
}

fn id(person: &Person, index: usize) -> String {
    seed(person, index).guid()
}

fn number(person: &Person, index: usize) -> String {
    format!("{:07}", seed(person, index).next() % 10_000_000)
}

fn balance(person: &Person, index: usize) -> i64 {
    (seed(person, index).next() % 900_000) as i64 + 100_000
}

/// Cents as dollars.
fn dollars(cents: i64) -> Json {
    Number::from_f64(cents as f64 / 100.0).map_or(Json::Null, Json::Number)
}

fn account_details(person: &Person, index: usize, options: &Options) -> Vec<(String, Json)> {
    let (title, kind) = KINDS.get(index).copied().unwrap_or_default();
    let only = |kind: bool, value: Json| if kind { value } else { Json::Null };
    let balance = balance(person, index);
    let address = [
        ("CivicAddress", Json::text("1275 avenue des Canadiens")),
        ("City", Json::text("Montréal")),
        ("Province", Json::text("QC")),
        ("PostalCode", Json::text("H3B 5E8")),
        ("POBox", Json::Null),
        ("Country", Json::text("CA")),
    ];
    let holder = [
        ("Name", Json::text("John Doe")),
        ("Address", Json::object(address)),
        ("Email", Json::text("johndoe@example.com")),
        ("PhoneNumber", Json::text("(514) 555-0199")),
    ];
    let balances = [
        ("Available", dollars(balance)),
        ("Current", dollars(balance)),
        ("Limit", Json::Null),
    ];
    let members = [
        ("TransitNumber", only(options.identity, Json::text("77777"))),
        (
            "InstitutionNumber",
            only(options.identity, Json::text("777")),
        ),
        ("OverdraftLimit", dollars(0)),
        ("Title", Json::text(title)),
        (
            "AccountNumber",
            only(options.identity, Json::Text(number(person, index))),
        ),
        ("LastFourDigits", Json::Null),
        ("Balance", only(options.balance, Json::object(balances))),
        ("Category", Json::text("Operations")),
        ("Type", Json::text(kind)),
        ("Currency", Json::text("CAD")),
        ("Holder", only(options.holder, Json::object(holder))),
        ("AccountType", Json::text("Personal")),
    ];
    members.map(|(key, value)| (key.to_owned(), value)).into()
}

/// The newest first. The days do not depend on the options, so that two calls agree.
fn transactions(person: &Person, index: usize, options: &Options, as_of: i64) -> Vec<Json> {
    if matches!(person.data, DataPlan::NoTransactions) {
        return Vec::new();
    }
    let (mut balance, newest) = (
        balance(person, index),
        as_of.div_euclid(TRANSACTION_DAYS * DAY_MS),
    );
    let account = id(person, index);
    let known = options.delta.iter().find(|(id, _)| *id == account);
    let mut all = Vec::new();
    for back in 0..365 / TRANSACTION_DAYS {
        let day = (newest - back) * TRANSACTION_DAYS;
        let mut seed = Seed::named(&format!("{} {index} {day}", person.username));
        let id = seed.guid();
        if known.is_some_and(|(_, known)| *known == id) {
            break;
        }
        let cents = (seed.next() % 20_000) as i64 + 100;
        let payment = PAYMENTS.get(seed.next() as usize % PAYMENTS.len());
        let (description, comes_in) = payment.copied().unwrap_or_default();
        let stamp = timestamp(day * DAY_MS, 0);
        let date = stamp.get(..10).unwrap_or_default();
        let within = match (&options.from, &options.to) {
            (None, None) => back * TRANSACTION_DAYS < options.days,
            (from, to) => {
                from.as_deref().is_none_or(|from| from <= date)
                    && to.as_deref().is_none_or(|to| date <= to)
            }
        };
        if within {
            let only = |kind: bool| if kind { dollars(cents) } else { Json::Null };
            all.push(Json::object([
                ("Date", Json::text(date)),
                ("Code", Json::Null),
                ("Description", Json::text(description)),
                ("Debit", only(!comes_in)),
                ("Credit", only(comes_in)),
                ("Balance", dollars(balance)),
                ("Id", Json::Text(id)),
            ]));
        }
        balance += if comes_in { -cents } else { cents };
    }
    all
}
