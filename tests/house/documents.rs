//! What the documents name is there: files behind links, headings, sources, tests, settings, metrics.

use std::collections::BTreeSet;

use super::assert_none;
use super::tree::{self, SourceFile, planted};

/// The guide that names every setting and every metric.
const GUIDE: &str = "docs/OPERATING.md";

/// A settings file's raw form, and the section of the guide that has its tables.
const SETTINGS: &[(&str, &str)] = &[
    ("crates/log-server/src/settings/raw.rs", "Settings of the log server"),
    ("crates/witness/src/settings/raw.rs", "Settings of the witness"),
];

const METRICS: &[&str] = &["crates/log-server/src/metrics.rs", "crates/witness/src/metrics.rs"];

/// The text outside of code blocks.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

/// What stands between two marks of a line, as often as it does.
fn between<'a>(line: &'a str, open: &str, close: char) -> Vec<&'a str> {
    line.split(open)
        .skip(1)
        .filter_map(|rest| rest.split_once(close))
        .map(|(in_it, _)| in_it)
        .collect()
}

/// What stands in backticks on a line.
fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// As web pages of repositories make anchors of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter_map(|(_, line)| line.strip_prefix('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// A path with its `.` and `..` taken.
fn resolved(folder: &str, link: &str) -> String {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in link.split('/').filter(|step| !step.is_empty() && *step != ".") {
        if step == ".." {
            steps.pop();
        } else {
            steps.push(step);
        }
    }
    steps.join("/")
}

