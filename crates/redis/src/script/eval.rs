//! Scripts run for their effect, on the model of Redis: what an explorer does millions of times.

use super::Limits;
use super::sandbox::Sandbox;
use crate::model::{RespReply, Server, Unmodelled};
use std::collections::BTreeMap;

/// Most scripts kept ready; a program under test has a handful.
const KEPT: usize = 64;

/// Runs scripts on the model, each compiled once.
#[derive(Default)]
pub struct Scripts {
    ready: BTreeMap<String, Sandbox>,
}

impl std::fmt::Debug for Scripts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scripts").field("ready", &self.ready.len()).finish()
    }
}

impl Scripts {
    /// EVAL: what a script does to `server`, and its reply. A script's own error is a reply, and what it did before
    /// stays done, as on a server.
    ///
    /// # Errors
    /// The script needs what the model lacks, or more than a script may cost.
    pub fn eval(
        &mut self,
        server: &mut Server,
        text: &str,
        keys: &[Vec<u8>],
        args: &[Vec<u8>],
    ) -> Result<RespReply, Unmodelled> {
        let lossless = |words: &[Vec<u8>]| {
            words
                .iter()
                .map(|word| String::from_utf8(word.clone()))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|_| Unmodelled("script with an argument that is no text".to_owned()))
        };
        let (keys, args) = (lossless(keys)?, lossless(args)?);
        if !self.ready.contains_key(text) {
            if self.ready.len() >= KEPT {
                self.ready.clear();
            }
            let sandbox =
                Sandbox::new(text, None, Limits::default()).map_err(|refused| Unmodelled(refused.to_string()))?;
            self.ready.insert(text.to_owned(), sandbox);
        }
        let Some(sandbox) = self.ready.get_mut(text) else {
            return Err(Unmodelled("script".to_owned()));
        };
        sandbox.restart();
        let run = sandbox.run(server, &keys, &args).map_err(|refused| Unmodelled(refused.to_string()))?;
        *server = run.server;
        Ok(run.reply)
    }
}
