//! `dogpile-lint man` and `dogpile-lint completions`: what packages install beside the program.

use crate::cli::Cli;
use crate::exit::Exit;
use crate::meta_rules::listed;
use crate::output::{say, write};
use crate::suggest::did_you_mean;
use anyhow::{Context as _, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;
use std::fs;
use std::path::{Path, PathBuf};

/// Arguments of `man`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ManArgs {
    /// The command that the page is of [default: the program]
    #[arg(conflicts_with = "dir")]
    pub command: Option<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
}

/// Arguments of `completions`.
#[derive(Clone, Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// Prints a page for `man`, or writes all of them.
///
/// # Errors
/// When there is no such command, or a file cannot be written.
pub(crate) fn man(args: &ManArgs) -> anyhow::Result<Exit> {
    let program = program();
    let name = program.get_name().to_owned();
    if let Some(folder) = &args.dir {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut count = 0;
        save(folder, &name, &page(&program)?)?;
        for command in commands(&program) {
            save(folder, &format!("{name}-{}", command.get_name()), &page(command)?)?;
            count += 1;
        }
        say(&format!("wrote {} pages to {}", count + 1, folder.display()));
        return Ok(Exit::Clean);
    }
    let text = match &args.command {
        None => page(&program)?,
        Some(word) => {
            let names: Vec<&str> = commands(&program).map(Command::get_name).collect();
            let Some(command) = commands(&program).find(|command| command.get_name() == word) else {
                bail!("there is no command `{word}`{}; type `dogpile-lint --help` for all", did_you_mean(word, &names));
            };
            page(command)?
        }
    };
    write(&text, None)?;
    Ok(Exit::Clean)
}

/// Prints what completes command lines in a shell.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let slugs: Vec<&str> = listed().iter().map(|rule| rule.info.slug).collect();
    // A rule's name is completed here, and complained of in our own words elsewhere.
    let mut program = Cli::command().mut_subcommand("explain", |explain| {
        explain.mut_arg("slug", |slug| slug.value_parser(PossibleValuesParser::new(slugs)))
    });
    let name = program.get_name().to_owned();
    // Bash's generator writes a hyphen in two ways and then finds no subcommand: it gets a name without one.
    let called = if args.shell == Shell::Bash { name.replace('-', "_") } else { name.clone() };
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, &called, &mut script);
    let mut script = String::from_utf8(script)?;
    if called != name {
        script = script.replace(&format!(" {called}\n"), &format!(" {name}\n"));
    }
    write(&script, None)?;
    Ok(Exit::Clean)
}

fn program() -> Command {
    let mut program = Cli::command();
    program.build();
    program
}

fn commands(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

fn page(command: &Command) -> anyhow::Result<String> {
    let source = format!("dogpile-lint {}", env!("CARGO_PKG_VERSION"));
    let mut text = Vec::new();
    Man::new(command.clone()).manual("dogpile-lint").source(source).render(&mut text)?;
    Ok(String::from_utf8(text)?)
}

fn save(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    write(text, Some(&folder.join(format!("{name}.1"))))
}