fn broken_links(document: &SourceFile, all: &[SourceFile], paths: &[String]) -> Vec<String> {
    let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let links = prose(&document.text).flat_map(|(number, line)| {
        between(line, "](", ')').into_iter().map(move |link| (number, link))
    });
    let mut complaints = Vec::new();
    for (number, link) in links.filter(|(_, link)| !link.contains("://")) {
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let path = if file.is_empty() { document.path.clone() } else { resolved(folder, file) };
        let there = paths.iter().any(|other| {
            other.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let target = all.iter().find(|other| other.path == path);
        let has_heading = || target.is_some_and(|target| anchors(&target.text).contains(heading));
        if !there || !(heading.is_empty() || has_heading()) {
            complaints.push(format!("{}:{number}: {link} leads nowhere", document.path));
        }
    }
    complaints
}

/// Names of sources, and of tests and settings (those with two underscores or more), that are not.
fn names_of_nothing(
    document: &SourceFile,
    paths: &[String],
    words: &BTreeSet<&str>,
) -> Vec<String> {
    let is_source = |span: &str| span.ends_with(".rs") && !span.contains([' ', '*', '{']);
    let is_name = |span: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        span.matches('_').count() > 1
            && span.chars().all(plain)
            && !["indelible_", "process_"].iter().any(|metric| span.starts_with(metric))
    };
    let lies_there = |span: &str| {
        let inner = span.replacen('/', "/src/", 1);
        paths.iter().any(|path| {
            let inside = path.strip_prefix("crates/").unwrap_or(path);
            path == span || inside == inner || inside == span
        })
    };
    let mut complaints = Vec::new();
    for (number, line) in prose(&document.text) {
        for span in spans(line) {
            let missing = (is_source(span) && !lies_there(span) && span.contains('/'))
                || (is_name(span) && !words.contains(span));
            if missing {
                complaints.push(format!("{}:{number}: there is no `{span}`", document.path));
            }
        }
    }
    complaints
}

/// The fields of the structs in a settings file's raw form.
fn fields(raw: &str) -> BTreeSet<&str> {
    let mut in_struct = false;
    let mut fields = BTreeSet::new();
    for line in raw.lines() {
        if line == "}" {
            in_struct = false;
        } else if line.contains("struct Raw") {
            in_struct = true;
        } else if in_struct
            && let Some((name, _)) = line.trim().trim_start_matches("pub(super) ").split_once(": ")
            && !name.starts_with(['#', '/'])
        {
            fields.insert(name);
        }
    }
    fields
}

/// The section under a heading, with the ones below it.
fn section(text: &str, heading: &str) -> String {
    let level = |line: &str| line.chars().take_while(|c| *c == '#').count();
    let mut lines = text.lines().skip_while(|line| line.trim_start_matches('#').trim() != heading);
    let depth = lines.next().map_or(0, level);
    let ends = |line: &&str| (1..=depth).contains(&level(line));
    lines.take_while(|line| !ends(line)).collect::<Vec<_>>().join("\n")
}

fn settings_out_of_step(raw: &str, guide: &str, heading: &str) -> Vec<String> {
    let section = section(guide, heading);
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let told: BTreeSet<&str> = rows.filter_map(|row| Some(row.split_once('`')?.0)).collect();
    let named: BTreeSet<&str> = section.split('`').skip(1).step_by(2).collect();
    let real = fields(raw);
    // Sections of the file are headings of the guide, in one way or another.
    let table = |name: &str| {
        [format!("[{name}]"), format!("[[{name}]]")]
            .iter()
            .any(|span| named.contains(span.as_str()))
    };
    let silent = real.iter().filter(|name| !told.contains(*name) && !table(name));
    let silent = silent.map(|name| format!("{heading}: `{name}` has no row in {GUIDE}"));
    let gone = told.difference(&real).map(|name| format!("{heading}: there is no `{name}`"));
    silent.chain(gone).collect()
}

/// The names under which a room registers its metrics, with their part's prefix.
fn metrics_of(room: &str) -> Vec<String> {
    let quoted = |after: &str| room.split(after).nth(1).and_then(|rest| rest.split('"').nth(1));
    let prefix = quoted(".part(").unwrap_or_default();
    let registered = room.split(".register(").skip(1);
    let names =
        registered.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    names.map(|name| format!("{prefix}_{name}")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let (documents, paths) = (tree::documents(), tree::paths());
    let links = documents.iter().flat_map(|document| broken_links(document, &documents, &paths));
    assert_none(&links.collect::<Vec<_>>());
}

#[test]
fn what_documents_call_by_name_is_there() {
    let (sources, paths) = (tree::sources(), tree::paths());
    let not_in_a_word = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let mut words: BTreeSet<&str> =
        sources.iter().flat_map(|file| file.text.split(not_in_a_word)).collect();
    let (lints, manifest) = (tree::text("clippy.toml"), tree::text("Cargo.toml"));
    words.extend(lints.split(not_in_a_word).chain(manifest.split(not_in_a_word)));
    let documents = tree::documents();
    let complaints = documents.iter().flat_map(|file| names_of_nothing(file, &paths, &words));
    assert_none(&complaints.collect::<Vec<_>>());
}

#[test]
fn the_guide_has_every_setting_and_no_other() {
    let guide = tree::text(GUIDE);
    let complaints = SETTINGS
        .iter()
        .flat_map(|(raw, heading)| settings_out_of_step(&tree::text(raw), &guide, heading));
    assert_none(&complaints.collect::<Vec<_>>());
}

#[test]
fn the_guide_has_every_metric() {
    let guide = tree::text(GUIDE);
    let told = |name: &String| guide.contains(&format!("`{name}"));
    let missing: Vec<_> = METRICS
        .iter()
        .flat_map(|room| metrics_of(&tree::text(room)))
        .filter(|name| !told(name))
        .map(|name| format!("{GUIDE} says nothing of {name}"))
        .collect();
    assert_none(&missing);
}

#[cfg(test)]
mod planted_faults {
    use super::*;

    fn paths() -> Vec<String> {
        ["README.md", "docs/A.md", "docs/more/B.md", "crates/a/src/b/c.rs", "tests/house/main.rs"]
            .map(str::to_owned)
            .to_vec()
    }

    fn complaints_about_links(text: &str) -> Vec<String> {
        let a = planted("docs/A.md", text);
        let b = planted("docs/more/B.md", "# On `B`, and more\n\n```\n# Not a heading\n```\n");
        broken_links(&a, &[a.clone(), b], &paths())
    }

    #[test]
    fn links_to_what_is_there_are_well() {
        let text = "# Here\n[b](more/B.md), [b](more/B.md#on-b-and-more), [here](#here), [up](../README.md)\n\
                    [folder](more/) [out](https://a.example/x) \n```\n[no](link)\n```\n";
        assert!(complaints_about_links(text).is_empty(), "{:?}", complaints_about_links(text));
    }

    #[test]
    fn links_to_nowhere_are_found_with_their_line() {
        for bad in ["C.md", "more/B.md#not-a-heading", "#there", "../docs/B.md", "more/B"] {
            let complaints = complaints_about_links(&format!("# Here\n\n[x]({bad})\n"));
            assert_eq!(complaints, [format!("docs/A.md:3: {bad} leads nowhere")]);
        }
    }

    fn complaints_about_names(text: &str) -> Vec<String> {
        let words = BTreeSet::from(["a_test_of_ours", "an_interval_ms"]);
        names_of_nothing(&planted("A.md", text), &paths(), &words)
    }

    #[test]
    fn names_of_what_is_there_are_well() {
        let text = "`a_test_of_ours`, `an_interval_ms`, `a/b/c.rs`, `crates/a/src/b/c.rs`, \
                    `tests/house/main.rs`, `not_one`, `indelible_some_metric`, `use x_y_z;`, `c.rs`\n";
        assert!(complaints_about_names(text).is_empty(), "{:?}", complaints_about_names(text));
    }

    #[test]
    fn names_of_nothing_are_found() {
        for bad in ["a_test_of_nobody", "a/b/d.rs", "b/c.rs", "crates/a/b/c.rs"] {
            let complaints = complaints_about_names(&format!("It is `{bad}`.\n"));
            assert_eq!(complaints, [format!("A.md:1: there is no `{bad}`")]);
        }
    }

    const RAW: &str = "#[derive(Debug)]
pub(super) struct RawSettings {
    pub(super) listen: SocketAddr,
    #[serde(default)]
    pub(super) log: Vec<RawLog>,
}

struct RawLog {
    origin: String,
}

enum RawFormat {
    Human,
}
";

    fn complaints_about_guide(guide: &str) -> Vec<String> {
        settings_out_of_step(RAW, guide, "Settings")
    }

    #[test]
    fn settings_in_step_are_well() {
        assert_eq!(fields(RAW), BTreeSet::from(["listen", "log", "origin"]));
        let guide = "## Settings\n| `listen` | x |\n### Each log, `[[log]]`\n| `origin` | x |\n## End\n| `a` |\n";
        assert!(complaints_about_guide(guide).is_empty(), "{:?}", complaints_about_guide(guide));
    }

    #[test]
    fn settings_that_are_silent_or_gone_are_found() {
        let guide =
            "## Settings\n| `old` | x |\n`[[log]]`\n| `origin` | x |\n## End\n| `listen` | x |\n";
        assert_eq!(
            complaints_about_guide(guide),
            ["Settings: `listen` has no row in docs/OPERATING.md", "Settings: there is no `old`"]
        );
    }

    #[test]
    fn metrics_are_read_with_their_prefix() {
        let room = "families.register(registry.part(\"indelible\"));\n\
                    metrics.register(\"log_size\", \"Help\", a.clone());\n\
                    part.register(\n    \"answers\",\n    \"Help\", b);";
        assert_eq!(metrics_of(room), ["indelible_log_size", "indelible_answers"]);
    }
}
