//! The conversation: what comes in, what is known, what goes out.

use super::actions::{EXPLAIN, SCHEDULE, actions, touched};
use super::answers::{hover, page, report, under};
use super::diagnostics::{At, SOURCE, View};
use super::documents::Documents;
use super::mending::{Mending, Wish};
use super::places::{Rulers, path_of};
use super::proofs::Proofs;
use super::wanted::{Client, Settings, folders};
use super::wire::{Incoming, write};
use super::worker::{Change, Found, Worker};
use crate::exit::Exit;
use crate::explain::{PageFormat, page_of};
use crate::pipeline::Outcome;
use crate::project::{MANIFEST_HEADS, MANIFESTS};
use dogpile_models::ENDINGS;
use dogpile_report::{Fix, clean};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

/// So long a hover waits for a schedule, and a list of actions for fixes.
const PATIENCE: Duration = Duration::from_millis(1500);

// Codes of JSON-RPC and of the protocol.
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const NOT_INITIALIZED: i32 = -32002;
const REQUEST_CANCELLED: i32 = -32800;

/// Kinds of `window/showMessage`.
const ERROR: u8 = 1;
const WARNING: u8 = 2;

/// What happens.
#[derive(Debug)]
pub(super) enum Event {
    /// The client says something.
    Incoming(Incoming),
    /// Everything up to a change is analysed.
    Found(u64, Found),
    /// The analysis failed, and begins anew.
    Panicked(String),
    /// The proof of a finding of an analysis.
    Proven(u64, String, Vec<String>),
    /// The fixes of findings of an analysis, by fingerprint.
    Mended(u64, BTreeMap<String, Vec<Fix>>),
    /// Who waits for a proof or for fixes has waited long enough.
    Late(Value),
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    New,
    Running,
    ShutDown,
}

/// A request that cannot be answered yet.
#[derive(Debug)]
struct Waiting {
    id: Value,
    method: String,
    params: Value,
    /// The change whose analysis it waits for.
    change: u64,
    /// Somebody looks at the clock for it.
    timed: bool,
    /// It need not wait for a proof or for fixes any more.
    late: bool,
}

/// What a client was told of a file.
#[derive(Clone, Debug, Default)]
struct Told {
    uri: String,
    /// Nothing was shown: the client asks for those of a file that it has open.
    pulled: bool,
    items: Vec<Value>,
}

/// See above.
#[derive(Debug)]
pub(super) struct Server {
    phase: Phase,
    client: Client,
    settings: Settings,
    folders: Vec<PathBuf>,
    documents: Documents,
    worker: Worker,
    events: Sender<Event>,
    /// The change that `projects` are up to.
    at: u64,
    projects: Vec<(PathBuf, Arc<Outcome>)>,
    /// What the client was told last, by file.
    told: BTreeMap<PathBuf, Told>,
    /// Of the texts of `projects`.
    rulers: Rulers,
    complaints: Vec<String>,
    waiting: Vec<Waiting>,
    proofs: Proofs,
    mending: Mending,
    /// Number of the last request to the client.
    asked: u64,
    /// The one for its settings.
    asked_settings: Option<u64>,
}

impl Server {
    pub(super) fn new(events: Sender<Event>) -> anyhow::Result<Self> {
        Ok(Self {
            phase: Phase::New,
            client: Client::default(),
            settings: Settings::default(),
            folders: Vec::new(),
            documents: Documents::default(),
            worker: Worker::start(events.clone())?,
            events,
            at: 0,
            projects: Vec::new(),
            told: BTreeMap::new(),
            rulers: Rulers::default(),
            complaints: Vec::new(),
            waiting: Vec::new(),
            proofs: Proofs::default(),
            mending: Mending::default(),
            asked: 0,
            asked_settings: None,
        })
    }

