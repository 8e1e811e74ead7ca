//! The sample, defaults, and every refusal.

use indelible_note::{Algorithm, SignerKey};

use super::*;

const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const LEAST: &str = "name = 'witness.example/w1'\nlisten = '127.0.0.1:0'\ndata_dir = 'data'\n";

fn settings(text: &str) -> Result<Settings, SettingsError> {
    let raw: RawSettings = settings::parse(Path::new("witness.toml"), text)?;
    Settings::check(raw, Path::new("/etc/witness"), Overrides::default())
}

fn refusal(further: &str) -> String {
    settings(&format!("{LEAST}{further}")).unwrap_err().to_string()
}

#[test]
fn the_sample_is_taken_and_shows_the_defaults() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/samples/witness.toml");
    let sample = Settings::read(&sample, Overrides::default()).unwrap();
    let default = settings(LEAST).unwrap();
    assert_eq!(sample.connections, default.connections);
    assert_eq!(sample.limits, default.limits);
    assert_eq!(sample.logging, default.logging);
    assert_eq!(sample.memory_bytes, default.memory_bytes);
    assert!(sample.keys.ed25519.ends_with("docs/samples/keys/witness-ed25519.key"));
    let [log] = sample.logs.as_slice() else { panic!("{:?}", sample.logs) };
    assert_eq!(log.log.origin().as_str(), "example.com/foo");
    assert_eq!(log.log.keys()[0].to_string(), KEY);
    assert!(sample.summary().contains("log example.com/foo, keys 530d903a, read at https://"));
}

#[test]
fn what_the_sample_has_commented_out_is_taken_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/samples/witness.toml");
    let sample = std::fs::read_to_string(path).unwrap();
    let options = sample.lines().filter(|line| !line.starts_with("# path"));
    let whole: Vec<&str> = options
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.contains(" = ") || setting.starts_with('[') => setting,
            _ => line,
        })
        .collect();
    let whole = settings(&whole.join("\n")).unwrap();
    assert_ne!(whole.listen.monitoring, whole.listen.submission);
    let list = whole.log_list.unwrap();
    assert_eq!(list.reread_interval, Duration::from_secs(3_600));
    assert!(matches!(list.source, ListSource::Url(_)));
}

#[test]
fn paths_are_relative_to_the_file_and_one_address_serves_all() {
    let settings = settings(LEAST).unwrap();
    assert_eq!(settings.data_dir, Path::new("/etc/witness/data"));
    assert_eq!(settings.keys.ed25519, Path::new("/etc/witness/keys/witness-ed25519.key"));
    let ml_dsa_44 = settings.keys.ml_dsa_44.unwrap();
    assert_eq!(ml_dsa_44, Path::new("/etc/witness/keys/witness-ml-dsa-44.key"));
    assert_eq!(settings.listen.submission, settings.listen.monitoring);
    assert_eq!(settings.listen.submission, settings.listen.operations);
}

#[test]
fn a_flag_goes_before_the_file() {
    let address: SocketAddr = "127.0.0.2:7".parse().unwrap();
    let raw: RawSettings = settings::parse(Path::new("witness.toml"), LEAST).unwrap();
    let overrides = Overrides { listen: Some(address) };
    let listen = Settings::check(raw, Path::new("."), overrides).unwrap().listen;
    assert_eq!((listen.submission, listen.operations), (address, address));
}

#[test]
fn ed25519_alone_is_a_choice() {
    assert_eq!(settings(&format!("{LEAST}ml_dsa_44 = false\n")).unwrap().keys.ml_dsa_44, None);
}

#[test]
fn an_unknown_key_is_refused_everywhere() {
    for further in [
        "lisen = 'x'\n",
        "[limits]\nrequests = 1\n",
        "[http]\ntimeout = 1\n",
        "[logging]\nlevel = 'info'\n",
        "[log_list]\npath = 'x'\ninterval = 1\n",
        "[[log]]\nvkeys = []\nkey = 'x'\n",
        "[log]\nvkeys = []\n",
    ] {
        let said = refusal(further);
        assert!(said.starts_with("witness.toml:"), "{said}");
    }
}

