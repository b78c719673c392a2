//! Arithmetic and comparison on symbolic values.

use crate::sym::{S, Scale, Sym, concat};
use dogpile_ir::BinaryOp;
use std::sync::Arc;

/// A name with its major version taken out: `a/b/v9.Nil` is `a/b.Nil`.
pub(crate) fn versionless(name: &str) -> String {
    let (path, item) = match name.rfind('/') {
        Some(slash) => match name[slash..].find('.') {
            Some(dot) => name.split_at(slash + dot),
            None => (name, ""),
        },
        None => return name.to_owned(),
    };
    let path = match path.rsplit_once('/') {
        Some((head, v)) if v.len() > 1 && v.starts_with('v') && v[1..].bytes().all(|b| b.is_ascii_digit()) => head,
        _ => path,
    };
    format!("{path}{item}")
}

/// A package's error value: `ErrTimeout`, `errTaken`, `redis.Nil`. Go's convention for variables that are set once and never
/// nil.
fn is_sentinel(name: &str) -> bool {
    let item = name.rsplit('.').next().unwrap_or(name);
    if item == "Nil" {
        return true;
    }
    let rest = item.strip_prefix("Err").or_else(|| item.strip_prefix("err"));
    rest.is_some_and(|rest| rest.starts_with(char::is_uppercase))
}

/// Whether two values are equal, where that is sure.
pub(crate) fn equal(a: &S, b: &S) -> Option<bool> {
    match (&**a, &**b) {
        (Sym::Nil, Sym::Nil) => Some(true),
        (Sym::Bool(x), Sym::Bool(y)) => Some(x == y),
        (Sym::Int(x, _), Sym::Int(y, _)) => Some(x == y),
        (Sym::Str(x), Sym::Str(y)) => Some(x == y),
        (Sym::Error(x), Sym::Error(y)) => Some(versionless(x) == versionless(y)),
        (Sym::Error(x), Sym::Global(y)) | (Sym::Global(y), Sym::Error(x)) => Some(versionless(x) == versionless(y)),
        (Sym::Nil, other) | (other, Sym::Nil) if is_something(other) => Some(false),
        (Sym::Global(name), Sym::Nil) | (Sym::Nil, Sym::Global(name)) if is_sentinel(name) => Some(false),
        // Truth values and numbers meet only where a reply may be read as either.
        (Sym::Bool(b), Sym::Int(n, _)) | (Sym::Int(n, _), Sym::Bool(b)) if matches!(n, 0 | 1) => Some((*n == 1) == *b),
        (Sym::Str(_), Sym::Int(..) | Sym::Bool(_)) | (Sym::Int(..) | Sym::Bool(_), Sym::Str(_)) => Some(false),
        // A phi is equal to nothing for sure, but it can be surely different from all.
        (Sym::Phi(parts), _) => parts.iter().map(|p| equal(p, b)).reduce(|x, y| if x == y { x } else { None })?,
        (_, Sym::Phi(_)) => equal(b, a),
        _ => None,
    }
}

/// Folds an operation on two values.
pub(crate) fn binary(op: BinaryOp, a: &S, b: &S) -> Sym {
    use BinaryOp as B;
    match op {
        B::Eq => match equal(a, b) {
            Some(t) => Sym::Bool(t),
            None => {
                let (x, y) = if a <= b { (a, b) } else { (b, a) };
                match (&**x, &**y) {
                    (Sym::Bool(true), _) => (**y).clone(),
                    (_, Sym::Bool(true)) => (**x).clone(),
                    (Sym::Bool(false), _) => not(y),
                    (_, Sym::Bool(false)) => not(x),
                    _ => Sym::Bin(B::Eq, x.clone(), y.clone()),
                }
            }
        },
        B::Ne => not(&Arc::new(binary(B::Eq, a, b))),
        B::And => match (&**a, &**b) {
            (Sym::Bool(false), _) | (_, Sym::Bool(false)) => Sym::Bool(false),
            (Sym::Bool(true), x) | (x, Sym::Bool(true)) => x.clone(),
            _ => Sym::Bin(op, a.clone(), b.clone()),
        },
        B::Or => match (&**a, &**b) {
            (Sym::Bool(true), _) | (_, Sym::Bool(true)) => Sym::Bool(true),
            (Sym::Bool(false), x) | (x, Sym::Bool(false)) => x.clone(),
            _ => Sym::Bin(op, a.clone(), b.clone()),
        },
        B::Lt | B::Le | B::Gt | B::Ge => match (a.int(), b.int()) {
            (Some(x), Some(y)) => Sym::Bool(match op {
                B::Lt => x < y,
                B::Le => x <= y,
                B::Gt => x > y,
                _ => x >= y,
            }),
            _ => Sym::Bin(op, a.clone(), b.clone()),
        },
        B::Add | B::Sub | B::Mul | B::Div | B::Rem => arithmetic(op, a, b),
        B::Coalesce => match &**a {
            Sym::Nil => (**b).clone(),
            Sym::Str(_) | Sym::Int(..) | Sym::Bool(_) | Sym::Alloc(_) => (**a).clone(),
            _ => (*crate::sym::either(a, b)).clone(),
        },
        B::Bits => Sym::Bin(op, a.clone(), b.clone()),
    }
}