    /// Deals with an event; how to end, if this was the last.
    pub(super) fn handle(&mut self, event: Event) -> Option<Exit> {
        match event {
            Event::Incoming(Incoming::Message(message)) => return self.message(message),
            Event::Incoming(Incoming::Broken(why)) => self.fail(&Value::Null, PARSE_ERROR, &why),
            Event::Incoming(Incoming::End) => return Some(self.exit()),
            Event::Found(change, found) => self.found(change, found),
            Event::Panicked(panic) => {
                self.show(
                    ERROR,
                    &format!("the analysis failed and begins anew; this is a bug of dogpile-lint: {panic}"),
                );
            }
            Event::Proven(at, fingerprint, lines) => {
                self.proofs.take(at, fingerprint, lines);
                self.answer_waiting();
            }
            Event::Mended(at, fixes) => {
                self.mending.take(at, fixes);
                self.answer_waiting();
            }
            Event::Late(id) => {
                self.waiting.iter_mut().filter(|w| w.id == id).for_each(|w| w.late = true);
                self.answer_waiting();
            }
        }
        None
    }

    fn exit(&self) -> Exit {
        if self.phase == Phase::ShutDown { Exit::Clean } else { Exit::Findings }
    }

    fn message(&mut self, mut message: Value) -> Option<Exit> {
        let id = message.get("id").cloned();
        let method = message.get("method").and_then(Value::as_str).map(str::to_owned);
        let params = message.get_mut("params").map(Value::take).unwrap_or_default();
        match (method, id) {
            (Some(method), None) => return self.notification(&method, &params),
            (Some(method), Some(id)) if id.is_string() || id.is_number() => self.request(id, &method, params),
            (None, Some(id)) if message.get("result").is_some() || message.get("error").is_some() => {
                self.reply(&id, &message["result"]);
            }
            (_, id) => self.fail(
                &id.unwrap_or_default(),
                INVALID_REQUEST,
                "neither a request, nor a notification, nor a reply",
            ),
        }
        None
    }

