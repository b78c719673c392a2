//! Guests leave somebody's server as they found it.