fn arithmetic(op: BinaryOp, a: &S, b: &S) -> Sym {
    if op == BinaryOp::Add && (is_text(a) || is_text(b)) {
        return concat(vec![a.clone(), b.clone()]);
    }
    let symbolic = Sym::Bin(op, a.clone(), b.clone());
    if let Some(whole) = with_fraction(op, a, b) {
        return whole;
    }
    let (Some(x), Some(y)) = (a.int(), b.int()) else { return symbolic };
    let value = match op {
        BinaryOp::Add => x.checked_add(y),
        BinaryOp::Sub => x.checked_sub(y),
        BinaryOp::Mul => x.checked_mul(y),
        BinaryOp::Div => x.checked_div(y),
        _ => x.checked_rem(y),
    };
    value.map_or(Sym::Unknown, |v| Sym::Int(v, symbolic.scale()))
}

/// A whole number by a fraction (`lease * 0.8`), or a fraction by it. What is left over is dropped.
fn with_fraction(op: BinaryOp, a: &S, b: &S) -> Option<Sym> {
    let parts = |sym: &Sym| match sym {
        Sym::Bin(BinaryOp::Div, over, under) => Some((over.int()?, under.int()?)),
        _ => None,
    };
    let (number, scale, (over, under)) = match (op, a.int(), parts(a), b.int(), parts(b)) {
        (BinaryOp::Mul, Some(n), _, _, Some(part)) => (n, a.scale(), part),
        (BinaryOp::Mul, _, Some(part), Some(n), _) => (n, b.scale(), part),
        (BinaryOp::Div, Some(n), _, _, Some((over, under))) => (n, a.scale(), (under, over)),
        _ => return None,
    };
    Some(Sym::Int(number.checked_mul(over)?.checked_div(under)?, scale))
}

/// What is never nil.
pub(crate) fn is_something(sym: &Sym) -> bool {
    matches!(
        sym,
        Sym::Error(_)
            | Sym::Alloc(_)
            | Sym::Object(..)
            | Sym::Func(..)
            | Sym::Str(_)
            | Sym::Int(..)
            | Sym::Bool(_)
            | Sym::Concat(_)
            | Sym::Context(_)
            | Sym::Reply(..)
            | Sym::Fresh(_)
            | Sym::List(_)
    )
}

fn is_text(sym: &Sym) -> bool {
    matches!(sym, Sym::Str(_) | Sym::Concat(_))
}

pub(crate) fn not(sym: &S) -> Sym {
    match &**sym {
        Sym::Bool(b) => Sym::Bool(!b),
        Sym::Not(inner) => (**inner).clone(),
        _ => Sym::Not(sym.clone()),
    }
}

/// A number taken as a plain integer: a typed duration becomes nanoseconds.
pub(crate) fn to_number(sym: &S) -> Sym {
    match (&**sym, sym.scale()) {
        (Sym::Int(n, Scale::Duration), _) => Sym::Int(*n, Scale::Nanos),
        (_, Scale::Duration) => Sym::Scaled(Scale::Nanos, sym.clone()),
        _ => (**sym).clone(),
    }
}

/// A number taken as a typed duration.
pub(crate) fn to_duration(sym: &S) -> Sym {
    match (&**sym, sym.scale()) {
        (Sym::Int(n, _), _) => Sym::Int(*n, Scale::Duration),
        (_, Scale::Duration) => (**sym).clone(),
        _ => Sym::Scaled(Scale::Duration, sym.clone()),
    }
}

/// A duration in milliseconds by its scale, where it is a constant.
pub(crate) fn duration_ms(sym: &Sym) -> Option<i128> {
    match sym {
        Sym::Int(n, Scale::Duration | Scale::Nanos) => Some(n.div_euclid(1_000_000)),
        Sym::Int(n, Scale::Millis) => Some(*n),
        Sym::Int(n, Scale::Seconds) => n.checked_mul(1000),
        _ => None,
    }
}
