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

/// Appends a JSON string with quotes and escapes. What needs no escape is copied run by run.
pub fn quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x10 => "\\u000",
            0x10..0x20 => "\\u001",
            _ => continue,
        };
        // Both ends are beside an ASCII character, so the run is whole.
        out.push_str(text.get(copied..at).unwrap_or_default());
        out.push_str(escape);
        if escape.len() > 2 {
            out.extend(char::from_digit(u32::from(byte) & 15, 16));
        }
        copied = at + 1;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
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
