//! Inside a crate, modules lean on each other without circles, and never through their own door.

use std::collections::{BTreeMap, BTreeSet};

use super::assert_none;
use super::paths::{Scan, scan};
use super::plan::HOUSE;
use super::tree::{self, SourceFile, planted};

/// The modules of one crate and what each leans on. The root is the empty path.
type Arrows = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

fn complaints_about(name: &str, files: &[SourceFile]) -> Vec<String> {
    let source = format!("crates/{name}/src/");
    let is_root = |path: &str| {
        path.strip_prefix(&source)
            .is_some_and(|file| file == "lib.rs" || file == "main.rs" || file.starts_with("bin/"))
    };
    let mut complaints = Vec::new();
    for root in files.iter().filter(|file| is_root(&file.path)) {
        let modules = modules_below(root, files);
        for (module, scan) in &modules {
            let through_the_door = |path: &&Vec<String>| owner(&modules, path).is_empty();
            let is_inside = !module.is_empty();
            for path in scan.paths.iter().filter(through_the_door).filter(|_| is_inside) {
                let shown = module.join("::");
                let item = path.join("::");
                complaints.push(format!("{name}: `{shown}` uses `{item}` through its own door"));
            }
        }
        for circle in circles(&arrows_among(&modules)) {
            complaints.push(format!("{name}: circle: {circle}"));
        }
    }
    complaints
}

/// All modules that the root declares, directly or not, with what their files say.
fn modules_below(root: &SourceFile, files: &[SourceFile]) -> BTreeMap<Vec<String>, Scan> {
    let folder = root.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut modules = BTreeMap::new();
    let mut waiting = vec![(Vec::new(), root)];
    while let Some((module, file)) = waiting.pop() {
        let said = scan(&module, &file.text);
        for child in &said.children {
            let below = [module.as_slice(), std::slice::from_ref(child)].concat();
            let place = format!("{folder}/{}", below.join("/"));
            let beside = [format!("{place}.rs"), format!("{place}/mod.rs")];
            if let Some(file) = files.iter().find(|file| beside.contains(&file.path)) {
                waiting.push((below, file));
            }
        }
        modules.insert(module, said);
    }
    modules
}

/// The module in which what `path` names lies.
fn owner<'a>(modules: &BTreeMap<Vec<String>, Scan>, path: &'a [String]) -> &'a [String] {
    let prefixes = (0..=path.len()).rev().filter_map(|length| path.get(..length));
    prefixes.into_iter().find(|prefix| modules.contains_key(*prefix)).unwrap_or_default()
}

fn arrows_among(modules: &BTreeMap<Vec<String>, Scan>) -> Arrows {
    let inside = modules.iter().filter(|(module, _)| !module.is_empty());
    inside
        .map(|(module, scan)| {
            let owners = scan.paths.iter().map(|path| owner(modules, path));
            let others = owners.filter(|other| !other.is_empty() && *other != module.as_slice());
            (module.clone(), others.map(<[String]>::to_vec).collect())
        })
        .collect()
}

/// One for each arrow that leads back to where the walk came from.
fn circles(arrows: &Arrows) -> Vec<String> {
    let mut found = Vec::new();
    let mut done = BTreeSet::new();
    for start in arrows.keys() {
        walk(arrows, start, &mut Vec::new(), &mut done, &mut found);
    }
    found
}

fn walk<'a>(
    arrows: &'a Arrows,
    module: &'a Vec<String>,
    way: &mut Vec<&'a Vec<String>>,
    done: &mut BTreeSet<&'a Vec<String>>,
    found: &mut Vec<String>,
) {
    if let Some(met) = way.iter().position(|earlier| *earlier == module) {
        let circle = way.iter().skip(met).chain([&module]).map(|module| module.join("::"));
        found.push(circle.collect::<Vec<_>>().join(" -> "));
        return;
    }
    if !done.contains(module) {
        way.push(module);
        for next in arrows.get(module).into_iter().flatten() {
            walk(arrows, next, way, done, found);
        }
        way.pop();
        done.insert(module);
    }
}

#[test]
fn modules_lean_on_each_other_without_circles() {
    let files = tree::sources();
    let complaints: Vec<_> =
        HOUSE.iter().flat_map(|room| complaints_about(room.name, &files)).collect();
    assert_none(&complaints);
}

/// What is found in a crate `a` with these files.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> =
        files.iter().map(|(path, text)| planted(&format!("crates/a/src/{path}"), text)).collect();
    complaints_about("a", &files)
}

const DOOR: (&str, &str) =
    ("lib.rs", "mod frontier; mod hash; mod node; pub use hash::Hash; pub use frontier::Frontier;");

#[test]
fn arrows_in_one_direction_are_well() {
    let files = [
        DOOR,
        ("hash.rs", "use sha2::Sha256;"),
        ("node.rs", "use crate::hash::Hash;"),
        ("frontier.rs", "use crate::{hash::Hash, node}; #[cfg(test)] mod tests { use crate::X; }"),
    ];
    assert!(found(&files).is_empty(), "{:?}", found(&files));
}

#[test]
fn a_circle_is_found_however_long() {
    let two =
        [DOOR, ("hash.rs", "use crate::frontier;"), ("frontier.rs", "use super::hash::Hash;")];
    assert_eq!(found(&two), ["a: circle: frontier -> hash -> frontier"]);
    let three = [
        DOOR,
        ("hash.rs", "fn f() { crate::frontier::g() }"),
        ("frontier.rs", "use crate::node::Node;"),
        ("node.rs", "use crate::{hash::Hash};"),
    ];
    assert_eq!(found(&three), ["a: circle: frontier -> node -> hash -> frontier"]);
}

#[test]
fn a_child_that_leans_on_its_parent_is_a_circle_when_the_parent_leans_on_it() {
    let door = ("lib.rs", "mod store;");
    let parent = ("store.rs", "mod keys; pub use keys::Key; pub struct Store;");
    let circle = [door, parent, ("store/keys.rs", "use super::Store;")];
    assert_eq!(found(&circle), ["a: circle: store -> store::keys -> store"]);
    let siblings = [
        door,
        ("store/mod.rs", "mod keys; mod rows; pub use rows::Row;"),
        ("store/keys.rs", "pub struct Key;"),
        ("store/rows.rs", "use super::keys::Key;"),
    ];
    assert!(found(&siblings).is_empty(), "{:?}", found(&siblings));
}

#[test]
fn a_way_through_the_own_door_is_found() {
    for wrong in ["use crate::Hash;", "use super::Hash;", "use super::*;", "use crate::{Hash};"] {
        let files = [DOOR, ("frontier.rs", wrong), ("hash.rs", "")];
        let complaints = found(&files);
        assert_eq!(complaints.len(), 1, "{wrong}: {complaints:?}");
        assert!(complaints.iter().all(|said| said.ends_with("through its own door")));
    }
}

#[test]
fn a_program_is_judged_by_its_own_root() {
    let files = [
        ("lib.rs", "mod hash;"),
        ("hash.rs", ""),
        ("main.rs", "mod flags; mod run; fn main() { run::run() }"),
        ("flags.rs", "use crate::run::Run;"),
        ("run.rs", "use crate::flags::Flags;"),
    ];
    assert_eq!(found(&files), ["a: circle: flags -> run -> flags"]);
}
