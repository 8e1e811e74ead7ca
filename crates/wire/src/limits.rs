//! Every limit of the protocol, with its reason. Operators' choices are not here.

/// An entry bundle prefixes each entry with a big-endian `u16` length (tlog-tiles, "Log entries"),
/// so this is all that fits.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Entries in one `add-batch`: 32 whole bundles, the most that tlog-mirror advises for one
/// `add-entries` request, so whatever one commit adds, one request can mirror. It also keeps the
/// answer, about 110 bytes for each entry, below a mebibyte.
pub const BATCH_ENTRIES_MAX: usize = 8_192;

/// Bytes in the body of one `add-batch`, framing included: a full batch of entries of 1 KiB, or
/// 127 of the largest. The body waits in memory and becomes one synced write.
pub const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Hashes in one proof: "The client MUST NOT send more than 63 consistency proof lines"
/// (tlog-witness), and an inclusion proof in a tree of at most 2^63-1 leaves never has more.
pub const PROOF_HASHES_MAX: usize = 63;

/// Characters of a SHA-256 hash in standard base64, padding included.
pub const HASH_BASE64_BYTES: usize = 44;

/// Characters of a decimal that is at most 2^63-1.
pub const DECIMAL_BYTES_MAX: usize = 19;

/// Bytes of a signed checkpoint: the 100 signature lines that a note may carry, each ML-DSA-44
/// under the longest name that can be cosigned (3,505 bytes), and a body beside them.
pub const CHECKPOINT_BYTES_MAX: usize = 384 * 1024;

/// Bytes of an `add-checkpoint` body: the longest size line and proof, the blank line, and a
/// checkpoint.
pub const ADD_CHECKPOINT_BYTES_MAX: usize =
    "old \n".len() + DECIMAL_BYTES_MAX + PROOF_LINES_BYTES_MAX + CHECKPOINT_BYTES_MAX;

/// Bytes of a `sign-subtree` body: the longest range line, the subtree's hash, the longest proof,
/// the blank line, and a checkpoint.
pub const SIGN_SUBTREE_BYTES_MAX: usize = "subtree  \n".len()
    + 2 * DECIMAL_BYTES_MAX
    + HASH_BASE64_BYTES
    + 1
    + PROOF_LINES_BYTES_MAX
    + CHECKPOINT_BYTES_MAX;

/// Bytes of the longest proof as lines, with the blank line that ends it.
const PROOF_LINES_BYTES_MAX: usize = PROOF_HASHES_MAX * (HASH_BASE64_BYTES + 1) + 1;

/// Signature lines in a witness's reply: signed-note makes every reader accept 16 signatures, and a
/// witness has one key of each type and perhaps those it is rotating.
pub const SIGNATURE_LINES_MAX: usize = 16;

/// Bytes of a witness's reply: 16 ML-DSA-44 lines under the longest names are 56,080.
pub const SIGNATURE_LINES_BYTES_MAX: usize = 64 * 1024;

/// Bytes of a `text/x.tlog.size` body: the longest decimal and a newline.
pub const SIZE_BODY_BYTES_MAX: usize = DECIMAL_BYTES_MAX + 1;

/// Bytes of an `Idempotency-Key` header's value. The key is hashed before it is kept, so this only
/// bounds the header; a UUID has 36, and 255 is what other services allow.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;

/// Bytes of a tile: 256 hashes of 32 bytes.
pub const TILE_BYTES_MAX: usize = 256 * 32;

/// Bytes of an entry bundle: 256 of the largest entries and their prefixes.
pub const BUNDLE_BYTES_MAX: usize = 256 * (2 + ENTRY_BYTES_MAX);

/// Bytes of a resource's path below the prefix: the longest start, the seven groups of the largest
/// 64-bit index, and the widest suffix.
pub const PATH_BYTES_MAX: usize =
    "tile/entries/".len() + 6 * "x000/".len() + "000".len() + ".p/255".len();

/// Bytes of a witness-network log list. The largest published list is meant for 40,000 logs, some
/// 300 bytes each; a witness reads it into memory whole.
pub const LOG_LIST_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Bytes of a JSON answer that carries no batch: a proof beside a checkpoint, in which each newline
/// is escaped to two bytes.
pub const ANSWER_BYTES_MAX: usize = CHECKPOINT_BYTES_MAX + 16 * 1024;

/// Bytes of the JSON answer to a batch: for each entry its result, some 120 bytes, and a proof of
/// 63 hashes at most, some 47 bytes each; and one checkpoint.
pub const BATCH_ANSWER_BYTES_MAX: usize =
    BATCH_ENTRIES_MAX * (120 + PROOF_HASHES_MAX * 47) + ANSWER_BYTES_MAX;

/// Bytes of a problem document: a few short members and one sentence.
pub const PROBLEM_BYTES_MAX: usize = 16 * 1024;
