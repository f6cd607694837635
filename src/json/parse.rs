//! Parses bytes to a [`Value`].

use super::{MAX_DEPTH, MAX_VALUES, Unreadable, Value};

impl Value {
    /// Parses JSON strictly: no trailing bytes, no byte order mark, no lone surrogates.
    pub fn parse(bytes: &[u8]) -> Result<Value, Unreadable> {
        Value::parse_within(MAX_DEPTH, MAX_VALUES, bytes)
    }

    /// Parses JSON with another maximum nesting and number of values.
    pub fn parse_within(depth: usize, values: usize, bytes: &[u8]) -> Result<Value, Unreadable> {
        let text = core::str::from_utf8(bytes).map_err(|_| Unreadable)?;
        let mut parser = Parser {
            text,
            position: 0,
            values,
        };
        let value = parser.value(depth)?;
        parser.space();
        if parser.position == bytes.len() {
            Ok(value)
        } else {
            Err(Unreadable)
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    /// How many more values may follow.
    values: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn next(&mut self) -> Result<u8, Unreadable> {
        let byte = self.peek().ok_or(Unreadable)?;
        self.position += 1;
        Ok(byte)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), Unreadable> {
        if self.eat(byte) {
            Ok(())
        } else {
            Err(Unreadable)
        }
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.position).unwrap_or_default()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Unreadable> {
        let depth = depth.checked_sub(1).ok_or(Unreadable)?;
        self.values = self.values.checked_sub(1).ok_or(Unreadable)?;
        self.space();
        match self.peek().ok_or(Unreadable)? {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.string().map(Value::Text),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, Unreadable> {
        let start = self.position;
        while matches!(self.peek(), Some(b'a'..=b'z')) {
            self.position += 1;
        }
        match self.since(start) {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(Unreadable),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Unreadable> {
        let mut items = Vec::new();
        self.members(b']', |parser| {
            items.push(parser.value(depth)?);
            Ok(())
        })?;
        Ok(Value::List(items))
    }

    fn object(&mut self, depth: usize) -> Result<Value, Unreadable> {
        let mut entries = Vec::new();
        self.members(b'}', |parser| {
            parser.space();
            let name = parser.string()?;
            parser.space();
            parser.expect(b':')?;
            entries.push((name, parser.value(depth)?));
            Ok(())
        })?;
        Ok(Value::Object(entries))
    }

    /// Parses what is between two brackets, member by member.
    fn members(
        &mut self,
        end: u8,
        mut member: impl FnMut(&mut Self) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        self.position += 1;
        self.space();
        if self.eat(end) {
            return Ok(());
        }
        loop {
            member(self)?;
            self.space();
            if self.eat(end) {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    fn number(&mut self) -> Result<Value, Unreadable> {
        let start = self.position;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(Value::Number(self.since(start).to_owned()))
    }

    fn digits(&mut self) -> Result<(), Unreadable> {
        let start = self.position;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.position += 1;
        }
        if self.position == start {
            Err(Unreadable)
        } else {
            Ok(())
        }
    }

    fn string(&mut self) -> Result<String, Unreadable> {
        self.expect(b'"')?;
        let mut string = String::new();
        loop {
            let start = self.position;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..0x20)) {
                self.position += 1;
            }
            string.push_str(self.since(start));
            match self.next()? {
                b'"' => return Ok(string),
                b'\\' => string.push(self.escape()?),
                _ => return Err(Unreadable),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Unreadable> {
        Ok(match self.next()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(Unreadable),
        })
    }

    fn unicode(&mut self) -> Result<char, Unreadable> {
        let unit = self.hex()?;
        let code = match unit {
            0xD800..0xDC00 => {
                self.expect(b'\\')?;
                self.expect(b'u')?;
                let low = self.hex()?.checked_sub(0xDC00).filter(|low| *low < 0x400);
                0x10000 + ((unit - 0xD800) << 10) + low.ok_or(Unreadable)?
            }
            _ => unit,
        };
        char::from_u32(code).ok_or(Unreadable)
    }

    fn hex(&mut self) -> Result<u32, Unreadable> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()?).to_digit(16).ok_or(Unreadable)?;
            unit = unit * 16 + digit;
        }
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reprint(json: &str) -> Result<String, Unreadable> {
        Value::parse(json.as_bytes()).map(|value| value.print())
    }

    #[test]
    fn parsed_json_prints_unchanged() {
        for json in [
            r#"{"a":[1,-0.50,1e+3,1E-3,12345678901234567890],"b":{},"c":[],"d":null,"e":true}"#,
            r#"{"__proto__":{"x":"•"},"":""}"#,
            r#""\"\\\n\r\t\u0001\u001fé😀""#,
        ] {
            assert_eq!(reprint(json).as_deref(), Ok(json));
        }
    }

    #[test]
    fn escapes_become_characters() {
        assert_eq!(
            reprint(r#" "\u00e9\uD83D\uDE00\/" "#).as_deref(),
            Ok(r#""é😀/""#)
        );
        let controls = Value::parse(br#""\b\f\n\r\t""#).unwrap();
        assert_eq!(controls, "\u{8}\u{c}\n\r\t".into());
    }

    #[test]
    fn text_that_is_not_json_is_unreadable() {
        for json in [
            "",
            " ",
            "<html>",
            "{",
            "[1,]",
            "{\"a\"}",
            "{a:1}",
            "nul",
            "truer",
            "01",
            "1.",
            "-",
            "+1",
            "1e",
            "\"",
            "\"\\x\"",
            "\"\n\"",
            "\"\\uD83D\"",
            "\"\\uDE00\"",
            "\"\\uD83D\\u0041\"",
            "\"\\uD83D\\uE000\"",
            "{} {}",
            "\u{feff}{}",
            "NaN",
        ] {
            assert_eq!(reprint(json), Err(Unreadable), "{json:?}");
        }
        assert_eq!(Value::parse(b"\"\xff\""), Err(Unreadable));
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(reprint(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(reprint(&nested(MAX_DEPTH + 1)), Err(Unreadable));
        assert_eq!(reprint(&"[".repeat(1_000_000)), Err(Unreadable));
    }

    #[test]
    fn a_text_of_too_many_values_is_refused() {
        // The list itself is a value, too.
        let list = |values: usize| ["[", &"0,".repeat(values - 2), "0]"].concat();
        assert!(reprint(&list(MAX_VALUES)).is_ok());
        assert_eq!(reprint(&list(MAX_VALUES + 1)), Err(Unreadable));
    }
}
