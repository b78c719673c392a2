//! What a token is worth.

use super::Assembly;
use crate::explore::record::SessionFacts;
use crate::keys::atoms;
use crate::lifecycle::{Token, TokenKind};
use crate::sym::{S, Sym};

impl Assembly<'_, '_> {
    pub(super) fn token(&self, s: &SessionFacts) -> Token {
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
            return Token { kind: if s.library { TokenKind::Fresh } else { TokenKind::Unknown }, span: None, text: String::new() };
        };
        Token { kind: kind(&token.sym, &s.key.sym), span: Some(token.span), text: self.text(token.span) }
    }
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
    if parts.iter().all(|p| process(p)) {
        return TokenKind::PerProcess;
    }
    // Time and a client's id together are unique enough: the Redis documentation itself allows it.
    if parts.iter().all(|p| clock(p)) {
        return TokenKind::Clock;
    }
    if parts.iter().any(|p| clock(p)) && parts.iter().any(|p| process(p)) {
        return TokenKind::Fresh;
    }
    if parts.iter().any(|p| p.any(&mut |s| matches!(s, Sym::Param(..) | Sym::Field(..)))) {
        return TokenKind::Caller;
    }
    TokenKind::Unknown
}
