// dogpile: allow leaked-lock -- nothing here leaks
pub fn one() {}

// dogpile: allow leaked-lock, constant-token -- nothing here at all
pub fn two() {} // dogpile: allow non-atomic-release -- gone since
