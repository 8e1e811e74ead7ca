//! What an operator may write, and how what he may not is refused.

use std::path::Path;

use super::*;

const LEAST: &str =
    "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[[log]]\norigin = \"a.example/log\"\n";

fn read(text: &str) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("indelible.toml");
    indelible_process::files::replace_durably(&path, text.as_bytes()).unwrap();
    Settings::read(&path)
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn three_lines_are_enough_and_the_rest_has_defaults() {
    let settings = read(LEAST).unwrap();
    let log = &settings.logs[0];
    assert_eq!(log.prefix, "");
    assert_eq!(log.publish_interval, Duration::from_secs(1));
    assert_eq!(log.refresh_interval, Some(Duration::from_secs(300)));
    assert!(log.policy.is_none() && !log.dedup_by_content);
    assert_eq!(settings.memory_bytes, 256 << 20);
    assert!(settings.guard_dir.ends_with("guard") && settings.data_dir.ends_with("data"));
}

#[test]
fn an_unknown_key_is_refused_by_its_name_and_line() {
    for (text, key) in [
        (format!("lisen = 1\n{LEAST}"), "lisen"),
        (format!("{LEAST}publish_interval = 1000\n"), "publish_interval"),
        (format!("{LEAST}[http]\nconnection_max = 3\n"), "connection_max"),
    ] {
        let said = refusal(&text);
        assert!(said.contains(key), "{said}");
    }
}

#[test]
fn what_cannot_work_is_refused_with_its_name_and_limit() {
    let more = |line: &str| refusal(&format!("{LEAST}{line}\n"));
    for (said, expected) in [
        (refusal("listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n"), "no [[log]]"),
        (more("publish_interval_ms = 9"), "the least is 10"),
        (more("queue_entries_max = 0"), "queue_entries_max is 0"),
        (more("commit_bytes_max = 0"), "commit_bytes_max is 0"),
        (more("cosign_timeout_ms = 0"), "cosign_timeout_ms is 0"),
        (more("wait_timeout_ms = 120000"), "less than request_timeout_ms, which is 120000 ms"),
        (more("[http]\nconnections_max = 0"), "connections_max is 0"),
        (more("[http]\nheader_timeout_ms = 0"), "header_timeout_ms is 0"),
        (refusal(&LEAST.replace("[[log]]", "keys_dir = \"data/k\"\n[[log]]")), "keys_dir"),
        (more("path = \"logs\""), "must start with /"),
        (more("path = \"/a b\""), "segments of letters"),
        (more("path = \"/../x\""), "segments of letters"),
        (more("path = \"//\""), "segments of letters"),
        (more("path = \"/tile/x\""), "the name of a route"),
        (more("path = \"/metrics\""), "the name of a route"),
        (more("[[log]]\norigin = \"a.example/log\"\npath = \"/b\""), "is set twice"),
        (more("[[log]]\norigin = \"b.example/log\""), "path / is set twice"),
        (more("[[log]]\norigin = \"\"\npath = \"/b\""), "origin \"\""),
        (refusal(&LEAST.replace("a.example/log", "a b")), "cannot name a key"),
        (refusal(&LEAST.replace("a.example/log", "a+b")), "cannot name a key"),
        (refusal(&LEAST.replace("a.example/log", &"a".repeat(256))), "longer than the 255"),
        (more("policy = \"nowhere.txt\""), "nowhere.txt"),
        (refusal(&LEAST.replace("[[log]]", "memory_mb = 63\n[[log]]")), "the least is 64"),
        (refusal(&LEAST.replace("[[log]]", "guard_dir = \"data/guard\"\n[[log]]")), "guard_dir"),
    ] {
        assert!(said.contains(expected), "{said:?} does not say {expected:?}");
    }
}

#[test]
fn a_prefix_is_the_same_with_and_without_a_slash_at_its_end() {
    for path in ["/a/b", "/a/b/"] {
        let settings = read(&format!("{LEAST}path = \"{path}\"\n")).unwrap();
        assert_eq!(settings.logs[0].prefix, "/a/b");
    }
}

#[test]
fn logs_whose_origins_read_alike_have_different_key_files() {
    let origin = |text: &str| Origin::parse(text).unwrap();
    let files = |text: &str| key_files(Path::new("k"), &origin(text), None, None, Path::new("."));
    assert_ne!(files("a/b"), files("a_b"));
    assert!(files("a/b").ed25519.to_string_lossy().starts_with("k/a_b-"));
}

#[test]
fn a_guard_that_a_link_leads_into_the_database_is_found() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let path = folder.path().join("indelible.toml");
    indelible_process::files::replace_durably(&path, LEAST.as_bytes()).unwrap();
    let settings = Settings::read(&path).unwrap();
    assert!(settings.expect_guard_apart().is_ok());
    std::os::unix::fs::symlink("data", folder.path().join("guard")).unwrap();
    let refused = settings.expect_guard_apart();
    assert!(matches!(refused, Err(SettingsError::GuardInsideData)), "{refused:?}");
}
