//! Leases in another unit than the command counts in.
//!
//! What a conversion says is certain (`lease.as_millis()`). Where nothing is converted, the name of the number may say
//! its unit (`ttlMs`, `LOCK_TTL_SECONDS`): in JavaScript, durations are numbers, and names are all there is.

use super::Explorer;
use super::call::CallSite;
use super::record::{Lease, LeaseUnit, OpSite};
use super::state::State;
use crate::lifecycle::{UnitFault, UnitFaultKind};
use crate::names::{describe, unit_said};
use crate::sym::{Scale, Sym, Val, is_thousand};
use dogpile_ir::{BinaryOp, FieldInit, Lang, Name, Type, Value, ValueKind};
use dogpile_source::Span;

impl<'a> Explorer<'a, '_> {
    /// A number in one unit where the command counts in another.
    pub(super) fn units_of_lease(&mut self, op: &OpSite, lease: &Lease, site: &CallSite<'a>, state: &State<'a>) {
        let Lease::Value(val, unit) = lease else { return };
        let certain = match (val.sym.scale(), unit) {
            (Scale::Millis, LeaseUnit::Seconds) => Some(UnitFaultKind::MillisAsSeconds),
            (Scale::Seconds, LeaseUnit::Millis) => Some(UnitFaultKind::SecondsAsMillis),
            (Scale::Nanos, LeaseUnit::Seconds) => Some(UnitFaultKind::NanosAsSeconds),
            (Scale::Duration, LeaseUnit::Seconds) if !self.is_client_duration(op) => {
                Some(UnitFaultKind::NanosAsSeconds)
            }
            (Scale::Nanos, LeaseUnit::Millis) => Some(UnitFaultKind::NanosAsMillis),
            (Scale::Point, LeaseUnit::Seconds | LeaseUnit::Millis | LeaseUnit::Duration) => {
                Some(UnitFaultKind::AbsoluteAsDuration)
            }
            (Scale::Seconds | Scale::Millis, LeaseUnit::Seconds | LeaseUnit::Millis) if val.sym.int() == Some(0) => {
                Some(UnitFaultKind::TruncatesToZero)
            }
            (Scale::Duration, LeaseUnit::Duration | LeaseUnit::Millis)
                if val.sym.int().is_some_and(|n| (1..1_000_000).contains(&n)) =>
            {
                Some(UnitFaultKind::BareNumberAsNanos)
            }
            _ => None,
        };
        let fault = match certain {
            Some(kind) => {
                // A constant says nothing wrong by itself: the place is where it is handed over.
                let declared_elsewhere = !site.call.span.contains(val.span);
                let handed = handed(val, site).map(|value| value.span);
                let span = handed.filter(|s| declared_elsewhere && site.call.span.contains(*s)).unwrap_or(val.span);
                UnitFault { span, site_span: op.span, kind, named: None, text: self.text_at(span) }
            }
            None => {
                let Some((kind, name, written)) = self.named_fault(val, *unit, site, state) else { return };
                let text = written.map_or_else(|| name.to_string(), |value| self.text_at(value.span));
                let span = written.map_or(op.span, |value| value.span);
                UnitFault { span, site_span: op.span, kind, named: Some(name.to_string()), text }
            }
        };
        if !self.out.unit_faults.contains(&fault) {
            self.out.unit_faults.push(fault);
        }
    }

    fn text_at(&self, span: Span) -> String {
        self.cx.program.sources.get(span.file).map_or("", |f| f.slice(span)).to_owned()
    }

    /// Clients that take typed durations convert them: the word's unit is theirs, not the code's.
    fn is_client_duration(&self, op: &OpSite) -> bool {
        !op.command.starts_with("EVAL") && op.client.is_some_and(|c| !self.cx.program.models.client(c).raw_durations)
    }

    /// A number whose name says another unit than the one that is taken: the fault, the name, and where the call has it.
    fn named_fault(
        &mut self,
        val: &Val,
        unit: LeaseUnit,
        site: &CallSite<'a>,
        state: &State<'a>,
    ) -> Option<(UnitFaultKind, Name, Option<&'a Value>)> {
        let module = self.cx.program.module(self.frame(site.frame).func);
        let named = |value: &&Value| unit_said(&describe(value, module)).is_some();
        let mut written = site.call.args.iter().flat_map(written).filter(named);
        let handed = handed(val, site);
        let (name, scale) = match (&*val.sym, handed.map(|value| &value.kind)) {
            // A constant has no name any more: the call has it. Other numbers there are none of the lease.
            (Sym::Int(_, Scale::Bare), _) => {
                let value = written.find(|value| self.eval(site.frame, value, &mut state.clone()).sym == val.sym)?;
                let name = describe(value, module);
                return fault(unit_said(&name)?, unit).map(|kind| (kind, name.into(), Some(value)));
            }
            (Sym::Scaled(Scale::Duration, inner), Some(ValueKind::Convert(Type::Named(ty), _)))
                if module.lang == Lang::Go && &**ty == "time.Duration" =>
            {
                return counted(inner).map(|(name, _)| (UnitFaultKind::BareNumberAsNanos, name, handed));
            }
            (sym, _) if sym.scale() == Scale::Bare => counted(sym)?,
            _ => return None,
        };
        let there = handed.or_else(|| written.find(|value| describe(value, module) == *name));
        fault(scale, unit).map(|kind| (kind, name, there))
    }
}

fn fault(said: Scale, taken: LeaseUnit) -> Option<UnitFaultKind> {
    match (said, taken) {
        (Scale::Millis, LeaseUnit::Seconds) => Some(UnitFaultKind::MillisAsSeconds),
        (Scale::Seconds, LeaseUnit::Millis) => Some(UnitFaultKind::SecondsAsMillis),
        _ => None,
    }
}

/// The argument that is a value.
fn handed<'a>(val: &Val, site: &CallSite<'a>) -> Option<&'a Value> {
    (0..site.args.len()).find(|i| site.args[*i] == *val).and_then(|i| site.call.args.get(i))
}

/// What is handed over as it is: an argument, or a field of one.
fn written(value: &Value) -> Vec<&Value> {
    match &value.kind {
        ValueKind::Aggregate { fields, .. } => {
            let values = fields.iter().map(|field| match field {
                FieldInit::Named(_, value) | FieldInit::Keyed(_, value) => value,
                FieldInit::Item(value) | FieldInit::Spread(value) => value,
            });
            values.collect()
        }
        _ => vec![value],
    }
}

/// The name that a number is made of, and what it counts by that.
fn counted(sym: &Sym) -> Option<(Name, Scale)> {
    let said = |name: &str| Some((name.into(), unit_said(name)?));
    match sym {
        Sym::Param(_, _, name) | Sym::Field(_, name) => said(name),
        Sym::Global(name) => said(crate::names::last(name)),
        Sym::Bin(BinaryOp::Mul, number, by) | Sym::Bin(BinaryOp::Mul, by, number) if is_thousand(by) => {
            counted(number).filter(|(_, scale)| *scale == Scale::Seconds).map(|(name, _)| (name, Scale::Millis))
        }
        Sym::Bin(BinaryOp::Div, number, by) if is_thousand(by) => {
            counted(number).filter(|(_, scale)| *scale == Scale::Millis).map(|(name, _)| (name, Scale::Seconds))
        }
        Sym::Phi(parts) => {
            let mut all = parts.iter().map(|part| counted(part));
            let first = all.next()??;
            all.all(|said| said.is_some_and(|(_, scale)| scale == first.1)).then_some(first)
        }
        _ => None,
    }
}