    fn request(&mut self, id: Value, method: &str, params: Value) {
        match (&self.phase, method) {
            (Phase::New, "initialize") => self.initialize(&id, &params),
            (Phase::New, _) => self.fail(&id, NOT_INITIALIZED, "the server is not initialized"),
            (Phase::Running, "initialize") => self.fail(&id, INVALID_REQUEST, "the server is initialized already"),
            (Phase::ShutDown, _) => self.fail(&id, INVALID_REQUEST, "the server was shut down"),
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                for waiting in std::mem::take(&mut self.waiting) {
                    self.fail(&waiting.id, REQUEST_CANCELLED, "the server was shut down");
                }
                self.result(&id, &Value::Null);
            }
            (
                Phase::Running,
                "textDocument/diagnostic"
                | "textDocument/hover"
                | "textDocument/codeAction"
                | "workspace/executeCommand",
            ) => {
                let change = self.worker.sent();
                let waiting = Waiting { id, method: method.to_owned(), params, change, timed: false, late: false };
                if let Some(waiting) = self.answer(waiting) {
                    self.waiting.push(waiting);
                }
            }
            (Phase::Running, _) => self.fail(&id, METHOD_NOT_FOUND, &format!("there is no method {method}")),
        }
    }

    fn initialize(&mut self, id: &Value, params: &Value) {
        self.client = Client::new(&params["capabilities"]);
        self.folders = folders(params);
        let (settings, wrong) = Settings::read(&params["initializationOptions"]);
        self.settings = settings;
        self.phase = Phase::Running;
        let mut capabilities = json!({
            "positionEncoding": self.client.encoding.name(),
            "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
            "hoverProvider": true,
            "codeActionProvider": { "codeActionKinds": ["quickfix"] },
            "executeCommandProvider": { "commands": [EXPLAIN, SCHEDULE] },
            "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
        });
        if self.client.pulls {
            capabilities["diagnosticProvider"] =
                json!({ "identifier": SOURCE, "interFileDependencies": true, "workspaceDiagnostics": false });
        }
        let info = json!({ "name": SOURCE, "version": env!("CARGO_PKG_VERSION") });
        self.result(id, &json!({ "capabilities": capabilities, "serverInfo": info }));
        self.complain(&wrong);
        self.send_folders();
    }

    fn notification(&mut self, method: &str, params: &Value) -> Option<Exit> {
        match (&self.phase, method) {
            (_, "exit") => return Some(self.exit()),
            (Phase::Running, "initialized") => self.initialized(),
            (Phase::Running, "textDocument/didOpen") => {
                if let Some((path, text)) = self.documents.open(params) {
                    self.adopt(&path);
                    self.worker.send(Change::Text(path, text));
                }
            }
            (Phase::Running, "textDocument/didChange") => match self.documents.change(params, self.client.encoding) {
                Some((path, text)) => self.worker.send(Change::Text(path, text)),
                None => self.log(&format!("a change of {} cannot be made", params["textDocument"]["uri"])),
            },
            (Phase::Running, "textDocument/didSave") => self.on_disk(&params["textDocument"]["uri"]),
            (Phase::Running, "textDocument/didClose") => {
                if let Some(path) = self.documents.close(params) {
                    self.worker.send(Change::Closed(path));
                }
            }
            (Phase::Running, "workspace/didChangeWatchedFiles") => {
                params["changes"].as_array().into_iter().flatten().for_each(|change| self.on_disk(&change["uri"]));
            }
            (Phase::Running, "workspace/didChangeConfiguration") => {
                match params["settings"].get("dogpile").filter(|settings| settings.is_object()) {
                    Some(settings) => self.set(settings),
                    None => self.ask_settings(),
                }
            }
            (Phase::Running, "workspace/didChangeWorkspaceFolders") => {
                let paths = |name: &str| {
                    let all = params["event"][name].as_array().into_iter().flatten();
                    all.filter_map(|folder| path_of(folder["uri"].as_str()?)).collect::<BTreeSet<_>>()
                };
                let (added, removed) = (paths("added"), paths("removed"));
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(added);
                self.send_folders();
            }
            (Phase::Running, "$/cancelRequest") => {
                let (gone, rest) = std::mem::take(&mut self.waiting).into_iter().partition(|w| w.id == params["id"]);
                self.waiting = rest;
                let gone: Vec<Waiting> = gone;
                gone.iter().for_each(|w| self.fail(&w.id, REQUEST_CANCELLED, "cancelled"));
            }
            _ => {}
        }
        None
    }

    fn initialized(&mut self) {
        if self.client.watches {
            let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| *ending).collect();
            let globs = [
                format!("**/*.{{{},lua,toml}}", endings.join(",")),
                format!("**/{{{}}}", MANIFESTS.join(",")),
                format!("**/{{{}}}*.json", MANIFEST_HEADS.join(",")),
            ];
            let watchers: Vec<Value> = globs.iter().map(|glob| json!({ "globPattern": glob })).collect();
            let registration = json!({
                "id": "watched-files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": watchers },
            });
            self.ask("client/registerCapability", &json!({ "registrations": [registration] }));
        }
        self.ask_settings();
    }

    fn ask_settings(&mut self) {
        if self.client.configuration {
            let items = json!({ "items": [{ "section": "dogpile" }] });
            self.asked_settings = Some(self.ask("workspace/configuration", &items));
        }
    }

    /// The client answers a request of ours.
    fn reply(&mut self, id: &Value, result: &Value) {
        if id.as_u64().is_some() && id.as_u64() == self.asked_settings {
            self.asked_settings = None;
            // No settings: those of the beginning hold.
            if let Some(settings) = result.get(0).filter(|settings| settings.as_object().is_some_and(|s| !s.is_empty()))
            {
                self.set(settings);
            }
        }
    }

    fn set(&mut self, settings: &Value) {
        let (settings, wrong) = Settings::read(settings);
        self.complain(&wrong);
        if settings != self.settings {
            self.settings = settings;
            self.send_folders();
        }
    }

    fn complain(&self, wrong: &[String]) {
        wrong.iter().for_each(|wrong| self.show(WARNING, &format!("settings: {wrong}")));
    }

    fn send_folders(&mut self) {
        let wanted = self.settings.wanted(self.folders.first().map(PathBuf::as_path));
        self.worker.send(Change::Folders(self.folders.clone(), wanted));
    }

    fn on_disk(&mut self, uri: &Value) {
        if let Some(path) = uri.as_str().and_then(path_of) {
            self.worker.send(Change::Disk(path));
        }
    }

    /// A file of no folder brings its repository, or at least the folder that it lies in.
    fn adopt(&mut self, path: &Path) {
        if crate::input::language(&path.to_string_lossy()).is_none() || self.folders.iter().any(|f| path.starts_with(f))
        {
            return;
        }
        let Some(parent) = path.parent() else { return };
        let repository = parent.ancestors().find(|folder| folder.join(".git").exists());
        self.folders.push(repository.unwrap_or(parent).to_owned());
        self.send_folders();
    }

    fn found(&mut self, change: u64, found: Found) {
        // What is older than the last change is of no use: another one is under way.
        if change < self.worker.sent() || self.phase != Phase::Running {
            return;
        }
        self.at = change;
        self.projects = found.projects;
        self.rulers = Rulers::default();
        self.proofs.begin(change);
        self.mending.begin(change);
        for complaint in found.complaints.iter().filter(|c| !self.complaints.contains(c)) {
            self.show(ERROR, complaint);
        }
        self.complaints = found.complaints;
        self.publish();
        self.answer_waiting();
    }

    fn view(&self) -> View<'_> {
        let Self { projects, documents, client, settings, rulers, .. } = self;
        View { projects, documents, client, settings, rulers }
    }

    /// Sends the diagnostics of every file that has others than before.
    fn publish(&mut self) {
        let now = self.view().diagnostics();
        let paths: BTreeSet<PathBuf> = now.keys().chain(self.told.keys()).cloned().collect();
        let mut changed = false;
        for path in paths {
            let items = now.get(&path).cloned().unwrap_or_default();
            let uri = self.view().uri(&path);
            let document = self.documents.get(&path);
            // A client that asks for those of open files would show them twice.
            let pulled = self.client.pulls && document.is_some();
            let old = self.told.get(&path).cloned().unwrap_or_default();
            if old.items == items && (items.is_empty() || (old.uri == uri && old.pulled == pulled)) {
                continue;
            }
            changed = true;
            let shown = if pulled { &[][..] } else { &items };
            let mut params = json!({ "uri": uri, "diagnostics": shown });
            if let Some(document) = document {
                params["version"] = json!(document.version);
            }
            self.notify("textDocument/publishDiagnostics", &params);
            if items.is_empty() {
                self.told.remove(&path);
            } else {
                self.told.insert(path, Told { uri, pulled, items });
            }
        }
        if changed && self.client.pulls {
            self.ask("workspace/diagnostic/refresh", &Value::Null);
        }
    }

    fn answer_waiting(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            if let Some(waiting) = self.answer(waiting) {
                self.waiting.push(waiting);
            }
        }
    }

    /// Answers a request, or gives it back.
    fn answer(&mut self, mut waiting: Waiting) -> Option<Waiting> {
        let params = &waiting.params;
        let path = params["textDocument"]["uri"].as_str().and_then(path_of);
        if waiting.method == "workspace/executeCommand" && params["command"] == EXPLAIN {
            self.explain(&waiting.id, &params["arguments"][0]);
            return None;
        }
        if self.at < waiting.change {
            return Some(waiting);
        }
        let answer = match (waiting.method.as_str(), path) {
            ("textDocument/diagnostic", path) => report(self.view(), path.as_deref()),
            ("textDocument/codeAction", Some(path)) => match self.actions(&path, &mut waiting) {
                Some(answer) => answer,
                None => return Some(waiting),
            },
            ("textDocument/hover", Some(path)) => match self.hover(&path, &mut waiting) {
                Some(answer) => answer,
                None => return Some(waiting),
            },
            ("workspace/executeCommand", _) if params["command"] == SCHEDULE => return self.schedule(waiting),
            ("workspace/executeCommand", _) => {
                self.fail(&waiting.id, INVALID_PARAMS, &format!("there is no command {}", params["command"]));
                return None;
            }
            _ => Value::Null,
        };
        self.result(&waiting.id, &answer);
        None
    }

    /// `None`: a schedule is being looked for.
    fn hover(&mut self, path: &Path, waiting: &mut Waiting) -> Option<Value> {
        let Self { projects, documents, client, settings, rulers, proofs, events, .. } = self;
        let view = View { projects, documents, client, settings, rulers };
        let found = under(view, path, &waiting.params["position"]);
        let mut schedules: BTreeMap<&str, Option<Vec<String>>> = BTreeMap::new();
        for at in &found {
            let lines = proofs.ask(at.outcome, &at.entry.fingerprint, events).map(<[String]>::to_vec);
            schedules.insert(&at.entry.fingerprint, lines);
        }
        if schedules.values().any(Option::is_none) && has_patience(events, waiting) {
            return None;
        }
        Some(hover(view, &found, &|at: At<'_>| schedules.get(at.entry.fingerprint.as_str()).cloned().flatten()))
    }

    /// `None`: fixes are being tried.
    fn actions(&mut self, path: &Path, waiting: &mut Waiting) -> Option<Value> {
        let Self { projects, documents, client, settings, rulers, mending, worker, events, .. } = self;
        let view = View { projects, documents, client, settings, rulers };
        let found = touched(view, path, &waiting.params);
        let mut wishes: BTreeMap<&Path, (&Arc<Outcome>, BTreeSet<String>)> = BTreeMap::new();
        for at in &found {
            wishes.entry(at.root).or_insert((at.outcome, BTreeSet::new())).1.insert(at.entry.fingerprint.clone());
        }
        for (root, (outcome, names)) in wishes {
            let of = mending.new_among(&names);
            if !of.is_empty() {
                worker.wish(root.to_owned(), Wish { outcome: Arc::clone(outcome), of });
            }
        }
        let mending = &*mending;
        let fixes = |at: At<'_>| mending.of(&at.entry.fingerprint);
        if found.iter().any(|at| fixes(*at).is_none()) && has_patience(events, waiting) {
            return None;
        }
        Some(Value::Array(actions(view, &found, &|at: At<'_>| fixes(at).unwrap_or_default())))
    }

    fn schedule(&mut self, waiting: Waiting) -> Option<Waiting> {
        let Self { projects, documents, client, settings, rulers, proofs, events, .. } = self;
        let view = View { projects, documents, client, settings, rulers };
        let argument = waiting.params["arguments"][0].as_str().unwrap_or_default();
        let Some(at) = view.all().find(|at| at.entry.fingerprint == argument) else {
            self.fail(&waiting.id, INVALID_PARAMS, &format!("there is no finding {argument:?} any more"));
            return None;
        };
        let Some(lines) = proofs.ask(at.outcome, argument, events) else { return Some(waiting) };
        let page = page(at, lines);
        self.result(&waiting.id, &json!(page));
        None
    }

    fn explain(&mut self, id: &Value, slug: &Value) {
        match page_of(slug.as_str().unwrap_or_default(), PageFormat::Markdown) {
            Ok(page) => {
                let listed = crate::meta_rules::listed().into_iter().find(|rule| slug == rule.info.slug);
                if let Some(rule) = listed.filter(|_| self.client.shows) {
                    self.ask("window/showDocument", &json!({ "uri": rule.info.uri, "external": true }));
                }
                self.result(id, &json!(page));
            }
            Err(error) => self.fail(id, INVALID_PARAMS, &error.to_string()),
        }
    }

    fn ask(&mut self, method: &str, params: &Value) -> u64 {
        self.asked += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.asked, "method": method });
        if !params.is_null() {
            message["params"] = params.clone();
        }
        send(&message);
        self.asked
    }

    fn show(&self, kind: u8, message: &str) {
        self.notify(
            "window/showMessage",
            &json!({ "type": kind, "message": clean(&format!("dogpile-lint: {message}")) }),
        );
    }

    fn log(&self, message: &str) {
        self.notify("window/logMessage", &json!({ "type": WARNING, "message": clean(message) }));
    }

    fn notify(&self, method: &str, params: &Value) {
        send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn result(&self, id: &Value, result: &Value) {
        send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    fn fail(&self, id: &Value, code: i32, message: &str) {
        send(&json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }));
    }
}

/// Whether a request can go on waiting; somebody looks at the clock for it from now on.
fn has_patience(events: &Sender<Event>, waiting: &mut Waiting) -> bool {
    if !waiting.late && !waiting.timed {
        let (events, id) = (events.clone(), waiting.id.clone());
        let clock = move || {
            thread::sleep(PATIENCE);
            let _ = events.send(Event::Late(id));
        };
        waiting.timed = thread::Builder::new().name("patience".to_owned()).spawn(clock).is_ok();
    }
    waiting.timed && !waiting.late
}

/// A client that does not listen any more will end the input, too.
fn send(message: &Value) {
    let _ = write(&mut std::io::stdout().lock(), message);
}
