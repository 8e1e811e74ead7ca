//! What lies at the top of the checkout, exactly.

use std::collections::BTreeSet;

use super::{assert_none, tree};

const ROOMS: &[&str] = &["Cargo.toml", "README.md", "crates", "docs", "scripts", "tests"];

/// Lock, lint and licence files. Files with a dot before their name may lie there too.
const BESIDE: &[&str] =
    &["Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT", "clippy.toml", "deny.toml", "rustfmt.toml"];

fn out_of_place(paths: &[String]) -> Vec<String> {
    let tops: BTreeSet<&str> = paths.iter().filter_map(|path| path.split('/').next()).collect();
    let mut complaints = Vec::new();
    for top in &tops {
        if !top.starts_with('.') && !ROOMS.contains(top) && !BESIDE.contains(top) {
            complaints.push(format!("{top} does not belong at the top"));
        }
    }
    for room in ROOMS.iter().filter(|room| !tops.contains(**room)) {
        complaints.push(format!("{room} is missing at the top"));
    }
    complaints
}

#[test]
fn the_top_holds_what_it_should_and_nothing_else() {
    assert_none(&out_of_place(&tree::paths()));
}

#[cfg(test)]
mod planted {
    use super::out_of_place;

    fn house_and(more: &[&str]) -> Vec<String> {
        let house = ["Cargo.toml", "README.md", "crates/a/b", "docs/a", "scripts/a", "tests/a"];
        house.iter().chain(more).map(ToString::to_string).collect()
    }

    #[test]
    fn what_belongs_there_is_not_complained_of() {
        assert!(out_of_place(&house_and(&["Cargo.lock", ".ci/run", ".gitignore"])).is_empty());
    }

    #[test]
    fn a_stray_file_and_a_stray_folder_are_found() {
        let complaints = out_of_place(&house_and(&["notes.txt", "src/lib.rs"]));
        let expected = ["notes.txt does not belong at the top", "src does not belong at the top"];
        assert_eq!(complaints, expected);
    }

    #[test]
    fn a_missing_room_is_found() {
        let mut paths = house_and(&[]);
        paths.retain(|path| !path.starts_with("docs/"));
        assert_eq!(out_of_place(&paths), ["docs is missing at the top"]);
    }
}
