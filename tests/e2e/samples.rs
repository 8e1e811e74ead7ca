//! Every sample is taken by the program that it is for, and names every setting that there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use indelible_tests::client::{Ended, ended};
use indelible_tests::folder::{bin, written};

use crate::ask;
use crate::scene::Scene;

/// Sample settings, and the program that reads them.
const SETTINGS: [(&str, &str); 2] =
    [("server.toml", "indelible-server"), ("witness.toml", "indelible-witness")];

const EVENTS: &str = "access-events.ndjson";

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/samples")
}

fn checked(program: &str, settings: &Path) -> Ended {
    let mut command = Command::new(bin(program));
    ended(command.args(["serve", "--check-settings", "--settings"]).arg(settings))
}

#[test]
fn there_is_no_sample_that_nothing_tries() {
    let tried: BTreeSet<String> =
        SETTINGS.iter().map(|(name, _)| name).chain([&EVENTS]).map(ToString::to_string).collect();
    let files = samples().read_dir().unwrap();
    let found: BTreeSet<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, tried);
}

#[test]
fn sample_settings_are_good() {
    for (name, program) in SETTINGS {
        let Ended { code, said } = checked(program, &samples().join(name));
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("is good"), "{said}");
    }
}

#[test]
fn a_misspelt_setting_of_a_sample_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    for (name, program) in SETTINGS {
        let sample = fs::read_to_string(samples().join(name)).unwrap();
        for (at, line) in sample.lines().enumerate() {
            let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) else {
                continue;
            };
            let misspelt: String = sample
                .lines()
                .enumerate()
                .map(
                    |(other, line)| {
                        if other == at { format!("x{line}\n") } else { format!("{line}\n") }
                    },
                )
                .collect();
            let settings = written(folder.path(), name, misspelt);
            let Ended { code, said } = checked(program, &settings);
            assert_eq!(code, Some(1), "x{key}: {said}");
            let place = format!("{name}:{}", at + 1);
            // Without a setting that must be there, that may be what is said first.
            let is_named = said.contains(&place) && said.contains(&format!("x{key}"));
            assert!(is_named || said.contains(&format!("missing field `{key}`")), "{said}");
        }
    }
}

#[test]
fn a_sample_names_every_setting_that_its_program_knows() {
    let folder = tempfile::tempdir().unwrap();
    for (name, program) in SETTINGS {
        let sample = fs::read_to_string(samples().join(name)).unwrap();
        // Commented out or not, each section begins with its header.
        let headers = sample.lines().map(uncommented).filter(|line| line.starts_with('['));
        for header in [None].into_iter().chain(headers.map(Some)) {
            let known = known_in(&sample, header, |settings| {
                checked(program, &written(folder.path(), name, settings)).said
            });
            let section = section_of(&sample, header);
            let named = |setting: &&String| {
                let start = format!("{setting} = ");
                section.iter().any(|line| line.starts_with(&start))
                    || sample.lines().any(|line| {
                        let line = uncommented(line).trim_matches(['[', ']']);
                        line == setting.as_str()
                    })
            };
            let missing: Vec<_> = known.iter().filter(|setting| !named(setting)).collect();
            assert!(missing.is_empty(), "{name} {header:?} lacks {missing:?}");
            assert!(known.len() > 1, "{name} {header:?}: {known:?}");
        }
    }
}

#[test]
fn sample_events_are_entries() {
    let scene = Scene::alone("");
    let server = scene.home.serve();
    let events = samples().join(EVENTS);
    let count = fs::read_to_string(&events).unwrap().lines().count();
    let client = scene.client(&server.url);
    let Ended { code, said } = ended(client.asking("add").arg("--ndjson").arg(&events));
    assert_eq!(code, Some(0), "{said}");
    ask::checkpoint_of(&server.url, u64::try_from(count).unwrap());
}

/// What the program says it expects in place of a setting that it does not know.
fn known_in(sample: &str, header: Option<&str>, check: impl Fn(String) -> String) -> Vec<String> {
    let unknown = "no_such_setting = 1\n";
    let settings = match header {
        None => format!("{unknown}{sample}"),
        // A section that is commented out is written out for this.
        Some(header) => {
            let kept: Vec<&str> = sample.lines().collect();
            let at = kept.iter().position(|line| uncommented(line) == header).unwrap();
            let start = kept[..at].join("\n");
            format!("{start}\n{header}\n{unknown}{}", kept[at + 1..].join("\n"))
        }
    };
    let said = check(settings);
    let (_, expected) = said.split_once("expected").unwrap_or_else(|| panic!("{header:?}: {said}"));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The lines of a section, comment signs taken away.
fn section_of<'a>(sample: &'a str, header: Option<&str>) -> Vec<&'a str> {
    let lines = sample.lines().map(uncommented);
    let after = lines.skip_while(|line| header.is_some_and(|header| *line != header));
    after.skip(usize::from(header.is_some())).take_while(|line| !line.starts_with('[')).collect()
}

fn uncommented(line: &str) -> &str {
    line.strip_prefix("# ").unwrap_or(line)
}
