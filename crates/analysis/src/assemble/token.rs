//! What a token is worth.

use super::Assembly;
use crate::explore::record::{Exploration, SessionFacts};
use crate::keys::atoms;
use crate::lifecycle::{Token, TokenKind};
use crate::sym::{S, Sym};

impl Assembly<'_, '_> {
    pub(super) fn token(&self, e: &Exploration, s: &SessionFacts) -> Token {
        if let Some(own) = &s.library_token {
            let kind = match own.as_str() {
                "fresh" => TokenKind::Fresh,
                "handle" => TokenKind::PerHandle,
                "none" => TokenKind::None,
                _ => TokenKind::Unknown,
            };
            return Token { kind, span: None, text: String::new() };
        }
        let Some(token) = &s.token else {
            return Token {
                kind: if s.library { TokenKind::Fresh } else { TokenKind::Unknown },
                span: None,
                text: String::new(),
            };
        };
        let kind = match kind(&token.sym, &s.key.sym) {
            TokenKind::Caller if is_single(e, &token.sym, &s.key.sym) => TokenKind::PerProcess,
            other => other,
        };
        Token { kind, span: Some(token.span), text: self.text(token.span) }
    }
}

/// One value in the process, for whatever lock its callers ask: a lock of its own that an object has is another thing.
fn is_single(e: &Exploration, token: &S, key: &S) -> bool {
    let Sym::Field(owner, _) = &**token else { return false };
    let owned = |s: &Sym| *s == **owner;
    let handed_in = key.any(&mut |s| matches!(s, Sym::Param(..) | Sym::Result(..)) && !s.any(&mut |part| owned(part)));
    e.single.contains(token) && handed_in
}

pub(super) fn kind(token: &S, key: &S) -> TokenKind {
    let has = |test: fn(&Sym) -> bool| token.any(&mut |s| test(s));
    if has(|s| matches!(s, Sym::Fresh(_))) {
        return TokenKind::Fresh;
    }
    let mut parts = Vec::new();
    atoms(token, &mut parts);
    if parts.is_empty() {
        return match &**token {
            Sym::Unknown => TokenKind::Unknown,
            _ => TokenKind::Constant,
        };
    }
    if has(|s| matches!(s, Sym::Unknown)) {
        return TokenKind::Unknown;
    }
    let mut known = Vec::new();
    atoms(key, &mut known);
    if parts.iter().all(|p| known.contains(p)) {
        return TokenKind::KeyDerived;
    }
    let clock = |s: &S| s.any(&mut |x| matches!(x, Sym::Clock(..)));
    let process = |s: &S| matches!(&**s, Sym::PerProcess(_));
    if parts.iter().all(&process) {
        return TokenKind::PerProcess;
    }
    // Time and a client's id together are unique enough: the Redis documentation itself allows it.
    if parts.iter().all(&clock) {
        return TokenKind::Clock;
    }
    if parts.iter().any(clock) && parts.iter().any(process) {
        return TokenKind::Fresh;
    }
    if parts.iter().any(|p| p.any(&mut |s| matches!(s, Sym::Param(..) | Sym::Field(..)))) {
        return TokenKind::Caller;
    }
    TokenKind::Unknown
}
