//! Prints a [`Value`].

use super::Value;

impl Value {
    /// The value as JSON without white space.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Number(digits) => out.push_str(digits),
            Value::Text(text) => quoted(text, out),
            Value::List(items) => {
                between(out, '[', items, ']', |item, out| item.write(out));
            }
            Value::Object(entries) => between(out, '{', entries, '}', |(name, value), out| {
                quoted(name, out);
                out.push(':');
                value.write(out);
            }),
        }
    }
}

fn between<T>(out: &mut String, open: char, items: &[T], close: char, write: fn(&T, &mut String)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

/// Appends a JSON string with quotes and escapes.
pub fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' => {
                out.push_str(if character < '\u{10}' {
                    "\\u000"
                } else {
                    "\\u001"
                });
                if let Some(digit) = char::from_digit(character as u32 & 15, 16) {
                    out.push(digit);
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// The decimal digits. `core::fmt` would cost five times the bytes in the wasm.
pub fn decimal(mut number: u64) -> String {
    let mut reversed = Vec::new();
    loop {
        reversed.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    let mut digits = String::new();
    while let Some(digit) = reversed.pop() {
        digits.push(digit.into());
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_in_decimal() {
        for number in [0, 7, 10, 203, 1_750_000_000_000, u64::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }
}
