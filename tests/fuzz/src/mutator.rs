//! A mutator that knows the lines of a program, the JSON in them and the vendors' words.

use std::sync::LazyLock;

use bank_mfa::json::Value;

/// The vendors' words: keys, codes, statuses, types and the verbs of a program.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("../words.dict").lines();
    let quoted = lines.filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted
        .map(|word| word.replace("\\\"", "\"").replace("\\\\", "\\"))
        .collect()
});

/// Changes an input in place, and returns its new length.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed) << 1 | 1);
    let mut lines: Vec<Vec<u8>> = data[..size]
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    for _ in 0..=random.below(3) {
        change_lines(&mut lines, &mut random);
    }
    let mutated = lines.join(&b'\n');
    let length = mutated.len().min(max_size).min(data.len());
    data[..length].copy_from_slice(&mutated[..length]);
    length
}

/// Writes the first lines of one input and the last lines of another, and returns the length.
pub fn cross(one: &[u8], other: &[u8], out: &mut [u8], seed: u32) -> usize {
    let mut random = Random(u64::from(seed) << 1 | 1);
    let lines = |input: &[u8]| -> Vec<Vec<u8>> {
        let lines = input.split(|byte| *byte == b'\n');
        lines.map(<[u8]>::to_vec).collect()
    };
    let (mut first, last) = (lines(one), lines(other));
    first.truncate(1 + random.below(first.len()));
    first.extend_from_slice(&last[random.below(last.len())..]);
    let crossed = first.join(&b'\n');
    let length = crossed.len().min(out.len());
    out[..length].copy_from_slice(&crossed[..length]);
    length
}

fn change_lines(lines: &mut Vec<Vec<u8>>, random: &mut Random) {
    let index = random.below(lines.len());
    match random.below(10) {
        0 if lines.len() > 1 => drop(lines.remove(index)),
        1 => lines.insert(index, lines[index].clone()),
        2 => {
            let other = random.below(lines.len());
            lines.swap(index, other);
        }
        3 => lines.insert(index, random.word().into_bytes()),
        _ => change_line(&mut lines[index], random),
    }
}

/// Changes the JSON of a line, or one of the words before it.
fn change_line(line: &mut Vec<u8>, random: &mut Random) {
    let start = line.iter().position(|byte| matches!(byte, b'{' | b'['));
    let parsed = start.and_then(|start| Some((start, Value::parse(&line[start..]).ok()?)));
    match parsed {
        Some((start, mut value)) if random.below(8) > 0 => {
            change(&mut value, random);
            line.truncate(start);
            line.extend(value.print().into_bytes());
        }
        _ => {
            let text = String::from_utf8_lossy(line).into_owned();
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            let index = random.below(words.len().min(3));
            words[index] = random.word();
            *line = words.join(" ").into_bytes();
        }
    }
}

/// Changes one value of a tree.
fn change(value: &mut Value, random: &mut Random) {
    match value {
        Value::Object(entries) if !entries.is_empty() && random.below(4) > 0 => {
            let index = random.below(entries.len());
            match random.below(8) {
                0 => drop(entries.remove(index)),
                1 => entries.insert(index, entries[index].clone()),
                2 => entries[index].0 = random.word(),
                3 => entries[index].0 = swap_case(&entries[index].0, random),
                4 => entries.push((random.word(), random.value())),
                _ => change(&mut entries[index].1, random),
            }
        }
        Value::List(items) if !items.is_empty() && random.below(4) > 0 => {
            let index = random.below(items.len());
            match random.below(6) {
                0 => drop(items.remove(index)),
                1 => items.insert(index, items[index].clone()),
                2 => items.push(random.value()),
                _ => change(&mut items[index], random),
            }
        }
        Value::Text(text) if random.below(2) > 0 => *text = random.word_like(text),
        _ => {
            let old = std::mem::take(value);
            *value = match random.below(6) {
                0 => Value::List(vec![old]),
                1 => Value::Object(vec![(random.word(), old)]),
                2 => Value::Text(old.print()),
                _ => random.value(),
            };
        }
    }
}

fn swap_case(name: &str, random: &mut Random) -> String {
    match random.below(3) {
        0 => name.to_lowercase(),
        1 => name.to_uppercase(),
        _ => name
            .chars()
            .take(1)
            .flat_map(char::to_lowercase)
            .chain(name.chars().skip(1))
            .collect(),
    }
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16) as usize % end.max(1)
    }

    fn word(&mut self) -> String {
        let index = self.below(WORDS.len());
        WORDS[index].clone()
    }

    /// A word in the same letter case, in place of a code or a name.
    fn word_like(&mut self, text: &str) -> String {
        let is_code = |text: &str| {
            text.bytes()
                .all(|byte| matches!(byte, b'A'..=b'Z' | b'_' | b' '))
        };
        let like = || WORDS.iter().filter(|word| is_code(word) == is_code(text));
        let index = self.below(like().count());
        like().nth(index).cloned().unwrap_or_default()
    }

    fn value(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 0),
            2 => Value::number(self.next() >> self.below(64)),
            3 => Value::Number("-1e999".to_owned()),
            4 => Value::List(vec![Value::Text(self.word())]),
            5 => Value::Object(vec![(self.word(), Value::Text(self.word()))]),
            _ => Value::Text(self.word()),
        }
    }
}
