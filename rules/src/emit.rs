//! How a rule says what it found.

use crate::rule::Rule;
use crate::text::{MESSAGE_MAX, short};
use dogpile_analysis::lifecycle::{self, Fleet, Lock, Site, Step};
use dogpile_report::{Confidence, Finding, Label, Level};
use dogpile_source::Span;

/// Where findings of one rule go.
pub(crate) struct Out<'a> {
    rule: &'static Rule,
    level: Option<Level>,
    /// Where the program runs.
    pub(crate) fleet: Fleet,
    found: &'a mut Vec<Finding>,
}

impl<'a> Out<'a> {
    pub(crate) fn new(rule: &'static Rule, level: Option<Level>, fleet: Fleet, found: &'a mut Vec<Finding>) -> Self {
        Self { rule, level, fleet, found }
    }

    /// Takes a finding.
    pub(crate) fn report(&mut self, draft: Draft) {
        let level = self.level.unwrap_or(draft.level);
        if level == Level::Off {
            return;
        }
        self.found.push(Finding {
            rule: self.rule.slug,
            level,
            confidence: draft.confidence,
            message: short(&draft.message, MESSAGE_MAX),
            primary: draft.primary,
            primary_text: draft.primary_text,
            labels: draft.labels,
            note: draft.note,
            help: draft.help,
            session: draft.session,
            function: draft.function,
            subject: draft.subject,
            steps: draft.steps,
            suppressed: None,
            verdict: None,
        });
    }
}

/// A finding in the making.
pub(crate) struct Draft {
    level: Level,
    confidence: Confidence,
    message: String,
    primary: Span,
    primary_text: String,
    labels: Vec<Label>,
    note: Option<String>,
    help: Option<String>,
    session: String,
    function: String,
    subject: String,
    steps: Vec<Label>,
}

impl Draft {
    /// At the command itself: what is wrong whatever the caller does.
    pub(crate) fn at_command(site: &Site, level: Level, message: impl Into<String>) -> Self {
        Self::new(site.span, &site.function, site, level, message.into())
    }

    /// At the call in the function that owns the session: what depends on it.
    pub(crate) fn at_call(site: &Site, level: Level, message: impl Into<String>) -> Self {
        Self::new(site.outer(), &site.root, site, level, message.into())
    }

    /// At another place of the story told by `site`.
    pub(crate) fn at(primary: Span, site: &Site, level: Level, message: impl Into<String>) -> Self {
        Self::new(primary, &site.root, site, level, message.into())
    }

    fn new(primary: Span, function: &str, site: &Site, level: Level, message: String) -> Self {
        Self {
            level,
            confidence: shown(site.confidence),
            message,
            primary,
            primary_text: String::new(),
            labels: Vec::new(),
            note: None,
            help: None,
            session: String::new(),
            function: function.to_owned(),
            subject: String::new(),
            steps: Vec::new(),
        }
    }

    /// Belongs to a lock session; the acquire's confidence bounds the finding's.
    pub(crate) fn of_lock(self, lock: &Lock) -> Self {
        self.of(&lock.id, &lock.acquire.key).no_surer_than(lock.acquire.site.confidence)
    }

    /// Belongs to a session, flight or miss.
    pub(crate) fn of(mut self, session: &str, subject: &str) -> Self {
        self.session = session.to_owned();
        self.subject = subject.to_owned();
        self
    }

    /// What the squiggle says.
    pub(crate) fn squiggle(mut self, text: impl Into<String>) -> Self {
        self.primary_text = text.into();
        self
    }

    /// The other end of the story; not repeated where the squiggle or a label is already.
    pub(crate) fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        if span != self.primary && self.labels.iter().all(|label| label.span != span) {
            self.labels.push(Label { span, text: text.into() });
        }
        self
    }

    /// A label that may have no place.
    pub(crate) fn label_opt(self, span: Option<Span>, text: impl Into<String>) -> Self {
        match span {
            Some(span) => self.label(span, text),
            None => self,
        }
    }

    /// The acquire: where its owner calls it, and the command under that when it is elsewhere.
    pub(crate) fn taken(self, lock: &Lock) -> Self {
        self.label(lock.acquire.site.outer(), "the lock is taken here")
    }

    /// The interleaving in one line.
    pub(crate) fn note(mut self, text: impl Into<String>) -> Self {
        self.note = Some(text.into());
        self
    }

    /// The repair that the client in use has by this name, or a general sentence.
    pub(crate) fn help(mut self, site: &Site, phrase: &str, otherwise: &str) -> Self {
        self.help = Some(site.phrase(phrase).unwrap_or(otherwise).to_owned());
        self
    }

    /// The way there.
    pub(crate) fn steps(mut self, steps: &[Step]) -> Self {
        self.steps = steps.iter().map(|step| Label { span: step.span, text: step.what.clone() }).collect();
        self
    }

    /// Caps the confidence.
    pub(crate) fn no_surer_than(mut self, confidence: lifecycle::Confidence) -> Self {
        self.confidence = self.confidence.min(shown(confidence));
        self
    }
}

fn shown(confidence: lifecycle::Confidence) -> Confidence {
    match confidence {
        lifecycle::Confidence::Possible => Confidence::Possible,
        lifecycle::Confidence::Likely => Confidence::Likely,
        lifecycle::Confidence::Certain => Confidence::Certain,
    }
}
