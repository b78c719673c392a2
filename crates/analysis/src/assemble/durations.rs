//! How long a critical section can last, and who says so.

use super::Assembly;
use super::notes::fits;
use crate::explore::record::{Lease, SessionFacts};
use crate::lifecycle::{DurationFact, DurationSource};
use crate::program::FuncRef;
use dogpile_source::{Directive, Span};

impl Assembly<'_, '_> {
    pub(super) fn durations(&self, root: FuncRef, s: &SessionFacts) -> (Vec<DurationFact>, Option<(u64, Span)>) {
        let mut facts = Vec::new();
        for (span, ms) in &s.sleeps {
            facts.push(DurationFact {
                ms: *ms,
                source: DurationSource::Sleep,
                span: Some(*span),
                text: format!("a sleep of {} in the section", words(*ms)),
            });
        }
        let function = self.cx.program.function(root);
        let own = self.cx.program.function(s.site.func);
        let mut places: Vec<(Span, &str)> =
            vec![(function.span, &function.name), (own.span, &own.name), (s.site.span, "the acquire")];
        places.extend(s.site.via.iter().map(|v| (*v, "the call")));
        if let Lease::Value(val, _) = &s.lease {
            places.push((val.span, "the TTL"));
        }
        for (span, _) in &places {
            self.declared_near(*span, &mut facts);
        }
        let key = crate::keys::shape(&s.key.sym);
        self.declared_for(&key, &mut facts);
        self.declared_for(&function.name, &mut facts);
        for (span, called) in &s.called {
            self.declared_near(*span, &mut facts);
            if let Some(target) = called.target {
                let f = self.cx.program.function(target);
                self.declared_near(f.span, &mut facts);
                self.declared_for(&f.name, &mut facts);
            } else {
                self.declared_for(&called.name, &mut facts);
            }
            if let Some(timeout) = &called.timeout
                && let Some(ms) = crate::fold::duration_ms(&timeout.sym).and_then(|ms| u64::try_from(ms).ok())
                && ms > 0
            {
                facts.push(DurationFact {
                    ms,
                    source: DurationSource::ClientTimeout,
                    span: Some(timeout.span),
                    text: format!("a client timeout of {}", words(ms)),
                });
            }
        }
        for (span, ms) in &s.deadlines {
            // Work got it, and not only a command.
            if s.called.values().any(|c| c.limit == Some(*ms)) {
                facts.push(DurationFact {
                    ms: *ms,
                    source: DurationSource::Deadline,
                    span: Some(*span),
                    text: format!("a deadline of {} for the work", words(*ms)),
                });
            }
        }
        for target in s.followed.values() {
            let f = self.cx.program.function(*target);
            self.declared_near(f.span, &mut facts);
            self.declared_for(&f.name, &mut facts);
        }
        facts.sort_by(|a, b| b.ms.cmp(&a.ms).then(a.span.cmp(&b.span)));
        facts.dedup_by(|a, b| a.span == b.span && a.ms == b.ms && a.source == b.source);
        let limits: Vec<Option<u64>> = s.called.values().map(|c| c.limit).collect();
        let limit = if limits.is_empty() || limits.iter().any(Option::is_none) {
            None
        } else {
            limits.into_iter().flatten().max()
        };
        let at = s.called.keys().next().copied().unwrap_or(s.site.span);
        (facts, limit.map(|ms| (ms, at)))
    }

    fn declared_near(&self, span: Span, facts: &mut Vec<DurationFact>) {
        for directive in self.cx.directives_near(span) {
            if let Directive::P99(ms) = directive {
                facts.push(DurationFact {
                    ms,
                    source: DurationSource::Annotation,
                    span: Some(span),
                    text: format!("p99 {} declared by annotation", words(ms)),
                });
            }
        }
        if let Some((ms, at)) = self.cx.p99_stated_near(span) {
            facts.push(DurationFact {
                ms,
                source: DurationSource::Comment,
                span: Some(at),
                text: format!("p99 {} stated in a comment", words(ms)),
            });
        }
    }

    fn declared_for(&self, name: &str, facts: &mut Vec<DurationFact>) {
        for (list, source, from) in [
            (&self.declared.latency, DurationSource::Config, "dogpile.toml"),
            (&self.declared.measured, DurationSource::LatencyFile, "the latency file"),
        ] {
            if let Some((pattern, ms)) = list.iter().find(|(p, _)| fits(p, name)) {
                facts.push(DurationFact {
                    ms: *ms,
                    source,
                    span: None,
                    text: format!("p99 {} of {pattern} in {from}", words(*ms)),
                });
            }
        }
    }
}

/// 25000 → `25s`.
pub(crate) fn words(ms: u64) -> String {
    match ms {
        _ if ms >= 60_000 && ms.is_multiple_of(60_000) => format!("{}m", ms / 60_000),
        _ if ms.is_multiple_of(1000) => format!("{}s", ms / 1000),
        _ => format!("{ms}ms"),
    }
}
