//! How the text of a checkpoint is read.

use alloc::format;
use alloc::string::ToString;

use proptest::prelude::*;

use super::*;
use crate::sample::{any_checkpoint, any_damage, checkpoint, damaged, extended};

const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

#[test]
fn the_checkpoint_of_the_specification_is_read() {
    let body = format!("example.com/behind-the-sofa\n20852163\n{ROOT}\n");
    let read = Checkpoint::parse_body(&body).unwrap();
    assert_eq!(read.origin().as_str(), "example.com/behind-the-sofa");
    assert_eq!(read.size().get(), 20_852_163);
    assert_eq!(strict::to_hash_text(read.root()), ROOT);
    assert!(read.extensions().is_empty());
    assert_eq!(read, checkpoint());
    assert_eq!(read.to_body(), body);
}

#[test]
fn every_size_has_one_spelling() {
    let with = |size: &str| Checkpoint::parse_body(&format!("a\n{size}\n{ROOT}\n"));
    for size in ["0", "1", "9223372036854775807"] {
        assert!(with(size).is_ok(), "{size}");
    }
    let refused = [
        "",
        "00",
        "01",
        "+1",
        "-1",
        " 1",
        "1 ",
        "0x1",
        "1e3",
        "9223372036854775808",
        "18446744073709551616",
        "\u{661}",
    ];
    for size in refused {
        assert_eq!(with(size), Err(CheckpointError::Size), "{size:?}");
    }
}

#[test]
fn malformed_checkpoints_are_refused() {
    let root = ROOT;
    let refused = [
        (String::new(), CheckpointError::Unterminated),
        (format!("a\n1\n{root}"), CheckpointError::Unterminated),
        ("a\n1\n".to_string(), CheckpointError::Lines),
        ("a\n".to_string(), CheckpointError::Lines),
        (format!("\n1\n{root}\n"), CheckpointError::Origin(OriginError::Empty)),
        (format!("a\r\n1\n{root}\n"), CheckpointError::Origin(OriginError::Control)),
        (format!("a\n1\r\n{root}\n"), CheckpointError::Size),
        (format!("a\n1\n\n{root}\n"), CheckpointError::Root),
        (format!("a\n1\n{root} \n"), CheckpointError::Root),
        (format!("a\n1\n{root}=\n"), CheckpointError::Root),
        (format!("a\n1\n{}\n", root.replace("I=", "J=")), CheckpointError::Root),
        (format!("a\n1\n{}\n", strict::to_base64(&[1; 31])), CheckpointError::Root),
        (format!("a\n1\n{}\n", strict::to_base64(&[1; 33])), CheckpointError::Root),
        (format!("a\n1\n{root}\n\n"), CheckpointError::Extension),
        (format!("a\n1\n{root}\nx\n\ny\n"), CheckpointError::Extension),
        (format!("a\n1\n{root}\nx\ty\n"), CheckpointError::Extension),
    ];
    for (body, error) in refused {
        assert_eq!(Checkpoint::parse_body(&body), Err(error), "{body:?}");
    }
}

#[test]
fn extension_lines_are_kept() {
    assert_eq!(extended().extensions(), ["one extension", "and another"]);
    assert!(extended().to_body().ends_with("\none extension\nand another\n"));
    assert_eq!(extended().without_extensions(), checkpoint());
}

proptest! {
    #[test]
    fn what_is_printed_is_read(checkpoint in any_checkpoint()) {
        prop_assert_eq!(Checkpoint::parse_body(&checkpoint.to_body()), Ok(checkpoint));
    }

    #[test]
    fn what_is_read_is_what_would_be_printed(damage in any_damage()) {
        let body = damaged(extended().to_body().as_bytes(), &damage);
        if let Ok(body) = str::from_utf8(&body) && let Ok(read) = Checkpoint::parse_body(body) {
            prop_assert_eq!(read.to_body(), body);
        }
    }
}