#[test]
fn missing_and_malformed_values_are_refused() {
    for missing in ["name", "listen", "data_dir"] {
        let kept: Vec<_> = LEAST.lines().filter(|line| !line.starts_with(missing)).collect();
        let said = settings(&kept.join("\n")).unwrap_err().to_string();
        assert!(said.contains(&format!("missing field `{missing}`")), "{said}");
    }
    let named =
        |name: &str| settings(&LEAST.replace("witness.example/w1", name)).unwrap_err().to_string();
    assert!(named("a b").contains("contains a space"));
    assert!(named("").contains("is empty"));
    assert!(named(&"n".repeat(256)).contains("256 bytes, more than the 255"));
}

#[test]
fn values_out_of_bounds_are_refused_with_the_bound() {
    for (further, said) in [
        ("memory_mb = 15\n", "memory_mb is 15, less than 16"),
        ("[limits]\nrequests_max = 0\n", "limits.requests_max is 0, not from 1 to 4096"),
        ("[limits]\nrequests_max = 4097\n", "limits.requests_max is 4097, not from 1 to 4096"),
        ("[limits]\nlogs_max = 0\n", "limits.logs_max is 0, not from 1 to 10000000"),
        ("[http]\nidle_timeout_ms = 0\n", "http.idle_timeout_ms is 0"),
        ("[http]\nconnections_max = 0\n", "http.connections_max is 0"),
        (
            "[log_list]\npath = 'l'\nreread_interval_s = 9\n",
            "log_list.reread_interval_s is 9, less than 10",
        ),
        (
            "keys_dir = 'data/keys'\n",
            "keys_dir lies inside data_dir: whoever copies the data would have the keys",
        ),
        (
            "guard_dir = 'data'\n",
            "guard_dir lies inside data_dir: an old copy of the data would bring its guard along",
        ),
        ("url = 'witness.example'\n", "`witness.example` is no http or https url"),
        ("url = 'ftp://witness.example'\n", "`ftp://witness.example` is no http or https url"),
    ] {
        assert_eq!(refusal(further), said);
    }
}

#[test]
fn a_list_comes_from_one_place_that_nobody_can_change_on_the_way() {
    assert!(refusal("[log_list]\n").contains("either a path or a url"));
    assert!(refusal("[log_list]\npath = 'l'\nurl = 'https://l'\n").contains("either a path"));
    assert!(refusal("[log_list]\nurl = 'http://lists.example/1'\n").contains("is not https"));
    assert!(settings(&format!("{LEAST}[log_list]\nurl = 'http://127.0.0.1:9/1'\n")).is_ok());
}

#[test]
fn logs_that_make_no_sense_are_refused() {
    let name = KeyName::parse("log.example").unwrap();
    let key = |algorithm, seed| {
        SignerKey::from_seed(name.clone(), algorithm, [seed; 32]).verifier().to_string()
    };
    let cosigner = key(Algorithm::Ed25519Cosignature, 1);
    let other = key(Algorithm::Ed25519, 1);
    for (vkeys, said) in [
        (vec![], "a [[log]] has no vkeys"),
        (vec![&KEY[1..]], "vkey `"),
        (vec![KEY, KEY], "key 530d903a stands there twice"),
        (vec![&cosigner], "is a cosigner's (0x04)"),
        (vec![KEY, &other], "the vkeys of log example.com/foo have several names: say its origin"),
    ] {
        let refused = refusal(&format!("[[log]]\nvkeys = {vkeys:?}\n"));
        assert!(refused.contains(said), "{refused}");
    }
    let named =
        |origin: &str| format!("[[log]]\nvkeys = [{KEY:?}, {other:?}]\norigin = {origin:?}\n");
    let taken = settings(&format!("{LEAST}{}", named("an origin of its own"))).unwrap();
    assert_eq!(taken.logs[0].log.origin().as_str(), "an origin of its own");
    assert!(refusal(&named("")).contains("an origin is empty"));
    assert!(refusal(&named(&"o".repeat(256))).contains("256 bytes is longer than the 255"));
    let twice = format!("[[log]]\nvkeys = [{KEY:?}]\n[[log]]\nvkeys = [{KEY:?}]\n");
    assert_eq!(refusal(&twice), "log example.com/foo stands there twice");
}
