//! `dogpile-lint lsp`: a language server on standard input and output.
//!
//! One thread reads messages, one answers them, one analyses; proofs and fixes of single findings have threads of their own. Texts
//! go to the analysis as they come; an analysis that is under way when a newer text comes is dropped, and what it had
//! found out is kept. Requests that a newer text would make wrong wait for its analysis.
//!
//! The transport is our own (`wire`): that of the usual crate ends at the first broken message.

mod actions;
mod answers;
mod diagnostics;
mod documents;
mod mending;
mod places;
mod proofs;
mod server;
mod wanted;
mod wire;
mod worker;

use crate::exit::Exit;
use server::{Event, Server};
use std::io::BufReader;
use std::sync::mpsc;
use std::thread;
use wire::{Incoming, Wire};

/// Serves until the client says exit, or is gone.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn serve() -> anyhow::Result<Exit> {
    let (events, inbox) = mpsc::channel();
    let reader = events.clone();
    thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let mut wire = Wire::new(BufReader::new(std::io::stdin()));
        loop {
            let incoming = wire.next();
            let end = incoming == Incoming::End;
            if reader.send(Event::Incoming(incoming)).is_err() || end {
                return;
            }
        }
    })?;
    let mut server = Server::new(events)?;
    while let Ok(event) = inbox.recv() {
        if let Some(exit) = server.handle(event) {
            return Ok(exit);
        }
    }
    Ok(Exit::Findings)
}
