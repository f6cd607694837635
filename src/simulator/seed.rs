//! The source of everything that looks random: the same seed and requests give the same bytes.

/// SplitMix64.
#[derive(Debug, Clone)]
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed that depends only on the name.
    pub(crate) fn named(name: &str) -> Self {
        // FNV-1a: short, and unlike the standard hasher it never changes.
        let fold = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A GUID with the version and variant bits of a random one.
    pub(crate) fn guid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 50),
            low & 0xffff_ffff_ffff,
        )
    }
}

/// Whether the text has a GUID's shape: 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_have_their_shape_and_repeat_with_the_seed() {
        let (mut one, mut same, mut other) = (Seed::new(1), Seed::new(1), Seed::new(2));
        for _ in 0..100 {
            let guid = one.guid();
            assert!(is_guid(&guid), "{guid}");
            assert_eq!(guid, same.guid());
            assert_ne!(guid, other.guid());
        }
    }

    #[test]
    fn other_texts_are_not_guids() {
        assert!(is_guid("9022ABC2-8a2e-4b06-a06e-c3e5449c4d10"));
        for text in [
            "",
            "9022abc28a2e4b06a06ec3e5449c4d10",
            "9022abc2-8a2e-4b06-a06e-c3e5449c4d1",
            "9022abc2-8a2e-4b06-a06e-c3e5449c4dg0",
            "{9022abc2-8a2e-4b06-a06e-c3e5449c4d}",
            " 9022abc2-8a2e-4b06-a06e-c3e5449c4d1",
        ] {
            assert!(!is_guid(text), "{text}");
        }
    }
}
