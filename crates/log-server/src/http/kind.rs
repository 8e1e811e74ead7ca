//! Every problem type of the HTTP API, one row each. The only room that chooses status codes;
//! `docs/PROTOCOL.md` says what each means and what to do about it.

use axum::http::StatusCode;

macro_rules! kinds {
    ($($(#[doc = $meaning:literal])+ $kind:ident: $status:ident, $slug:literal, $title:literal;)+) => {
        /// A type of problem. 4xx: the caller can mend it. 5xx: only we can.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Kind {
            $($(#[doc = $meaning])+ $kind,)+
        }

        impl Kind {
            /// All of them, for the documents that list them.
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$kind),+];

            pub(super) const fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status,)+ }
            }

            /// What the problem's type ends in, and what refusals are counted under.
            pub(super) const fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)+ }
            }

            pub(super) const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }
        }
    };
}

kinds! {
    /// An entry has at least one byte.
    EntryEmpty: BAD_REQUEST, "entry-empty", "The entry is empty";
    /// Its framing is broken; `item` says where.
    BatchMalformed: BAD_REQUEST, "batch-malformed", "The batch is malformed";
    /// The connection or its framing broke off inside the body.
    BodyIncomplete: BAD_REQUEST, "body-incomplete", "The body did not arrive whole";
    /// Not 1 to 255 visible ASCII characters, or given twice.
    IdempotencyKey: BAD_REQUEST, "idempotency-key", "Malformed Idempotency-Key";
    /// A parameter is unknown, repeated, missing or malformed.
    Query: BAD_REQUEST, "query", "Malformed query";
    /// Nothing is served under this path.
    NoSuchRoute: NOT_FOUND, "no-such-route", "No such route";
    /// Not the one spelling of a tile or bundle.
    Path: NOT_FOUND, "path", "No such resource";
    /// Beyond the published tree.
    NotPublished: NOT_FOUND, "not-published", "Not in the published tree";
    /// No published entry has this leaf hash.
    LeafUnknown: NOT_FOUND, "leaf-unknown", "No such leaf";
    /// `Allow` lists the methods of the route.
    MethodNotAllowed: METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed";
    /// `Accept` or `Accept-Encoding` excludes every form of the answer.
    NotAcceptable: NOT_ACCEPTABLE, "not-acceptable", "Nothing acceptable to answer with";
    /// It came too slowly.
    BodySlow: REQUEST_TIMEOUT, "body-slow", "The body did not arrive in time";
    /// For good.
    Frozen: GONE, "frozen", "The log is frozen";
    /// More bytes than the route takes.
    BodyTooLong: PAYLOAD_TOO_LARGE, "body-too-long", "The body is too long";
    /// Too many entries, or one of them too long.
    BatchTooLarge: PAYLOAD_TOO_LARGE, "batch-too-large", "The batch is too large";
    /// A batch has one of two framings.
    MediaType: UNSUPPORTED_MEDIA_TYPE, "media-type", "Unsupported media type";
    /// It lies beyond the resource's end.
    Range: RANGE_NOT_SATISFIABLE, "range", "Range not satisfiable";
    /// The key belongs to an earlier request with other bytes.
    IdempotencyKeyReused: UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Idempotency-Key used for other bytes";
    /// The cause is in the operator's log.
    Unreadable: INTERNAL_SERVER_ERROR, "unreadable", "The log's data could not be read";
    /// The cause is in the operator's log.
    Unanswerable: INTERNAL_SERVER_ERROR, "unanswerable", "No answer could be made";
    /// The queue is full. Nothing was added.
    Busy: SERVICE_UNAVAILABLE, "busy", "Too busy";
    /// Nothing was added.
    Stopping: SERVICE_UNAVAILABLE, "stopping", "Shutting down";
    /// No checkpoint has reached its quorum yet.
    NoCheckpoint: SERVICE_UNAVAILABLE, "no-checkpoint", "Nothing published yet";
    /// The entries are durable; only their proof is not to be had yet.
    NotCoveredYet: SERVICE_UNAVAILABLE, "not-covered-yet", "Durable, but not covered yet";
    /// The entries may be durable or not.
    OutcomeUnknown: SERVICE_UNAVAILABLE, "outcome-unknown", "Outcome unknown";
    /// 2^63-1 entries.
    TreeFull: INSUFFICIENT_STORAGE, "tree-full", "The tree is full";
}
