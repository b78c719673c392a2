//! The scripts of our action and of our GitLab template, run as they stand, with the real program.

use crate::ci_linters::root;
use crate::tools::{PYTHON, good, manifest, ran};
use crate::trees::{LOCKED, Tree};
use dogpile_server::{Choice, Redis};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

fn yaml(file: &str) -> Value {
    let run = ran(Command::new(PYTHON.join("python")).arg(manifest("yaml_as_json.py")).arg(root().join(file)));
    serde_json::from_str(&good(file, &run)).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A release as the install steps expect one: the program in an archive, and the archive's checksum in a list.
struct Release {
    tree: Tree,
    checksum: String,
}

static RELEASE: LazyLock<Release> =
    LazyLock::new(|| Release::new(&text(&yaml("action.yml")["inputs"]["version"]["default"])));

impl Release {
    fn new(version: &str) -> Self {
        let tree = Tree::new(&[("program/README", "")]);
        let (machine, folder) = (std::env::consts::ARCH, tree.path().join(format!("v{version}")));
        fs::create_dir(&folder).expect("a folder");
        fs::copy(env!("CARGO_BIN_EXE_dogpile-lint"), tree.path().join("program/dogpile-lint")).expect("a program");
        let archive = format!("dogpile-lint-{machine}-unknown-linux-musl.tar.gz");
        let tar = ["-I", "gzip -1", "-cf", &archive, "-C", "../program", "."];
        good("tar", &ran(Command::new("tar").args(tar).current_dir(&folder)));
        let sum = good("sha256sum", &ran(Command::new("sha256sum").arg(&archive).current_dir(&folder)));
        let other = "0".repeat(64) + "  another.tar.gz\n";
        fs::write(folder.join("SHA256SUMS"), other + &sum).expect("a file");
        let checksum = sum.split(' ').next().expect("a sum").to_owned();
        Self { tree, checksum }
    }

    fn mirror(&self) -> String {
        format!("file://{}", self.tree.path().display())
    }
}

/// A machine of GitHub's, as far as the action sees it.
struct Runner {
    action: Value,
    inputs: BTreeMap<String, String>,
    /// By step and name.
    outputs: BTreeMap<String, String>,
    tree: Tree,
}

impl Runner {
    fn new(inputs: &[(&str, &str)]) -> Self {
        let action = yaml("action.yml");
        let declared = action["inputs"].as_object().expect("inputs");
        let mut all: BTreeMap<_, _> =
            declared.iter().map(|(name, input)| (name.clone(), text(&input["default"]))).collect();
        for (name, value) in inputs {
            assert!(all.insert((*name).to_owned(), (*value).to_owned()).is_some(), "no input {name}");
        }
        let allowed = LOCKED.replace("defer rdb", "// dogpile: allow unconditional-release -- swept\n\tdefer rdb");
        let tree = Tree::new(&[("src/a b.go", LOCKED), ("other/app.go", &allowed.replace("sweep", "other"))]);
        fs::create_dir(tree.path().join("temp")).expect("a folder");
        Self { action, inputs: all, outputs: BTreeMap::new(), tree }
    }

    /// The value of `${{ a || b }}`: inputs, outputs of steps and texts are all that the action uses.
    fn value(&self, given: &str) -> String {
        let Some(expression) = given.strip_prefix("${{ ").and_then(|e| e.strip_suffix(" }}")) else {
            assert!(!given.contains("${{"), "{given}");
            return given.to_owned();
        };
        let one = |term: &str| {
            let output = term.strip_prefix("steps.").and_then(|rest| rest.split_once(".outputs."));
            match (term.strip_prefix("inputs."), output) {
                (Some(input), _) => self.inputs[input].clone(),
                (_, Some((step, name))) => self.outputs.get(&format!("{step}.{name}")).cloned().unwrap_or_default(),
                _ => term.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).expect("a text").to_owned(),
            }
        };
        expression.split(" || ").map(one).find(|value| !value.is_empty()).unwrap_or_default()
    }

    /// Runs the script of a step as a composite action would.
    fn step(&mut self, name: &str) -> Output {
        let steps = self.action["runs"]["steps"].as_array().expect("steps");
        let step = steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no step {name}")).clone();
        let (script, temp) = (self.tree.path().join("temp/script.sh"), self.tree.path().join("temp"));
        let run = text(&step["run"]);
        assert!(!run.contains("${{"), "inputs come by the environment: {run}");
        fs::write(&script, run).expect("a file");
        fs::write(temp.join("output"), "").expect("a file");
        let folder = step["working-directory"].as_str().map_or_else(|| ".".to_owned(), |folder| self.value(folder));
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(&script);
        bash.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        bash.env("RUNNER_TEMP", &temp).env("GITHUB_OUTPUT", temp.join("output")).env("CI", "true");
        for (name, value) in step["env"].as_object().expect("an environment") {
            bash.env(name, self.value(&text(value)));
        }
        let output = ran(bash.current_dir(self.tree.path().join(folder)));
        if let Some(id) = step["id"].as_str() {
            for line in self.tree.read("temp/output").lines() {
                let (name, value) = line.split_once('=').expect("an output");
                self.outputs.insert(format!("{id}.{name}"), value.to_owned());
            }
        }
        output
    }

    fn sarif(&self, output: &str) -> Vec<Value> {
        let file = self.outputs.get(output).unwrap_or_else(|| panic!("no {output} in {:?}", self.outputs));
        let log: Value = serde_json::from_str(&fs::read_to_string(file).expect("a report")).expect("JSON");
        log["runs"][0]["results"].as_array().expect("results").clone()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_action_installs_lints_and_fails_for_findings() {
    let mut runner = Runner::new(&[("mirror", &RELEASE.mirror())]);
    good("install", &runner.step("Install"));
    assert!(Path::new(&runner.outputs["install.program"]).starts_with(runner.tree.path()));
    good("lint", &runner.step("Lint"));
    assert_eq!(runner.outputs["lint.exit-code"], "1");
    let (all, uploaded) = (runner.sarif("lint.sarif"), runner.sarif("lint.upload"));
    let quiet = |result: &&Value| result["suppressions"].as_array().is_some_and(|s| !s.is_empty());
    assert_eq!(all.iter().filter(quiet).count(), 1);
    assert_eq!(uploaded.len(), all.len() - 1, "code scanning would open an alert for what is allowed");
    assert!(!uploaded.is_empty() && !uploaded.iter().any(|result| quiet(&result)));
    assert_eq!(runner.step("Result").status.code(), Some(1));
}

#[test]
fn the_action_refuses_another_archive() {
    let mirror = ("mirror", &*RELEASE.mirror());
    good("install", &Runner::new(&[mirror, ("sha256", &RELEASE.checksum)]).step("Install"));
    let wrong = "1".repeat(64);
    let mut runner = Runner::new(&[mirror, ("sha256", &wrong)]);
    let run = runner.step("Install");
    assert_eq!(run.status.code(), Some(2), "{}", said(&run));
    assert!(said(&run).contains("has the checksum") && runner.outputs.is_empty(), "{}", said(&run));
    let mut nowhere = Runner::new(&[("version", "0.0.0"), mirror]);
    assert!(!nowhere.step("Install").status.success());
}

#[test]
fn the_action_takes_inputs_for_what_they_are() {
    let program = env!("CARGO_BIN_EXE_dogpile-lint");
    let with = |inputs: &[(&str, &str)]| {
        let mut runner = Runner::new(inputs);
        runner.outputs.insert("build.program".to_owned(), program.to_owned());
        runner
    };
    let mut odd = with(&[
        ("paths", "a b.go\n$(touch pwned)`touch pwned`\n"),
        ("working-directory", "src"),
        ("args", "--fail-on\nerror\n\n--min-level=error"),
        ("annotations", "true"),
        ("sarif", "r $x.sarif"),
        ("upload-suppressed", "true"),
    ]);
    let run = odd.step("Lint");
    assert_eq!(run.status.code(), Some(2), "there is no such path: {}", said(&run));
    assert!(!odd.tree.path().join("src/pwned").exists() && !odd.outputs.contains_key("lint.upload"));
    odd.inputs.insert("paths".to_owned(), "a b.go\n../other".to_owned());
    let out = good("lint", &odd.step("Lint"));
    assert!(out.contains("::error file=a b.go,line="), "{out}");
    assert!(odd.outputs["lint.sarif"].ends_with("/src/r $x.sarif"));
    assert_eq!(odd.sarif("lint.upload").len(), odd.sarif("lint.sarif").len());
    let mut bad = with(&[("args", "--no-such-option")]);
    assert_eq!(bad.step("Lint").status.code(), Some(2), "what could not run fails at once");
}

#[test]
fn the_action_confirms_with_a_service() {
    let owner = Redis::open(&Choice::Private).expect("a redis-server on the PATH");
    let url = owner.url().expect("a URL");
    let mut runner = Runner::new(&[("confirm", "true"), ("server", &url), ("paths", "src")]);
    runner.outputs.insert("install.program".to_owned(), env!("CARGO_BIN_EXE_dogpile-lint").to_owned());
    good("lint", &runner.step("Lint"));
    let results = runner.sarif("lint.upload");
    assert!(results.iter().all(|result| result["properties"]["verdict"]["evidence"] == "server"), "{results:?}");
    assert!(results[0]["codeFlows"][0]["threadFlows"][0]["locations"].as_array().is_some_and(|l| l.len() > 2));
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "the job's image is for x86_64")]
fn the_gitlab_job_installs_lints_and_leaves_its_reports() {
    let job = yaml("ci/gitlab/dogpile-lint.yml")["dogpile-lint"].clone();
    assert_eq!(job["variables"]["DOGPILE_LINT_VERSION"], yaml("action.yml")["inputs"]["version"]["default"]);
    let (tree, temporary) = (Tree::new(&[("app.go", LOCKED)]), Tree::new(&[]));
    let owner = Redis::open(&Choice::Private).expect("a redis-server on the PATH");
    let lines = |part: &str| job[part].as_array().expect("lines").iter().map(text).collect::<Vec<_>>().join("\n");
    let script = lines("before_script") + "\n" + &lines("script");
    let run = |variables: &[(&str, &str)]| {
        let mut sh = Command::new("sh");
        sh.args(["-c", &script]).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir(tree.path());
        sh.envs(job["variables"].as_object().expect("variables").iter().map(|(name, value)| (name, text(value))));
        sh.env("TMPDIR", temporary.path())
            .env("DOGPILE_LINT_MIRROR", RELEASE.mirror())
            .env("DOGPILE_LINT_SERVER", owner.url().expect("a URL"));
        ran(sh.envs(variables.iter().copied()))
    };
    let out = run(&[]);
    assert_eq!(out.status.code(), Some(1), "{}", said(&out));
    assert!(said(&out).contains("confirmed on redis "), "{}", said(&out));
    assert_eq!(fs::read_dir(temporary.path()).expect("a folder").count(), 0, "what was installed goes with the job");
    let artifacts = &job["artifacts"];
    let files = artifacts["paths"]
        .as_array()
        .expect("paths")
        .iter()
        .chain(artifacts["reports"].as_object().expect("reports").values());
    for file in files {
        assert!(!tree.read(&text(file)).is_empty());
    }
    let wrong = run(&[("DOGPILE_LINT_SHA256", "11")]);
    assert!(!wrong.status.success() && !said(&wrong).contains("confirmed"), "{}", said(&wrong));
    let harmless: PathBuf = tree.path().join("pwned");
    let off = run(&[("DOGPILE_LINT_ARGS", "--fail-on error $(touch${IFS}pwned)"), ("DOGPILE_LINT_CONFIRM", "false")]);
    assert_eq!(off.status.code(), Some(2), "{}", said(&off));
    assert!(said(&off).contains("$(touch${IFS}pwned)") && !harmless.exists(), "{}", said(&off));
}

#[test]
fn the_page_knows_every_input_and_the_sample() {
    let page = fs::read_to_string(root().join("docs/ci.md")).expect("a page");
    let (action, job) = (yaml("action.yml"), yaml("ci/gitlab/dogpile-lint.yml"));
    let inputs = action["inputs"].as_object().expect("inputs").iter().map(|(name, input)| (name, &input["default"]));
    let variables = job["dogpile-lint"]["variables"].as_object().expect("variables").iter();
    for (name, default) in inputs.chain(variables) {
        let default = match text(default) {
            empty if empty.is_empty() => String::new(),
            url if url.starts_with("https://github.com/") => "GitHub".to_owned(),
            other => format!("`{other}`"),
        };
        let row = format!("| `{name}` | {default} |").replace("|  |", "| |");
        assert!(page.contains(&row), "no row {row}");
    }
    let sample = fs::read_to_string(root().join("ci/github/dogpile-lint.yml")).expect("a workflow");
    let (_, shown) = page.split_once("```yaml\n").expect("an example");
    let (shown, _) = shown.split_once("```").expect("its end");
    for line in shown.lines() {
        assert!(sample.contains(line.trim()), "not in the sample: {line}");
    }
}
