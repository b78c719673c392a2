//! Values, statements and types as bytes: they hold more of their kind, and are read back to some depth only.

use crate::{Stmt, Type, Value};
use dogpile_source::deeper;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! nested {
    ($($kind:ty),*) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$kind>::serialize(self, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deeper(|| <$kind>::deserialize(deserializer))
            }
        }
    )*};
}

nested!(Stmt, Type, Value);
