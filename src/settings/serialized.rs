//! Settings with the feature `serde`: as the line that they are printed as.

use super::Settings;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let line = Cow::<'de, str>::deserialize(deserializer)?;
        line.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_serialized_as_their_line() {
        let settings: Settings = "keep=longest threshold=0.7 lang=de".parse().unwrap();
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(json, format!("\"{settings}\""));
        assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
        assert!(serde_json::from_str::<Settings>("\"unit=word\"").is_err());
    }
}
