//! One macro for an enum whose variants are printed, so that each text is written once.

/// Makes a fieldless enum with `ALL`, `text()`, `from_text()`, a JSON value and a TypeScript union:
/// `text_enum! { /// Doc. Loss { /// Doc. NotSent "not-sent" } }`.
macro_rules! text_enum {
    ($(#[$attribute:meta])* $name:ident {
        $($(#[$variant_attribute:meta])+ $variant:ident $text:literal)+
    }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
        pub enum $name {
            $($(#[$variant_attribute])+
            #[cfg_attr(target_arch = "wasm32", serde(rename = $text))]
            $variant,)+
        }

        impl $name {
            /// Every variant.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The variant as text.
            pub const fn text(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// The variant with this text.
            pub fn from_text(text: &str) -> Option<$name> {
                for variant in $name::ALL {
                    if variant.text() == text {
                        return Some(*variant);
                    }
                }
                None
            }
        }

        impl $crate::text_enum::TextEnum for $name {
            fn text(self) -> &'static str {
                $name::text(self)
            }
        }
    };
}

pub(crate) use text_enum;

/// An enum made by [`text_enum!`].
pub trait TextEnum {
    /// The variant as text.
    fn text(self) -> &'static str;
}

#[cfg(test)]
mod tests {
    use crate::vendor::Stage;

    #[test]
    fn each_variant_is_found_by_its_text() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_text(stage.text()), Some(*stage));
        }
        assert_eq!(Stage::from_text("finish"), None);
    }
}
